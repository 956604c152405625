//! Carts: what is in one, and what it comes to.

use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    catalogue::{Catalogue, Choices, Product},
    limits,
    money::{Money, per_mille},
    names,
    reviews::Reviews,
};

/// Orders from here on are sent for nothing.
const FREE_SHIPPING_FROM: u32 = 4_500;
/// Sales tax in per mille. One figure for all: the shop is not about tax.
const TAX: u32 = 65;

#[derive(Debug, Clone)]
pub(crate) struct Cart {
    pub(crate) id: String,
    pub(crate) lines: Vec<CartLine>,
    pub(crate) gift_note: String,
    pub(crate) promo: Option<Promo>,
    /// The slugs of wished-for products, the newest first.
    pub(crate) wishlist: Vec<String>,
    pub(crate) updated_at: String,
}

#[derive(Debug, Clone)]
pub(crate) struct CartLine {
    pub(crate) id: String,
    pub(crate) slug: String,
    pub(crate) choices: Choices,
    pub(crate) quantity: u32,
}

/// A code that takes something off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) struct Promo {
    pub(crate) code: &'static str,
    pub(crate) description: &'static str,
    per_mille: u32,
    free_shipping: bool,
}

/// What a promo code is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PromoLookup {
    Valid(Promo),
    Expired,
    Unknown,
    /// A fault to trip over: the API fails on this code, and the page does not expect it to.
    Broken,
}

/// Ways to send an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shipping {
    pub(crate) id: &'static str,
    pub(crate) label: &'static str,
    pub(crate) days: (u8, u8),
    price: u32,
}

pub(crate) const SHIPPING: [Shipping; 3] = [
    Shipping {
        id: "standard",
        label: "Standard",
        days: (3, 5),
        price: 490,
    },
    Shipping {
        id: "express",
        label: "Express",
        days: (1, 2),
        price: 1_290,
    },
    Shipping {
        id: "pickup",
        label: "Pick up in store",
        days: (0, 1),
        price: 0,
    },
];

/// What a cart comes to, in cents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Totals {
    subtotal: u32,
    discount: u32,
    shipping: Option<u32>,
    tax: u32,
    pub(crate) total: u32,
}

/// Why something does not go into a cart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CartError {
    Full,
    OutOfStock,
    UnknownChoice,
}

impl Promo {
    pub(crate) fn look_up(code: &str) -> PromoLookup {
        let valid = |code, description, per_mille, free_shipping| {
            PromoLookup::Valid(Self {
                code,
                description,
                per_mille,
                free_shipping,
            })
        };
        match code.trim().to_ascii_uppercase().as_str() {
            "WELCOME10" => valid("WELCOME10", "10% off your first order", 100, false),
            "FREESHIP" => valid("FREESHIP", "Free standard shipping", 0, true),
            "SPRING" => PromoLookup::Expired,
            "TEAPARTY" => PromoLookup::Broken,
            _ => PromoLookup::Unknown,
        }
    }
}

impl Shipping {
    pub(crate) fn by_id(id: &str) -> Option<Self> {
        SHIPPING.into_iter().find(|shipping| shipping.id == id)
    }

    /// What it costs for goods of this worth.
    fn price(self, worth: u32, promo: Option<Promo>) -> u32 {
        let free = worth >= FREE_SHIPPING_FROM || promo.is_some_and(|promo| promo.free_shipping);
        if self.id == "standard" && free { 0 } else { self.price }
    }
}

impl Totals {
    pub(crate) fn of(subtotal: u32, promo: Option<Promo>, shipping: Option<Shipping>) -> Self {
        let discount = promo.map_or(0, |promo| per_mille(subtotal, promo.per_mille));
        let worth = subtotal.saturating_sub(discount);
        let shipping = shipping.map(|shipping| shipping.price(worth, promo));
        let tax = per_mille(worth, TAX);
        let total = worth.saturating_add(tax).saturating_add(shipping.unwrap_or(0));
        Self {
            subtotal,
            discount,
            shipping,
            tax,
            total,
        }
    }

    pub(crate) fn view(self) -> Value {
        json!({
            "subtotal": Money::from(self.subtotal),
            "discount": Money::from(self.discount),
            "shipping": self.shipping.map(Money::from),
            "tax": Money::from(self.tax),
            "total": Money::from(self.total),
            "free_shipping_remaining": Money::from(FREE_SHIPPING_FROM.saturating_sub(self.subtotal.saturating_sub(self.discount))),
        })
    }
}

impl CartLine {
    /// A line as carts and orders show it; `None` for a product that is no longer sold.
    pub(crate) fn view(&self, catalogue: &Catalogue) -> Option<Value> {
        let product = catalogue.product(&self.slug)?;
        let unit = catalogue.price(product, &self.choices).ok()?;
        Some(json!({
            "id": self.id,
            "quantity": self.quantity,
            "unit_price": Money::from(unit),
            "total": Money::from(unit.saturating_mul(self.quantity)),
            "options": catalogue.choices(product, &self.choices),
            "product": {
                "id": product.id,
                "slug": product.slug,
                "url": format!("/demo/product/{}", product.slug),
                "name": product.name,
                "subtitle": product.subtitle,
                "image": product.image("front"),
            },
        }))
    }
}

/// The price of all lines together, in cents, before discount, shipping and tax.
pub(crate) fn subtotal(lines: &[CartLine], catalogue: &Catalogue) -> u32 {
    lines
        .iter()
        .filter_map(|line| {
            let unit = catalogue.price(catalogue.product(&line.slug)?, &line.choices).ok()?;
            Some(unit.saturating_mul(line.quantity))
        })
        .fold(0, u32::saturating_add)
}

