//! The API under `/demo/api/`. A handler reads, checks, asks the state, answers; what is written to the log is nothing.

mod account;
mod carts;
mod checkout;
mod error;
mod extract;
mod letters;
mod products;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{HeaderValue, header},
    response::Response,
    routing::{any, delete, get, patch, post, put},
};

use self::error::ApiError;
use crate::{limits, state::Shop};

pub(super) fn router(shop: Arc<Shop>) -> Router {
    let api = Router::new()
        .route("/categories", get(products::categories))
        .route("/products", get(products::list))
        .route("/products/{slug}", get(products::one))
        .route(
            "/products/{slug}/reviews",
            get(products::reviews).post(products::review),
        )
        .route("/search", get(products::search))
        .route("/stores", get(letters::stores))
        .route("/newsletter", post(letters::newsletter))
        .route(
            "/contact",
            post(letters::contact).layer(DefaultBodyLimit::max(limits::UPLOAD)),
        )
        .route("/carts", post(carts::create))
        .route("/carts/{id}", get(carts::show).patch(carts::gift))
        .route("/carts/{id}/items", post(carts::add).put(carts::reorder))
        .route("/carts/{id}/items/{line}", patch(carts::change).delete(carts::remove))
        .route("/carts/{id}/promo", put(carts::promo).delete(carts::no_promo))
        .route("/carts/{id}/wishlist/{slug}", put(carts::wish).delete(carts::unwish))
        .route("/shipping/rates", get(checkout::rates))
        .route("/checkout", post(checkout::place))
        .route("/orders/{id}", get(checkout::order))
        .route("/auth/login", post(account::login))
        .route("/auth/register", post(account::register))
        .route("/auth/session", delete(account::logout))
        .route("/me", get(account::me).patch(account::change))
        .route("/me/orders", get(account::orders))
        .route("/me/orders/{id}", get(account::order))
        .route("/me/addresses", get(account::addresses).post(account::add_address))
        .route(
            "/me/addresses/{id}",
            put(account::put_address).delete(account::remove_address),
        )
        // A route and not a fallback: the pages' own route for what is not there would go before a fallback.
        .route("/{*rest}", any(|| async { ApiError::NOT_FOUND }))
        .method_not_allowed_fallback(|| async { ApiError::METHOD })
        .layer(DefaultBodyLimit::max(limits::BODY))
        .layer(axum::middleware::map_response(private))
        .with_state(shop);
    Router::new().nest("/demo/api", api)
}

/// Responses belong to one visitor, so no cache keeps them.
async fn private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
