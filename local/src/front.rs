//! The HTTP server of the local stack: the gateway's routes and whatever else the stack serves on that port.

use std::{io, net::SocketAddr};

pub use axum::Router;
use axum::{
    Json,
    http::StatusCode,
    middleware,
    response::{IntoResponse, Response},
    routing,
    serve::ListenerExt,
};
use serde_json::json;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::guard;

/// The router of the front: `/health`, the given parts (the API, the snippet, a site), and 404 for the rest.
pub fn router(parts: impl IntoIterator<Item = Router>) -> Router {
    let base = Router::new().route("/health", routing::get(health));
    let router = parts.into_iter().fold(base, Router::merge).fallback(not_found);
    router.layer(middleware::from_fn(guard::local_names_only))
}

/// Serves until `stop` is cancelled; then takes no more connections, and returns when the open requests are answered.
/// Upgraded connections are the gateway's to end.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) -> io::Result<()> {
    let listener = listener.tap_io(|stream| {
        // An ack is one small write; Nagle's algorithm would hold it for the client's delayed ACK (40 ms).
        if stream.set_nodelay(true).is_err() {
            tracing::debug!("TCP_NODELAY refused");
        }
    });
    axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(stop.cancelled_owned())
        .await
}

async fn health() -> Response {
    Json(json!({"status": "ok"})).into_response()
}

async fn not_found() -> Response {
    (StatusCode::NOT_FOUND, Json(json!({"message": "Not Found"}))).into_response()
}
