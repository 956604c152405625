//! API Gateway's WebSocket API on loopback: the same refusals, events, close codes and limits, so that what works here
//! works there.
//!
//! Read in the order in which a connection lives: `handshake`, `policy`, `connection`, `message`, `ending`; beside them
//! the `@connections` API in `management`.
//!
//! ```text
//! api, routes, limits, ending ← event ← registry, refusal, policy ← state
//!     ← message ← connection ← handshake
//!     ← management
//! ```

mod api;
mod connection;
mod ending;
mod event;
mod handshake;
mod limits;
mod management;
mod message;
mod policy;
mod refusal;
mod registry;
mod routes;
mod state;

use axum::{Router, routing};

pub use api::Api;
pub use limits::Limits;
pub use routes::Routes;
pub use state::Gateway;

impl Gateway {
    /// The routes of the API, to be merged into a router. They need the peer's address
    /// (`into_make_service_with_connect_info`), which [`front::serve`](crate::front::serve) gives.
    pub fn router(&self) -> Router {
        let stage = &self.inner.api.stage;
        Router::new()
            .route(&format!("/{stage}"), routing::get(handshake::connect))
            .route(
                &format!("/{stage}/@connections/{{id}}"),
                routing::post(management::post)
                    .get(management::get)
                    .delete(management::delete),
            )
            .with_state(self.clone())
    }
}
