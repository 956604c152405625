//! One message: route selection, invocation, reply.

use std::{borrow::Cow, sync::Arc};

use serde::Deserialize;
use serde_json::json;
use tokio::sync::OwnedSemaphorePermit;

use super::{
    event::{ConnectionInfo, GatewayRequest},
    registry::{ConnectionCommand, ConnectionHandle},
    routes::Routes,
    state::Gateway,
};
use crate::{
    function::Function,
    invoke::{InvokeError, ProxyResponse, invoke},
};

/// Answers a message beside the connection's task: messages of one connection run at the same time, and their replies
/// may come in any order. The slot is held until the reply is on its way.
pub(crate) fn spawn(gateway: &Gateway, handle: &ConnectionHandle, body: String, slot: OwnedSemaphorePermit) {
    let (gateway, handle) = (gateway.clone(), handle.clone());
    let tasks = gateway.inner.tasks.clone();
    tasks.spawn(async move {
        if let Some(reply) = answer(&gateway, &handle.info, body).await
            && handle
                .commands
                .send(ConnectionCommand::Send(reply, None))
                .await
                .is_err()
        {
            tracing::debug!(
                connection = handle.info.connection_id,
                "the client left before its reply"
            );
        }
        drop(slot);
    });
}

async fn answer(gateway: &Gateway, info: &ConnectionInfo, body: String) -> Option<String> {
    let inner = &gateway.inner;
    let request = GatewayRequest::new(&inner.api, info);
    let (route, function) = select(&inner.routes, &body);
    let event = request.message(route, body);
    let response = invoke(&inner.tasks, function, event, inner.limits.integration_timeout).await;
    match response.and_then(ProxyResponse::read) {
        // Without a body there is nothing to send: the status of a message goes nowhere.
        Ok(response) => response.body.filter(|body| !body.is_empty()),
        Err(failure) => {
            tracing::warn!(
                connection = info.connection_id,
                request = request.id,
                failure = failure.word(),
                "message failed"
            );
            Some(error(&failure, info, &request))
        }
    }
}

fn error(failure: &InvokeError, info: &ConnectionInfo, request: &GatewayRequest<'_>) -> String {
    let message = match failure {
        InvokeError::TimedOut => "Endpoint request timed out",
        InvokeError::Function(_) | InvokeError::Panicked | InvokeError::Malformed => "Internal server error",
    };
    json!({"message": message, "connectionId": info.connection_id, "requestId": request.id}).to_string()
}

/// `$request.body.type`: the named route, or `$default` for everything else, also for what is not JSON.
fn select<'a>(routes: &'a Routes, body: &str) -> (&'a str, &'a Arc<dyn Function>) {
    let named = route_key(body).and_then(|key| routes.named.get_key_value(key.as_ref()));
    named.map_or(("$default", &routes.default), |(key, function)| {
        (key.as_str(), function)
    })
}

fn route_key(body: &str) -> Option<Cow<'_, str>> {
    #[derive(Deserialize)]
    struct Selector<'a> {
        #[serde(rename = "type", borrow)]
        key: Option<Cow<'a, str>>,
    }
    // serde would also read a struct from an array, by position.
    body.trim_ascii_start().starts_with('{').then_some(())?;
    serde_json::from_str::<Selector<'_>>(body).ok()?.key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn route_keys() {
        let key = |body| route_key(body).map(Cow::into_owned);
        assert_eq!(key(r#" {"a": [1], "type": "batch"}"#).as_deref(), Some("batch"));
        assert_eq!(key(r#"{"type": "b\u0061tch"}"#).as_deref(), Some("batch"));
        for body in [
            "",
            "hello",
            "[\"batch\"]",
            "{}",
            r#"{"type": 1}"#,
            r#"{"type": "batch""#,
            r#"{"type":"batch"} x"#,
            "null",
        ] {
            assert_eq!(key(body), None, "{body}");
        }
    }
}
