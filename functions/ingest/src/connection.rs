//! `$connect` and `$disconnect`: who is there, so that a world can be told to stop.

use testgram_runtime::metrics::{Line, Unit};

use crate::State;
use crate::wire::{Request, Response};

/// Remembers the connection. Without that it could not be told to stop, so a failure refuses it; the snippet comes again.
pub(crate) async fn connect(state: &State, request: &Request) -> Response {
    let (Some(caller), Some(connection)) = (request.caller(), request.connection()) else {
        tracing::error!(
            request_id = request.request_id(),
            "connect without an authorizer's context"
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

/// Forgets the connection. Best effort, as the gateway's own call is: what stays behind expires.
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
