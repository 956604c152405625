//! From a cart to an order.

use std::{sync::Arc, time::Duration};

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
    cart::{SHIPPING, Shipping, Totals, subtotal},
    limits, names,
    order::{self, CardNumber, Declined, Order, Paid},
    people::Address,
    state::{Shop, State as Stores},
};

/// A fault to trip over: rates come as slowly as from a carrier.
const RATES_TAKE: Duration = Duration::from_millis(600);

#[derive(Deserialize)]
pub(super) struct RatesFor {
    cart: String,
}

pub(super) async fn rates(
    State(shop): State<Arc<Shop>>,
    query: Result<Query<RatesFor>, QueryRejection>,
) -> Result<Json<Value>, ApiError> {
    let Query(RatesFor { cart }) = query.map_err(|_| ApiError::MALFORMED)?;
    tokio::time::sleep(RATES_TAKE).await;
    shop.with(|state| {
        let cart = state.carts.get(&cart).ok_or(ApiError::NOT_FOUND)?;
        let worth = subtotal(&cart.lines, &shop.catalogue);
        let rates: Vec<Value> = SHIPPING
            .into_iter()
            .map(|shipping| {
                let (soonest, latest) = shipping.days;
                json!({
                    "id": shipping.id,
                    "label": shipping.label,
                    "estimate": { "min_days": soonest, "max_days": latest },
                    "totals": Totals::of(worth, cart.promo, Some(shipping)).view(),
                })
            })
            .collect();
        Ok(Json(json!({ "rates": rates })))
    })
}

#[derive(Deserialize)]
pub(super) struct Checkout {
    cart: String,
    contact: Contact,
    shipping_address: Address,
    shipping_method: String,
    payment: Payment,
    #[serde(default)]
    save_address: bool,
}

#[derive(Deserialize)]
struct Contact {
    email: String,
    #[serde(default)]
    phone: String,
}

#[derive(Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
enum Payment {
    Card { card: Card },
    SavedCard,
}

#[derive(Deserialize)]
struct Card {
    number: String,
    name: String,
    expiry: String,
    cvc: String,
}

pub(super) async fn place(
    State(shop): State<Arc<Shop>>,
    MaybeCustomer(customer): MaybeCustomer,
    Body(checkout): Body<Checkout>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    checkout.check()?;
    let shipping = Shipping::by_id(&checkout.shipping_method).ok_or(ApiError::MALFORMED)?;
    shop.with(|state| {
        let cart = state.carts.get(&checkout.cart).ok_or(ApiError::NOT_FOUND)?.clone();
        if cart.lines.is_empty() {
            return Err(ApiError::EMPTY_CART);
        }
        let payment = pay(&checkout.payment, state, customer.as_deref())?;
        let order = Order {
            id: names::id("ord"),
            number: state.next_number(),
            status: "processing".to_owned(),
            placed_at: names::now(),
            email: checkout.contact.email,
            // The id is ours to give, and was not checked.
            address: Address {
                id: String::new(),
                ..checkout.shipping_address
            },
            shipping,
            payment,
            totals: Totals::of(subtotal(&cart.lines, &shop.catalogue), cart.promo, Some(shipping)),
            lines: cart.lines,
            gift_note: cart.gift_note,
        };
        if checkout.save_address {
            remember_address(state, customer.as_deref(), &order.address);
        }
        let view = order.view(&shop.catalogue);
        state.place(order, customer.as_deref());
        // The wishes stay.
        if let Some(cart) = state.carts.get_mut(&checkout.cart) {
            cart.lines.clear();
            cart.promo = None;
            cart.gift_note.clear();
        }
        Ok((StatusCode::CREATED, Json(json!({ "order": view }))))
    })
}

/// An order by its id, which only its buyer knows.
pub(super) async fn order(State(shop): State<Arc<Shop>>, Path(id): Path<String>) -> Result<Json<Value>, ApiError> {
    shop.with(|state| {
        let order = state.orders.get(&id).ok_or(ApiError::NOT_FOUND)?;
        Ok(Json(json!({ "order": order.view(&shop.catalogue) })))
    })
}

impl Checkout {
    fn check(&self) -> Result<(), ApiError> {
        let check = Check::default()
            .email(&self.contact.email, "email")
            .optional(&self.contact.phone, limits::NAME, "phone")
            .field(
                Shipping::by_id(&self.shipping_method).is_some(),
                "shipping_method",
                "required",
            );
        let with_address = check_address(check, &self.shipping_address);
        match &self.payment {
            Payment::SavedCard => with_address.done(),
            Payment::Card { card } => with_address
                .text(&card.name, limits::NAME, "card_name")
                .field(
                    CardNumber::new(&digits(&card.number)).is_some(),
                    "card_number",
                    "invalid",
                )
                .field(order::still_valid(&card.expiry), "card_expiry", "invalid")
                .field((3..=4).contains(&digits(&card.cvc).len()), "card_cvc", "invalid")
                .done(),
        }
    }
}

/// Checks the fields of an address: which must be filled, and how long they may be.
pub(super) fn check_address(check: Check, address: &Address) -> Check {
    check
        .text(&address.first_name, limits::NAME, "first_name")
        .text(&address.last_name, limits::NAME, "last_name")
        .text(&address.line1, limits::NAME, "line1")
        .optional(&address.line2, limits::NAME, "line2")
        .text(&address.city, limits::NAME, "city")
        .optional(&address.region, limits::NAME, "region")
        .text(&address.postcode, 12, "postcode")
        .text(&address.country, 2, "country")
        .optional(&address.label, limits::NAME, "label")
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).take(24).collect()
}

fn pay(payment: &Payment, state: &mut Stores, customer: Option<&str>) -> Result<Paid, ApiError> {
    match payment {
        Payment::Card { card } => CardNumber::new(&digits(&card.number))
            .ok_or(ApiError::DECLINED)?
            .charge()
            .map_err(|declined| match declined {
                Declined::Generic => ApiError::DECLINED,
                Declined::InsufficientFunds => ApiError::NO_FUNDS,
            }),
        Payment::SavedCard => {
            let user = customer.and_then(|email| state.users.get(email));
            let card = user
                .and_then(|user| user.saved_card.as_ref())
                .ok_or(ApiError::UNAUTHORIZED)?;
            Ok(Paid {
                brand: card.brand.clone(),
                last4: card.last4.clone(),
            })
        }
    }
}

/// Adds an address to the customer's, unless they have it or have the most they may.
fn remember_address(state: &mut Stores, customer: Option<&str>, address: &Address) {
    let Some(user) = customer.and_then(|email| state.users.get_mut(email)) else {
        return;
    };
    let same = |known: &&Address| known.line1 == address.line1 && known.postcode == address.postcode;
    if user.addresses.len() < limits::ADDRESSES && user.addresses.iter().find(same).is_none() {
        let default = user.addresses.is_empty();
        user.addresses.push(Address {
            id: names::id("adr"),
            default,
            ..address.clone()
        });
    }
}
