//! What is on sale, and what people say about it.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::StatusCode,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    error::{ApiError, Check},
    extract::{Body, MaybeCustomer},
};
use crate::{
    catalogue::Filter,
    limits, names,
    reviews::{Author, Review},
    state::Shop,
};

/// Suggestions under the search field.
const SUGGESTIONS: usize = 6;

pub(super) async fn categories(State(shop): State<Arc<Shop>>) -> Json<Value> {
    let categories: Vec<Value> = shop
        .catalogue
        .categories
        .iter()
        .map(|category| json!({ "category": category, "product_count": shop.catalogue.count_in(&category.slug) }))
        .collect();
    Json(json!({ "categories": categories }))
}

pub(super) async fn list(
    State(shop): State<Arc<Shop>>,
    filter: Result<Query<Filter>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(filter) = filter.map_err(|_| ApiError::MALFORMED)?;
    Ok(Json(shop.with(|state| {
        shop.catalogue.page(&filter, |slug| state.reviews.rating(slug))
    })))
}

pub(super) async fn one(State(shop): State<Arc<Shop>>, Path(slug): Path<String>) -> Result<Json<Value>, ApiError> {
    let product = shop.catalogue.product(&slug).ok_or(ApiError::NOT_FOUND)?;
    let detail = shop.with(|state| shop.catalogue.detail(product, |slug| state.reviews.rating(slug)));
    Ok(Json(json!({ "product": detail })))
}

pub(super) async fn reviews(State(shop): State<Arc<Shop>>, Path(slug): Path<String>) -> Result<Json<Value>, ApiError> {
    shop.catalogue.product(&slug).ok_or(ApiError::NOT_FOUND)?;
    Ok(Json(shop.with(|state| {
        json!({
            "rating": state.reviews.rating(&slug),
            "reviews": state.reviews.of(&slug).collect::<Vec<_>>(),
        })
    })))
}

#[derive(Deserialize)]
pub(super) struct NewReview {
    author: String,
    rating: u8,
    title: String,
    body: String,
}

pub(super) async fn review(
    State(shop): State<Arc<Shop>>,
    Path(slug): Path<String>,
    MaybeCustomer(customer): MaybeCustomer,
    Body(new): Body<NewReview>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    shop.catalogue.product(&slug).ok_or(ApiError::NOT_FOUND)?;
    Check::default()
        .text(&new.author, limits::NAME, "author")
        .field((1..=5).contains(&new.rating), "rating", "invalid")
        .text(&new.title, limits::NAME, "title")
        .text(&new.body, limits::REVIEW, "body")
        .done()?;
    let review = Review {
        id: names::id("rev"),
        author: Author {
            name: new.author,
            verified: customer.is_some(),
        },
        rating: new.rating,
        title: new.title,
        body: new.body,
        created_at: names::now(),
    };
    let answer = json!({ "review": review });
    shop.with(|state| state.reviews.add(&slug, review));
    Ok((StatusCode::CREATED, Json(answer)))
}

#[derive(Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    q: String,
    limit: Option<usize>,
}

pub(super) async fn search(
    State(shop): State<Arc<Shop>>,
    query: Result<Query<Search>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(Search { q, limit }) = query.map_err(|_| ApiError::MALFORMED)?;
    Check::default().optional(&q, limits::QUERY, "q").done()?;
    let found = shop.catalogue.search(&q);
    let limit = limit.unwrap_or(SUGGESTIONS);
    let hits: Vec<Value> = shop.with(|state| {
        let cards = found.iter().take(limit);
        cards
            .map(|product| product.card(state.reviews.rating(&product.slug)))
            .collect()
    });
    Ok(Json(json!({ "query": q, "total": found.len(), "hits": hits })))
}
