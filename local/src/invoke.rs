//! Calls a function as an integration: with API Gateway's timeout, and with the proxy response's rules.

use std::{sync::Arc, time::Duration};

use serde_json::Value;
use tokio_util::task::TaskTracker;

use crate::function::{Function, FunctionError};

/// Why an invocation gave no response.
#[derive(Debug)]
pub(crate) enum InvokeError {
    /// The function answered with an error.
    Function(FunctionError),
    /// The function panicked: Lambda's runtime makes a function error of it.
    Panicked,
    /// No answer in time. The function runs on, as it does in Lambda.
    TimedOut,
    /// The response is not a proxy response.
    Malformed,
}

impl InvokeError {
    /// A stable word for logs.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Function(_) => "function_error",
            Self::Panicked => "panicked",
            Self::TimedOut => "timed_out",
            Self::Malformed => "malformed_response",
        }
    }
}

/// Runs a function, for as long as the integration may take.
pub(crate) async fn invoke(
    tasks: &TaskTracker,
    function: &Arc<dyn Function>,
    event: Value,
    timeout: Duration,
) -> Result<Value, InvokeError> {
    let function = Arc::clone(function);
    let running = tasks.spawn(async move { function.invoke(event).await });
    match tokio::time::timeout(timeout, running).await {
        Ok(Ok(Ok(response))) => Ok(response),
        Ok(Ok(Err(error))) => Err(InvokeError::Function(error)),
        Ok(Err(_)) => Err(InvokeError::Panicked),
        Err(_) => Err(InvokeError::TimedOut),
    }
}

/// A Lambda proxy response, as far as a WebSocket API looks at it.
#[derive(Debug, PartialEq)]
pub(crate) struct ProxyResponse {
    pub(crate) status: u16,
    pub(crate) body: Option<String>,
    /// The subprotocol that `$connect` chose.
    pub(crate) subprotocol: Option<String>,
}

impl ProxyResponse {
    /// Reads a response; one without a numeric `statusCode` or with a body that is no string is malformed.
    pub(crate) fn read(mut response: Value) -> Result<Self, InvokeError> {
        let status = response
            .get("statusCode")
            .and_then(Value::as_u64)
            .and_then(|status| u16::try_from(status).ok())
            .filter(|status| (100..600).contains(status));
        let body = match response.get_mut("body").map(Value::take) {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text),
            Some(_) => return Err(InvokeError::Malformed),
        };
        Ok(Self {
            status: status.ok_or(InvokeError::Malformed)?,
            body,
            subprotocol: header(&response, "sec-websocket-protocol"),
        })
    }
}

fn header(response: &Value, name: &str) -> Option<String> {
    let headers = response.get("headers")?.as_object()?;
    headers
        .iter()
        .find(|(key, _)| key.eq_ignore_ascii_case(name))?
        .1
        .as_str()
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn proxy_responses() {
        let read = |value| ProxyResponse::read(value).ok();
        let plain = |status, body: Option<&str>| {
            Some(ProxyResponse {
                status,
                body: body.map(str::to_owned),
                subprotocol: None,
            })
        };
        assert_eq!(read(json!({"statusCode": 200})), plain(200, None));
        assert_eq!(read(json!({"statusCode": 200, "body": null})), plain(200, None));
        assert_eq!(read(json!({"statusCode": 403, "body": "no"})), plain(403, Some("no")));
        let chosen = read(json!({"statusCode": 200, "headers": {"Sec-WebSocket-Protocol": "tg1"}})).unwrap();
        assert_eq!(chosen.subprotocol.as_deref(), Some("tg1"));
        for bad in [
            json!(null),
            json!({}),
            json!({"body": "x"}),
            json!({"statusCode": 200, "body": {}}),
            json!("x"),
            json!({"statusCode": 9}),
        ] {
            assert_eq!(read(bad), None);
        }
    }
}
