//! Events of the WebSocket API, as far as they are used. Everything is optional, since gateways and emulators differ:
//! what has another form is read as missing.
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-mapping-template-reference.html#apigateway-websocket-mapping>

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use testgram_protocol::event::Collected;
use testgram_protocol::id::{ConnectionId, TenantId, WorldId};
use testgram_runtime::lenient;

use crate::caller::Caller;

/// An event of the WebSocket API: a connection that begins or ends, or a message.
#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
pub struct Request {
    #[serde(deserialize_with = "lenient")]
    request_context: Option<RequestContext>,
    #[serde(deserialize_with = "lenient")]
    body: Option<String>,
    #[serde(deserialize_with = "lenient")]
    is_base64_encoded: Option<bool>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "camelCase", default)]
struct RequestContext {
    #[serde(deserialize_with = "lenient")]
    connection_id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    event_type: Option<String>,
    #[serde(deserialize_with = "lenient")]
    request_id: Option<String>,
    #[serde(deserialize_with = "lenient")]
    request_time_epoch: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    authorizer: Option<HashMap<String, Value>>,
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Request")
    }
}

impl Request {
    fn context<T: ?Sized>(&self, field: impl FnOnce(&RequestContext) -> Option<&T>) -> Option<&T> {
        self.request_context.as_ref().and_then(field)
    }

    pub(crate) fn event_type(&self) -> &str {
        self.context(|context| context.event_type.as_deref())
            .unwrap_or_default()
    }

    pub(crate) fn request_id(&self) -> &str {
        self.context(|context| context.request_id.as_deref())
            .unwrap_or_default()
    }

    /// When the gateway received it, milliseconds since 1970. The gateway's clock is the server's clock: one for all
    /// functions.
    pub(crate) fn received_ms(&self) -> Option<u64> {
        self.context(|context| context.request_time_epoch.as_ref()).copied()
    }

    pub(crate) fn connection(&self) -> Option<ConnectionId> {
        ConnectionId::new(self.context(|context| context.connection_id.as_deref())?)
    }

    /// The message's text; `None` for a binary message.
    pub(crate) fn text(&self) -> Option<&str> {
        self.body.as_deref().filter(|_| self.is_base64_encoded != Some(true))
    }

    /// Tenant, world and kinds of the connection; `None` unless the authorizer's context is complete.
    pub(crate) fn caller(&self) -> Option<Caller> {
        let context = self.context(|context| context.authorizer.as_ref())?;
        let word = |name| context.get(name).and_then(Value::as_str);
        Some(Caller {
            tenant: TenantId::new(word("tenant")?)?,
            world: WorldId::new(word("world")?)?,
            kinds: Collected::from_bits(word("kinds")?.parse().ok()?),
            admitted_ms: word("admitted")?.parse().ok()?,
        })
    }
}

/// The answer to an event. Its body goes to the client as it is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Response {
    status_code: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
}

impl Response {
    /// Success without a body.
    pub(crate) const fn done() -> Self {
        Self {
            status_code: 200,
            body: None,
        }
    }

    /// The connection is refused with a status.
    pub(crate) const fn refused(status_code: u16) -> Self {
        Self {
            status_code,
            body: None,
        }
    }

    /// A reply to the client. The status is 200 even where the reply names an error: with any other, gateways differ in
    /// whether the client gets to see it.
    pub(crate) const fn reply(body: String) -> Self {
        Self {
            status_code: 200,
            body: Some(body),
        }
    }
}
