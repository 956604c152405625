//! What a visitor sends to the shop's people. It is checked, answered and forgotten.

use axum::{
    Json,
    body::Bytes,
    extract::rejection::BytesRejection,
    http::{HeaderMap, StatusCode, header},
};
use serde_json::{Value, json};

use super::error::{ApiError, Check};
use crate::{files, names};

pub(super) async fn stores() -> Result<Json<Value>, ApiError> {
    let stores: Value = files::data("stores").map_err(|_| ApiError::INTERNAL)?;
    Ok(Json(json!({ "stores": stores })))
}

/// A form as browsers send it without a script: `email=…&topics=…`.
pub(super) async fn newsletter(body: Result<Bytes, BytesRejection>) -> Result<(StatusCode, Json<Value>), ApiError> {
    let body = body.map_err(|_| ApiError::TOO_LARGE)?;
    let email = form_urlencoded::parse(&body)
        .find_map(|(name, value)| (name == "email").then(|| value.into_owned()))
        .unwrap_or_default();
    Check::default().email(&email, "email").done()?;
    let answer = json!({ "subscription": { "id": names::id("sub"), "status": "pending_confirmation" } });
    Ok((StatusCode::CREATED, Json(answer)))
}

/// A form with a file. It is not read: nothing here needs it.
pub(super) async fn contact(
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let body = body.map_err(|_| ApiError::TOO_LARGE)?;
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default();
    if !kind.starts_with("multipart/form-data") || body.is_empty() {
        return Err(ApiError::MALFORMED);
    }
    let ticket = json!({ "ticket": { "id": names::id("tkt"), "status": "open", "reply_within_hours": 24 } });
    Ok((StatusCode::ACCEPTED, Json(ticket)))
}
