//! Carts. Who knows a cart's id has the cart; the page keeps it for its tab.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    error::{ApiError, Check},
    extract::Body,
};
use crate::{
    cart::{Cart, Promo, PromoLookup},
    catalogue::Choices,
    limits, names,
    state::Shop,
};

type JsonResult = Result<Json<Value>, ApiError>;

/// Changes a cart and answers with it as it then is.
fn change_cart(shop: &Shop, id: &str, work: impl FnOnce(&mut Cart) -> Result<(), ApiError>) -> JsonResult {
    shop.with(|state| {
        let cart = state.carts.get_mut(id).ok_or(ApiError::NOT_FOUND)?;
        work(cart)?;
        cart.updated_at = names::now();
        Ok(Json(json!({ "cart": cart.view(&shop.catalogue, &state.reviews) })))
    })
}

pub(super) async fn create(State(shop): State<Arc<Shop>>) -> (StatusCode, Json<Value>) {
    let cart = Cart::new();
    let view = shop.with(|state| {
        let view = cart.view(&shop.catalogue, &state.reviews);
        state.carts.put(cart.id.clone(), cart);
        view
    });
    (StatusCode::CREATED, Json(json!({ "cart": view })))
}

pub(super) async fn show(State(shop): State<Arc<Shop>>, Path(id): Path<String>) -> JsonResult {
    shop.with(|state| {
        let cart = state.carts.get(&id).ok_or(ApiError::NOT_FOUND)?;
        Ok(Json(json!({ "cart": cart.view(&shop.catalogue, &state.reviews) })))
    })
}

#[derive(Deserialize)]
pub(super) struct Gift {
    gift_note: String,
}

pub(super) async fn gift(State(shop): State<Arc<Shop>>, Path(id): Path<String>, Body(gift): Body<Gift>) -> JsonResult {
    Check::default()
        .optional(&gift.gift_note, limits::NOTE, "gift_note")
        .done()?;
    change_cart(&shop, &id, |cart| {
        cart.gift_note = gift.gift_note;
        Ok(())
    })
}

#[derive(Deserialize)]
pub(super) struct NewItem {
    slug: String,
    #[serde(default)]
    options: Choices,
    quantity: u32,
}

pub(super) async fn add(
    State(shop): State<Arc<Shop>>,
    Path(id): Path<String>,
    Body(item): Body<NewItem>,
) -> JsonResult {
    let product = shop.catalogue.product(&item.slug).ok_or(ApiError::NOT_FOUND)?;
    Check::default()
        .field(item.quantity > 0, "quantity", "invalid")
        .done()?;
    change_cart(&shop, &id, |cart| {
        Ok(cart.add(&shop.catalogue, product, item.options, item.quantity)?)
    })
}

#[derive(Deserialize)]
pub(super) struct Sequence {
    items: Vec<String>,
}

pub(super) async fn reorder(
    State(shop): State<Arc<Shop>>,
    Path(id): Path<String>,
    Body(sequence): Body<Sequence>,
) -> JsonResult {
    change_cart(&shop, &id, |cart| {
        cart.reorder(&sequence.items);
        Ok(())
    })
}

#[derive(Deserialize)]
pub(super) struct Quantity {
    quantity: u32,
}

pub(super) async fn change(
    State(shop): State<Arc<Shop>>,
    Path((id, line)): Path<(String, String)>,
    Body(Quantity { quantity }): Body<Quantity>,
) -> JsonResult {
    Check::default().field(quantity > 0, "quantity", "invalid").done()?;
    change_cart(&shop, &id, |cart| {
        let there = cart.set_quantity(&shop.catalogue, &line, quantity)?;
        there.then_some(()).ok_or(ApiError::NOT_FOUND)
    })
}

pub(super) async fn remove(State(shop): State<Arc<Shop>>, Path((id, line)): Path<(String, String)>) -> JsonResult {
    change_cart(&shop, &id, |cart| {
        cart.lines.retain(|known| known.id != line);
        Ok(())
    })
}

#[derive(Deserialize)]
pub(super) struct Code {
    code: String,
}

pub(super) async fn promo(
    State(shop): State<Arc<Shop>>,
    Path(id): Path<String>,
    Body(Code { code }): Body<Code>,
) -> JsonResult {
    let promo = match Promo::look_up(&code) {
        PromoLookup::Valid(promo) => promo,
        PromoLookup::Expired => return Err(ApiError::PROMO_EXPIRED),
        PromoLookup::Unknown => return Err(ApiError::PROMO_UNKNOWN),
        PromoLookup::Broken => return Err(ApiError::INTERNAL),
    };
    change_cart(&shop, &id, |cart| {
        cart.promo = Some(promo);
        Ok(())
    })
}

pub(super) async fn no_promo(State(shop): State<Arc<Shop>>, Path(id): Path<String>) -> JsonResult {
    change_cart(&shop, &id, |cart| {
        cart.promo = None;
        Ok(())
    })
}

pub(super) async fn wish(State(shop): State<Arc<Shop>>, Path((id, slug)): Path<(String, String)>) -> JsonResult {
    shop.catalogue.product(&slug).ok_or(ApiError::NOT_FOUND)?;
    change_cart(&shop, &id, |cart| {
        cart.wish(&slug);
        Ok(())
    })
}

pub(super) async fn unwish(State(shop): State<Arc<Shop>>, Path((id, slug)): Path<(String, String)>) -> JsonResult {
    change_cart(&shop, &id, |cart| {
        cart.wishlist.retain(|wish| wish != &slug);
        Ok(())
    })
}
