//! The events that API Gateway sends to functions, field for field.
//!
//! Shapes after recorded events: aws-lambda-rust-runtime `lambda-events/src/fixtures/*websocket*`, and for the
//! authorizer docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-api-lambda-auth.html

use std::net::SocketAddr;

use axum::http::{HeaderMap, HeaderName, Uri, header};
use serde_json::{Map, Value, json};

use super::{api::Api, ending::Ending};
use crate::{ids, instant::Moment};

/// Hop by hop: API Gateway speaks them itself and does not show them.
const HIDDEN: [HeaderName; 2] = [header::CONNECTION, header::UPGRADE];

/// What is known of a connection from its first request on.
#[derive(Debug)]
pub(crate) struct ConnectionInfo {
    pub(crate) connection_id: String,
    pub(crate) connected_at: Moment,
    pub(crate) domain_name: String,
    pub(crate) source_ip: String,
    pub(crate) user_agent: Option<String>,
    /// The authorizer's context with `principalId`; none while the authorizer is being asked.
    pub(crate) authorizer: Option<Map<String, Value>>,
}

impl ConnectionInfo {
    /// The connection of a request that has just come in.
    pub(crate) fn new(headers: &HeaderMap, peer: SocketAddr) -> Self {
        let text = |name| headers.get(name).and_then(|v| v.to_str().ok()).map(str::to_owned);
        Self {
            connection_id: ids::opaque(),
            connected_at: Moment::now(),
            domain_name: text(header::HOST).unwrap_or_default(),
            source_ip: peer.ip().to_string(),
            user_agent: text(header::USER_AGENT),
            authorizer: None,
        }
    }

    /// `requestContext.identity`, also shown by `GET @connections`.
    pub(crate) fn identity(&self) -> Value {
        match &self.user_agent {
            Some(user_agent) => json!({"sourceIp": self.source_ip, "userAgent": user_agent}),
            None => json!({"sourceIp": self.source_ip}),
        }
    }
}

/// One request: a connect, a message or a disconnect.
pub(crate) struct GatewayRequest<'a> {
    api: &'a Api,
    info: &'a ConnectionInfo,
    /// Also the `extendedRequestId`, as in AWS.
    pub(crate) id: String,
    at: Moment,
}

impl<'a> GatewayRequest<'a> {
    /// A new request of a connection.
    pub(crate) fn new(api: &'a Api, info: &'a ConnectionInfo) -> Self {
        Self {
            api,
            info,
            id: ids::opaque(),
            at: Moment::now(),
        }
    }

    /// The event of the `REQUEST` authorizer of `$connect`.
    pub(crate) fn authorizer(&self, http: &Http) -> Value {
        let mut event = http.to_json();
        event.insert("type".into(), json!("REQUEST"));
        event.insert("methodArn".into(), json!(self.api.connect_arn()));
        event.insert(
            "requestContext".into(),
            Value::Object(self.context("$connect", "CONNECT")),
        );
        Value::Object(event)
    }

    /// The event of the `$connect` route.
    pub(crate) fn connect(&self, http: &Http) -> Value {
        let mut event = http.to_json();
        event.insert(
            "requestContext".into(),
            Value::Object(self.context("$connect", "CONNECT")),
        );
        event.insert("isBase64Encoded".into(), json!(false));
        Value::Object(event)
    }

    /// The event of a message on the route that was selected for it.
    pub(crate) fn message(&self, route: &str, body: String) -> Value {
        let mut context = self.context(route, "MESSAGE");
        context.insert("messageId".into(), json!(ids::opaque()));
        json!({"requestContext": context, "body": body, "isBase64Encoded": false})
    }

    /// The event of the `$disconnect` route, with code and reason of the ending.
    pub(crate) fn disconnect(&self, ending: &Ending) -> Value {
        let mut context = self.context("$disconnect", "DISCONNECT");
        context.insert("disconnectStatusCode".into(), json!(ending.code()));
        context.insert("disconnectReason".into(), json!(ending.reason()));
        let headers = [
            ("Host", self.info.domain_name.as_str()),
            ("x-api-key", ""),
            ("X-Forwarded-For", ""),
            ("x-restapi", ""),
        ];
        let single: Map<String, Value> = headers.iter().map(|(k, v)| ((*k).into(), json!(v))).collect();
        let multi: Map<String, Value> = headers.iter().map(|(k, v)| ((*k).into(), json!([v]))).collect();
        json!({"headers": single, "multiValueHeaders": multi, "requestContext": context, "isBase64Encoded": false})
    }

