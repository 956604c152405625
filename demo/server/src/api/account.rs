//! Customers: who they are, what they bought, where they live.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
    http::{StatusCode, request::Parts},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    checkout::check_address,
    error::{ApiError, Check},
    extract::{Body, Customer, bearer},
};
use crate::{
    limits, names,
    people::{Address, PASSWORD, User},
    state::{Shop, State as Stores},
};

type JsonResult = Result<Json<Value>, ApiError>;

#[derive(Deserialize)]
pub(super) struct Credentials {
    email: String,
    password: String,
}

/// Any password of eight characters opens any account there is.
pub(super) async fn login(State(shop): State<Arc<Shop>>, Body(credentials): Body<Credentials>) -> JsonResult {
    let email = credentials.email.trim().to_lowercase();
    if credentials.password.chars().count() < PASSWORD {
        return Err(ApiError::CREDENTIALS);
    }
    shop.with(|state| sign_in(state, &email)).ok_or(ApiError::CREDENTIALS)
}

#[derive(Deserialize)]
pub(super) struct Registration {
    email: String,
    password: String,
    first_name: String,
    last_name: String,
    #[serde(default)]
    newsletter: bool,
}

pub(super) async fn register(
    State(shop): State<Arc<Shop>>,
    Body(new): Body<Registration>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let email = new.email.trim().to_lowercase();
    Check::default()
        .email(&email, "email")
        .field(new.password.chars().count() >= PASSWORD, "password", "too_short")
        .text(&new.first_name, limits::NAME, "first_name")
        .text(&new.last_name, limits::NAME, "last_name")
        .done()?;
    shop.with(|state| {
        if state.users.contains(&email) {
            return Err(ApiError::TAKEN);
        }
        let user = User::new(email.clone(), new.first_name, new.last_name, new.newsletter);
        state.users.put(email.clone(), user);
        let answer = sign_in(state, &email).ok_or(ApiError::INTERNAL)?;
        Ok((StatusCode::CREATED, answer))
    })
}

fn sign_in(state: &mut Stores, email: &str) -> Option<Json<Value>> {
    let user = json!(state.users.get(email)?);
    let token = names::token();
    state.tokens.put(token.clone(), email.to_owned());
    Some(Json(
        json!({ "token": token, "token_type": "Bearer", "expires_in": 86_400, "user": user }),
    ))
}

pub(super) async fn logout(State(shop): State<Arc<Shop>>, Customer(_): Customer, parts: Parts) -> StatusCode {
    if let Some(token) = bearer(&parts) {
        shop.with(|state| state.tokens.pop(token));
    }
    StatusCode::NO_CONTENT
}

/// Looks at the customer's record, or changes it. A record that was pushed out of the store signs its owner out.
fn with_user<T>(shop: &Shop, email: &str, work: impl FnOnce(&mut User) -> Result<T, ApiError>) -> Result<T, ApiError> {
    shop.with(|state| work(state.users.get_mut(email).ok_or(ApiError::UNAUTHORIZED)?))
}

pub(super) async fn me(State(shop): State<Arc<Shop>>, Customer(email): Customer) -> JsonResult {
    with_user(&shop, &email, |user| Ok(Json(json!({ "user": user }))))
}

#[derive(Deserialize)]
pub(super) struct Change {
    first_name: Option<String>,
    last_name: Option<String>,
    phone: Option<String>,
    newsletter: Option<bool>,
}

pub(super) async fn change(
    State(shop): State<Arc<Shop>>,
    Customer(email): Customer,
    Body(change): Body<Change>,
) -> JsonResult {
    let mut check = Check::default();
    if let Some(name) = &change.first_name {
        check = check.text(name, limits::NAME, "first_name");
    }
    if let Some(name) = &change.last_name {
        check = check.text(name, limits::NAME, "last_name");
    }
    check
        .optional(change.phone.as_deref().unwrap_or_default(), limits::NAME, "phone")
        .done()?;
    with_user(&shop, &email, |user| {
        user.first_name = change.first_name.unwrap_or(std::mem::take(&mut user.first_name));
        user.last_name = change.last_name.unwrap_or(std::mem::take(&mut user.last_name));
        user.phone = change.phone.unwrap_or(std::mem::take(&mut user.phone));
        user.preferences.newsletter = change.newsletter.unwrap_or(user.preferences.newsletter);
        Ok(Json(json!({ "user": user })))
    })
}

pub(super) async fn orders(State(shop): State<Arc<Shop>>, Customer(email): Customer) -> JsonResult {
    shop.with(|state| {
        let user = state.users.get(&email).ok_or(ApiError::UNAUTHORIZED)?;
        let orders: Vec<Value> = user
            .orders
            .iter()
            .filter_map(|id| state.orders.peek(id))
            .map(|order| order.summary(&shop.catalogue))
            .collect();
        Ok(Json(json!({ "orders": orders })))
    })
}

/// One of the customer's own orders; for another customer's, 404.
pub(super) async fn order(
    State(shop): State<Arc<Shop>>,
    Customer(email): Customer,
    Path(id): Path<String>,
) -> JsonResult {
    shop.with(|state| {
        let user = state.users.get(&email).ok_or(ApiError::UNAUTHORIZED)?;
        let own = user.orders.contains(&id);
        let order = state.orders.get(&id).filter(|_| own).ok_or(ApiError::NOT_FOUND)?;
        Ok(Json(json!({ "order": order.view(&shop.catalogue) })))
    })
}

pub(super) async fn addresses(State(shop): State<Arc<Shop>>, Customer(email): Customer) -> JsonResult {
    with_user(&shop, &email, |user| Ok(Json(json!({ "addresses": user.addresses }))))
}

pub(super) async fn add_address(
    State(shop): State<Arc<Shop>>,
    Customer(email): Customer,
    Body(address): Body<Address>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    check_address(Check::default(), &address).done()?;
    with_user(&shop, &email, |user| {
        if user.addresses.len() >= limits::ADDRESSES {
            return Err(ApiError::TOO_MANY);
        }
        let id = names::id("adr");
        let default = address.default || user.addresses.is_empty();
        user.addresses.push(Address {
            id: id.clone(),
            ..address
        });
        if default {
            user.make_default(&id);
        }
        Ok((StatusCode::CREATED, Json(json!({ "address": user.addresses.last() }))))
    })
}

pub(super) async fn put_address(
    State(shop): State<Arc<Shop>>,
    Customer(email): Customer,
    Path(id): Path<String>,
    Body(address): Body<Address>,
) -> JsonResult {
    check_address(Check::default(), &address).done()?;
    with_user(&shop, &email, |user| {
        let stored = user
            .addresses
            .iter_mut()
            .find(|stored| stored.id == id)
            .ok_or(ApiError::NOT_FOUND)?;
        // The default goes to another address, never to none.
        let default = address.default || stored.default;
        *stored = Address {
            id: id.clone(),
            default,
            ..address
        };
        let answer = Json(json!({ "address": stored }));
        if default {
            user.make_default(&id);
        }
        Ok(answer)
    })
}

pub(super) async fn remove_address(
    State(shop): State<Arc<Shop>>,
    Customer(email): Customer,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    with_user(&shop, &email, |user| {
        let before = user.addresses.len();
        user.addresses.retain(|stored| stored.id != id);
        if user.addresses.len() == before {
            return Err(ApiError::NOT_FOUND);
        }
        Ok(StatusCode::NO_CONTENT)
    })
}