impl Cart {
    pub(crate) fn new() -> Self {
        Self {
            id: names::id("crt"),
            lines: Vec::new(),
            gift_note: String::new(),
            promo: None,
            wishlist: Vec::new(),
            updated_at: names::now(),
        }
    }

    /// Adds pieces; the same thing with the same choices joins the line that is there.
    pub(crate) fn add(
        &mut self,
        catalogue: &Catalogue,
        product: &Product,
        choices: Choices,
        quantity: u32,
    ) -> Result<(), CartError> {
        catalogue
            .price(product, &choices)
            .map_err(|_| CartError::UnknownChoice)?;
        let full = self.lines.len() >= limits::LINES;
        let same = |line: &&mut CartLine| line.slug == product.slug && line.choices == choices;
        match self.lines.iter_mut().find(same) {
            Some(line) => line.quantity = in_stock(product, line.quantity.saturating_add(quantity))?,
            None if full => return Err(CartError::Full),
            None => self.lines.push(CartLine {
                id: names::id("li"),
                slug: product.slug.clone(),
                choices,
                quantity: in_stock(product, quantity)?,
            }),
        }
        Ok(())
    }

    /// Sets a line's quantity; `false` if there is no such line.
    pub(crate) fn set_quantity(&mut self, catalogue: &Catalogue, id: &str, quantity: u32) -> Result<bool, CartError> {
        let Some(line) = self.lines.iter_mut().find(|line| line.id == id) else {
            return Ok(false);
        };
        if let Some(product) = catalogue.product(&line.slug) {
            line.quantity = in_stock(product, quantity)?;
        }
        Ok(true)
    }

    /// Puts the lines into this order. Lines that are not named stay behind the others.
    pub(crate) fn reorder(&mut self, ids: &[String]) {
        self.lines
            .sort_by_key(|line| ids.iter().position(|id| id == &line.id).unwrap_or(usize::MAX));
    }

    /// Remembers a product; beyond the bound the oldest wish goes.
    pub(crate) fn wish(&mut self, slug: &str) {
        self.wishlist.retain(|wish| wish != slug);
        self.wishlist.insert(0, slug.to_owned());
        self.wishlist.truncate(limits::WISHES);
    }

    pub(crate) fn view(&self, catalogue: &Catalogue, reviews: &Reviews) -> Value {
        let items: Vec<Value> = self.lines.iter().filter_map(|line| line.view(catalogue)).collect();
        let wishlist: Vec<Value> = self
            .wishlist
            .iter()
            .filter_map(|slug| catalogue.product(slug))
            .map(|product| product.card(reviews.rating(&product.slug)))
            .collect();
        json!({
            "id": self.id,
            "items": items,
            "item_count": self.lines.iter().map(|line| line.quantity).fold(0, u32::saturating_add),
            "promo": self.promo,
            "gift": { "note": self.gift_note },
            "totals": Totals::of(subtotal(&self.lines, catalogue), self.promo, None).view(),
            "wishlist": wishlist,
            "updated_at": self.updated_at,
        })
    }
}

fn in_stock(product: &Product, quantity: u32) -> Result<u32, CartError> {
    if quantity <= product.stock.min(limits::QUANTITY) {
        Ok(quantity)
    } else {
        Err(CartError::OutOfStock)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cart_with(lines: &[(&str, u32)]) -> (Catalogue, Cart) {
        let catalogue = Catalogue::load().unwrap();
        let mut cart = Cart::new();
        for (slug, quantity) in lines {
            let product = catalogue.product(slug).unwrap();
            cart.add(&catalogue, product, Choices::new(), *quantity).unwrap();
        }
        (catalogue, cart)
    }

    #[test]
    fn the_same_thing_joins_its_line_and_stops_at_the_bound() {
        let (catalogue, mut cart) = cart_with(&[("paper-filters", 2), ("paper-filters", 3)]);
        assert_eq!((cart.lines.len(), cart.lines[0].quantity), (1, 5));
        let filters = catalogue.product("paper-filters").unwrap();
        let more = cart.add(&catalogue, filters, Choices::new(), limits::QUANTITY);
        assert_eq!(more, Err(CartError::OutOfStock));
        assert_eq!(cart.lines[0].quantity, 5, "a refusal changes nothing");
    }

    #[test]
    fn a_new_order_of_lines_keeps_those_it_does_not_name() {
        let (_, mut cart) = cart_with(&[("paper-filters", 1), ("pour-server", 1), ("tea-towel", 1)]);
        let last = cart.lines[2].id.clone();
        cart.reorder(&["unknown".to_owned(), last]);
        let slugs: Vec<&str> = cart.lines.iter().map(|line| line.slug.as_str()).collect();
        assert_eq!(slugs, ["tea-towel", "paper-filters", "pour-server"]);
    }

    #[test]
    fn totals_add_up() {
        let PromoLookup::Valid(promo) = Promo::look_up(" welcome10 ") else {
            panic!("a valid code")
        };
        let express = Shipping::by_id("express");
        let totals = Totals::of(10_000, Some(promo), express);
        assert_eq!(
            (totals.discount, totals.tax, totals.shipping),
            (1_000, 585, Some(1_290))
        );
        assert_eq!(totals.total, 9_000 + 585 + 1_290);
        let standard = Shipping::by_id("standard");
        assert_eq!(Totals::of(1_000, None, standard).shipping, Some(490));
        assert_eq!(Totals::of(5_000, None, standard).shipping, Some(0), "free from 45.00");
        assert_eq!(Promo::look_up("SPRING"), PromoLookup::Expired);
        assert_eq!(Promo::look_up("TEAPARTY"), PromoLookup::Broken);
        assert_eq!(Promo::look_up(""), PromoLookup::Unknown);
    }
}
