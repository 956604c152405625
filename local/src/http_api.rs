//! API Gateway's HTTP API on loopback: requests to functions as its payload 2.0, and their answers back.
//!
//! Shapes after docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html and the
//! recorded events of aws-lambda-rust-runtime, `lambda-events/src/fixtures/*apigw-v2*`.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Body,
    extract::{ConnectInfo, Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use tokio_util::task::TaskTracker;

use crate::{
    function::Function,
    ids,
    instant::Moment,
    invoke::{self, InvokeError},
};

/// How long a function may take. AWS: at most 30 seconds.
const INTEGRATION_TIMEOUT: Duration = Duration::from_secs(30);

/// A route without a body, for any method: the function decides what it knows.
#[derive(Clone)]
struct Route {
    /// As the template names it, in axum's and API Gateway's common form.
    path: &'static str,
    function: Arc<dyn Function>,
    tasks: TaskTracker,
}

/// A router of one route to one function.
pub fn router(path: &'static str, function: Arc<dyn Function>) -> Router {
    let route = Route {
        path,
        function,
        tasks: TaskTracker::new(),
    };
    Router::new().route(path, routing::any(answer)).with_state(route)
}

async fn answer(
    State(route): State<Route>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Path(parameters): Path<Vec<(String, String)>>,
    request: Request,
) -> Response {
    let event = event(&route, peer, parameters, &request);
    let answered = invoke::invoke(&route.tasks, &route.function, event, INTEGRATION_TIMEOUT).await;
    match answered.and_then(|response| read(&response).ok_or(InvokeError::Malformed)) {
        Ok(response) => response,
        Err(failure) => {
            tracing::warn!(route = route.path, failure = failure.word(), "function failed");
            let (status, message) = match failure {
                InvokeError::TimedOut => (StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable"),
                _ => (StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error"),
            };
            (status, Json(json!({"message": message}))).into_response()
        }
    }
}

/// The event of a request.
fn event(route: &Route, peer: SocketAddr, parameters: Vec<(String, String)>, request: &Request) -> Value {
    let headers = request.headers();
    let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
    let (method, now) = (request.method().as_str(), Moment::now());
    let text = |name: HeaderName| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let route_key = format!("ANY {}", route.path);
    let mut event = json!({
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": shown(headers, peer),
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": text(header::HOST),
            "domainPrefix": "local",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": peer.ip().to_string(),
                "userAgent": text(header::USER_AGENT),
            },
            "requestId": ids::opaque(),
            "routeKey": route_key,
            "stage": "$default",
            "time": now.request_time(),
            "timeEpoch": now.0,
        },
        "pathParameters": parameters.into_iter().collect::<std::collections::BTreeMap<_, _>>(),
        "isBase64Encoded": false,
    });
    // Cookies are taken out of the headers, and are not there where none came.
    let cookies: Vec<&str> = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|cookies| cookies.to_str().ok())
        .flat_map(|cookies| cookies.split("; "))
        .collect();
    if !cookies.is_empty()
        && let Some(event) = event.as_object_mut()
    {
        event.insert("cookies".to_owned(), json!(cookies));
    }
    event
}

/// The headers as events show them: names in lower case, the values of a repeated header joined by commas.
fn shown(headers: &HeaderMap, peer: SocketAddr) -> Map<String, Value> {
    let mut shown = Map::new();
    for name in headers.keys().filter(|name| **name != header::COOKIE) {
        let text = |value: &'_ HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let values: Vec<_> = headers.get_all(name).iter().map(text).collect();
        shown.insert(name.to_string(), json!(values.join(",")));
    }
    shown.insert("x-forwarded-for".to_owned(), json!(peer.ip().to_string()));
    shown.insert("x-forwarded-proto".to_owned(), json!("http"));
    shown
}

/// The HTTP response that a function's response describes; `None` if it is malformed.
fn read(answer: &Value) -> Option<Response> {
    let status = StatusCode::from_u16(u16::try_from(answer.get("statusCode")?.as_u64()?).ok()?).ok()?;
    let body = match answer.get("body") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::String(body)) if answer.get("isBase64Encoded") == Some(&Value::Bool(true)) => {
            STANDARD.decode(body).ok()?
        }
        Some(Value::String(body)) => body.clone().into_bytes(),
        Some(_) => return None,
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    if let Some(headers) = answer.get("headers") {
        for (name, value) in headers.as_object()? {
            let name: HeaderName = name.parse().ok()?;
            response
                .headers_mut()
                .insert(name, HeaderValue::from_str(value.as_str()?).ok()?);
        }
    }
    for cookie in answer.get("cookies").and_then(Value::as_array).into_iter().flatten() {
        let cookie = HeaderValue::from_str(cookie.as_str()?).ok()?;
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Some(response)
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    #[tokio::test]
    async fn answers_are_read_as_aws_reads_them() {
        let response = read(&json!({
            "statusCode": 200, "headers": {"etag": "\"a\""}, "cookies": ["a=1", "b=2"], "body": "aGk=", "isBase64Encoded": true
        }))
        .unwrap();
        assert_eq!(response.headers()["etag"], "\"a\"");
        assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
        assert_eq!(to_bytes(response.into_body(), 99).await.unwrap(), "hi");
        let empty = read(&json!({"statusCode": 304})).unwrap();
        assert_eq!(empty.status(), StatusCode::NOT_MODIFIED);
        for bad in [
            json!(null),
            json!("x"),
            json!({"body": "x"}),
            json!({"statusCode": 9}),
            json!({"statusCode": 200, "body": {}}),
            json!({"statusCode": 200, "body": "%", "isBase64Encoded": true}),
            json!({"statusCode": 200, "headers": {"a b": "x"}}),
            json!({"statusCode": 200, "headers": {"a": "x\n"}}),
        ] {
            assert!(read(&bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn what_came_twice_is_joined_and_cookies_stand_apart() {
        let route = Route {
            path: "/js/{file}",
            function: crate::function::unavailable("none"),
            tasks: TaskTracker::new(),
        };
        let mut request = Request::new(Body::empty());
        *request.uri_mut() = "/js/a.js?x=1".parse().unwrap();
        for (name, value) in [("x-two", "1"), ("x-two", "2"), ("cookie", "a=1; b=2")] {
            request.headers_mut().append(name, HeaderValue::from_static(value));
        }
        let parameters = vec![("file".to_owned(), "a.js".to_owned())];
        let event = event(&route, "127.0.0.1:9".parse().unwrap(), parameters, &request);
        assert_eq!(event["headers"]["x-two"], "1,2");
        assert_eq!(event["headers"].get("cookie"), None);
        assert_eq!(event["cookies"], json!(["a=1", "b=2"]));
        assert_eq!(event["rawPath"], "/js/a.js");
        assert_eq!(event["rawQueryString"], "x=1");
        assert_eq!(event["pathParameters"], json!({"file": "a.js"}));
        assert_eq!(event["requestContext"]["http"]["method"], "GET");
    }
}
