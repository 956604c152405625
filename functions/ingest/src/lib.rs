//! The WebSocket's routes: `$connect`, `batch`, `$disconnect`, `$default`.
//!
//! A batch is parsed and validated, packed, put with one write, and acknowledged, in that order: so an acknowledgement
//! says that the batch is stored. Its tenant and world come from the authorizer's context, and from nowhere else.
//!
//! ```text
//! caller ◄─ wire ◄─ report ◄─ message, connection ◄─ handle       state
//! ```
//!
//! ```
//! // An event is read leniently, and never printed: it holds a visitor's message.
//! let event = r#"{"requestContext": {"eventType": "MESSAGE"}, "body": "{\"type\": \"batch\"}"}"#;
//! let request: testgram_ingest::Request = serde_json::from_str(event).unwrap();
//! assert_eq!(format!("{request:?}"), "Request");
//! ```

mod caller;
mod connection;
#[cfg(test)]
#[path = "../../../shared/runtime/tests/it/emf.rs"]
mod emf;
mod message;
mod report;
mod state;
mod wire;

pub use state::State;
pub use wire::{Request, Response};

/// Answers one event of the WebSocket API. It always answers: what goes wrong is a reply with a code, not a failed
/// invocation.
pub async fn handle(state: &State, request: Request) -> Response {
    match request.event_type() {
        "CONNECT" => connection::connect(state, &request).await,
        "DISCONNECT" => connection::disconnect(state, &request).await,
        // `batch` and `$default` alike: what a message is, its content decides.
        _ => message::message(state, &request).await,
    }
}
