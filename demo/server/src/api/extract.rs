//! What handlers ask for: a JSON body, and the customer who is signed in.

use std::sync::Arc;

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, header, request::Parts},
};
use serde::de::DeserializeOwned;

use super::error::ApiError;
use crate::state::Shop;

/// A JSON body. Unlike axum's own, its refusal does not quote what came.
pub(super) struct Body<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        match Json::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(ApiError::TOO_LARGE),
            Err(_) => Err(ApiError::MALFORMED),
        }
    }
}

/// The e-mail address of who is signed in; without, 401.
pub(super) struct Customer(pub(super) String);

/// The same where a guest is welcome too.
pub(super) struct MaybeCustomer(pub(super) Option<String>);

impl FromRequestParts<Arc<Shop>> for Customer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Self, ApiError> {
        signed_in(parts, shop).map(Self).ok_or(ApiError::UNAUTHORIZED)
    }
}

impl FromRequestParts<Arc<Shop>> for MaybeCustomer {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, shop: &Arc<Shop>) -> Result<Self, Self::Rejection> {
        Ok(Self(signed_in(parts, shop)))
    }
}

/// The bearer token of a request.
pub(super) fn bearer(parts: &Parts) -> Option<&str> {
    parts
        .headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")
}

fn signed_in(parts: &Parts, shop: &Shop) -> Option<String> {
    let token = bearer(parts)?;
    shop.with(|state| state.tokens.get(token).cloned())
}