    fn context(&self, route: &str, event_type: &str) -> Map<String, Value> {
        let info = self.info;
        let mut context = Map::new();
        let mut put = |key: &str, value: Value| context.insert(key.into(), value);
        put("routeKey", json!(route));
        if let Some(authorizer) = &info.authorizer {
            put("authorizer", Value::Object(authorizer.clone()));
        }
        put("eventType", json!(event_type));
        put("extendedRequestId", json!(self.id));
        put("requestTime", json!(self.at.request_time()));
        put("messageDirection", json!("IN"));
        put("stage", json!(self.api.stage));
        put("connectedAt", json!(info.connected_at.0));
        put("requestTimeEpoch", json!(self.at.0));
        put("identity", info.identity());
        put("requestId", json!(self.id));
        put("domainName", json!(info.domain_name));
        put("connectionId", json!(info.connection_id));
        put("apiId", json!(self.api.api_id));
        context
    }
}

/// The HTTP side of a connect, as events show it.
pub(crate) struct Http {
    headers: Vec<(String, String)>,
    query: Vec<(String, String)>,
}

impl Http {
    /// Takes what events show of a request, with the headers that API Gateway adds.
    pub(crate) fn new(uri: &Uri, headers: &HeaderMap, peer: SocketAddr) -> Self {
        let mut shown: Vec<(String, String)> = headers
            .iter()
            .filter(|(name, _)| !HIDDEN.contains(name))
            .map(|(name, value)| (canonical(name), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        shown.push(("X-Forwarded-For".into(), peer.ip().to_string()));
        shown.push(("X-Forwarded-Port".into(), uri_port(headers)));
        shown.push(("X-Forwarded-Proto".into(), "http".into()));
        let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
        Self { headers: shown, query }
    }

    /// The last value of a query parameter.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    fn to_json(&self) -> Map<String, Value> {
        let mut event = Map::new();
        event.insert("headers".into(), last_values(&self.headers));
        event.insert("multiValueHeaders".into(), all_values(&self.headers));
        if !self.query.is_empty() {
            event.insert("queryStringParameters".into(), last_values(&self.query));
            event.insert("multiValueQueryStringParameters".into(), all_values(&self.query));
        }
        event
    }
}

fn last_values(pairs: &[(String, String)]) -> Value {
    pairs
        .iter()
        .map(|(key, value)| (key.clone(), json!(value)))
        .collect::<Map<_, _>>()
        .into()
}

fn all_values(pairs: &[(String, String)]) -> Value {
    let mut all: Map<String, Value> = Map::new();
    for (key, value) in pairs {
        match all.get_mut(key) {
            Some(Value::Array(values)) => values.push(json!(value)),
            _ => drop(all.insert(key.clone(), json!([value]))),
        }
    }
    all.into()
}

/// hyper holds names in lower case; clients send, and events show, `User-Agent` and `Sec-WebSocket-Key`.
fn canonical(name: &HeaderName) -> String {
    let capital = |part: &str| {
        let (first, rest) = part.split_at_checked(1).unwrap_or((part, ""));
        first.to_ascii_uppercase() + rest
    };
    let parts = name.as_str().split('-').map(|part| {
        if part == "websocket" {
            "WebSocket".into()
        } else {
            capital(part)
        }
    });
    parts.collect::<Vec<String>>().join("-")
}

fn uri_port(headers: &HeaderMap) -> String {
    let host = headers
        .get(header::HOST)
        .and_then(|v| v.to_str().ok())
        .unwrap_or_default();
    host.rsplit_once(':').map_or("80", |(_, port)| port).to_owned()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn http_is_shown_as_aws_shows_it() {
        let uri: Uri = "/ws?world=a&world=b%20c&v=1".parse().unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static("127.0.0.1:4600"));
        headers.insert("connection", HeaderValue::from_static("Upgrade"));
        headers.insert("sec-websocket-key", HeaderValue::from_static("k"));
        headers.append("x-two", HeaderValue::from_static("1"));
        headers.append("x-two", HeaderValue::from_static("2"));
        let http = Http::new(&uri, &headers, "127.0.0.1:9".parse().unwrap());
        assert_eq!(http.query("world"), Some("b c"));
        let event = Value::Object(http.to_json());
        assert_eq!(event["queryStringParameters"], json!({"world": "b c", "v": "1"}));
        assert_eq!(
            event["multiValueQueryStringParameters"],
            json!({"world": ["a", "b c"], "v": ["1"]})
        );
        assert_eq!(event["headers"]["Sec-WebSocket-Key"], "k");
        assert_eq!(event["headers"]["X-Two"], "2");
        assert_eq!(event["multiValueHeaders"]["X-Two"], json!(["1", "2"]));
        assert_eq!(event["headers"]["X-Forwarded-Port"], "4600");
        assert_eq!(event["headers"].get("Connection"), None);
    }
}
