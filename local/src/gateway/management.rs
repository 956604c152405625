//! The `@connections` API, by which a backend reaches clients.

use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode, header},
};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use super::{
    refusal::ManagementError,
    registry::{ConnectionCommand, ConnectionHandle},
    state::Gateway,
};

/// `POST /ws/@connections/{id}`: the body becomes a message to the client; 200 once it is written.
pub(crate) async fn post(
    State(gateway): State<Gateway>,
    Path(id): Path<String>,
    request: Request,
) -> Result<StatusCode, ManagementError> {
    let handle = find(&gateway, request.headers(), &id)?;
    let text = text(request.into_body(), gateway.inner.limits.message_bytes).await?;
    let (written, done) = oneshot::channel();
    perform(&handle, ConnectionCommand::Send(text, Some(written)), done).await?;
    Ok(StatusCode::OK)
}

/// `GET /ws/@connections/{id}`: what is known of the connection, with the names that the SDKs read.
pub(crate) async fn get(
    State(gateway): State<Gateway>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Value>, ManagementError> {
    let handle = find(&gateway, &headers, &id)?;
    Ok(Json(json!({
        "connectedAt": handle.info.connected_at.iso8601(),
        "identity": handle.info.identity(),
        "lastActiveAt": handle.last_active().iso8601(),
    })))
}

/// `DELETE /ws/@connections/{id}`: closes the connection.
pub(crate) async fn delete(
    State(gateway): State<Gateway>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<StatusCode, ManagementError> {
    let handle = find(&gateway, &headers, &id)?;
    let (closed, done) = oneshot::channel();
    perform(&handle, ConnectionCommand::Delete(closed), done).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whether a request is signed is all that is checked here: IAM is tested elsewhere, a forgotten signature here.
fn find(gateway: &Gateway, headers: &HeaderMap, id: &str) -> Result<ConnectionHandle, ManagementError> {
    let authorization = headers.get(header::AUTHORIZATION).map(|value| value.as_bytes());
    if !authorization.is_some_and(|value| value.starts_with(b"AWS4-HMAC-SHA256 ")) {
        return Err(ManagementError::Unsigned);
    }
    gateway.inner.registry.get(id).ok_or(ManagementError::Gone)
}

async fn text(body: Body, max_bytes: usize) -> Result<String, ManagementError> {
    let bytes = to_bytes(body, max_bytes).await.map_err(|_| ManagementError::TooLarge)?;
    String::from_utf8(bytes.into()).map_err(|_| ManagementError::NotText)
}

/// Gives a command to the connection's task and waits until it is done; a connection that ends first is gone.
async fn perform(
    handle: &ConnectionHandle,
    command: ConnectionCommand,
    done: oneshot::Receiver<()>,
) -> Result<(), ManagementError> {
    handle.commands.send(command).await.map_err(|_| ManagementError::Gone)?;
    done.await.map_err(|_| ManagementError::Gone)
}
