//! `$connect` and `$disconnect`: which connections a world has, so that they can be closed.

use testgram_runtime::metrics::{Line, Unit};

use crate::state::State;
use crate::wire::{Request, Response};

/// Puts the connection into the store. Without that it could not be closed, so a failure refuses it, and the snippet
/// tries again.
pub(crate) async fn connect(state: &State, request: &Request) -> Response {
    let (Some(caller), Some(connection)) = (request.caller(), request.connection()) else {
        tracing::error!(
            request_id = request.request_id(),
            "a connection without the authorizer's context is refused"
        );
        return Response::refused(403);
    };
    let now_ms = (state.now_ms)();
    match state
        .store
        .world(&caller.tenant, &caller.world)
        .remember(&connection, now_ms)
        .await
    {
        Ok(()) => {
            state
                .metrics
                .emit(Line::new("ingest").metric("Connected", Unit::Count, 1.0), now_ms);
            Response::done()
        }
        Err(_) => Response::refused(503),
    }
}

/// Deletes the connection from the store. Best effort, as the gateway's own call is: what stays behind expires.
pub(crate) async fn disconnect(state: &State, request: &Request) -> Response {
    if let (Some(caller), Some(connection)) = (request.caller(), request.connection())
        && state
            .store
            .world(&caller.tenant, &caller.world)
            .forget(&connection)
            .await
            .is_ok()
    {
        state.metrics.emit(
            Line::new("ingest").metric("Disconnected", Unit::Count, 1.0),
            (state.now_ms)(),
        );
    }
    Response::done()
}
