//! Orders, and the cards they are paid with.

use serde_json::{Value, json};

use crate::{
    cart::{CartLine, Shipping, Totals},
    catalogue::Catalogue,
    names,
    people::Address,
};

#[derive(Debug, Clone)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) number: String,
    pub(crate) status: String,
    pub(crate) placed_at: String,
    pub(crate) email: String,
    pub(crate) address: Address,
    pub(crate) shipping: Shipping,
    pub(crate) payment: Paid,
    pub(crate) lines: Vec<CartLine>,
    pub(crate) totals: Totals,
    pub(crate) gift_note: String,
}

/// What an order keeps of its card.
#[derive(Debug, Clone)]
pub(crate) struct Paid {
    pub(crate) brand: String,
    pub(crate) last4: String,
}

/// A card's number that could be one.
#[derive(Clone, Copy)]
pub(crate) struct CardNumber<'a>(&'a str);

/// Why a bank says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Declined {
    Generic,
    InsufficientFunds,
}

impl Order {
    pub(crate) fn summary(&self, catalogue: &Catalogue) -> Value {
        let images = self
            .lines
            .iter()
            .filter_map(|line| catalogue.product(&line.slug))
            .map(|product| product.image("front"));
        json!({
            "id": self.id,
            "number": self.number,
            "status": self.status,
            "placed_at": self.placed_at,
            "item_count": self.lines.iter().map(|line| line.quantity).fold(0, u32::saturating_add),
            "totals": self.totals.view(),
            "images": images.collect::<Vec<_>>(),
        })
    }

    pub(crate) fn view(&self, catalogue: &Catalogue) -> Value {
        let items: Vec<Value> = self.lines.iter().filter_map(|line| line.view(catalogue)).collect();
        let (soonest, latest) = self.shipping.days;
        json!({
            "id": self.id,
            "number": self.number,
            "status": self.status,
            "placed_at": self.placed_at,
            "customer": { "email": self.email, "name": format!("{} {}", self.address.first_name, self.address.last_name) },
            "shipping": {
                "method": { "id": self.shipping.id, "label": self.shipping.label, "days": { "min": soonest, "max": latest } },
                "address": self.address,
            },
            "payment": { "method": "card", "brand": self.payment.brand, "last4": self.payment.last4, "status": "captured" },
            "gift": { "note": self.gift_note },
            "items": items,
            "totals": self.totals.view(),
            "timeline": self.timeline(),
        })
    }

    fn timeline(&self) -> Vec<Value> {
        let steps = ["processing", "shipped", "delivered"];
        let reached = steps.iter().position(|step| *step == self.status).unwrap_or(0);
        steps
            .iter()
            .enumerate()
            .map(|(nth, step)| json!({ "status": step, "done": nth <= reached }))
            .collect()
    }
}

/// An order's number as customers read it aloud.
pub(crate) fn number(nth: u32) -> String {
    format!("TL-{}", nth.saturating_add(10_480))
}

impl<'a> CardNumber<'a> {
    /// Takes 13 to 19 digits whose check digit is right; `None` for all else.
    pub(crate) fn new(digits: &'a str) -> Option<Self> {
        let good = (13..=19).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        (good && luhn(digits)).then_some(Self(digits))
    }

    pub(crate) fn brand(self) -> &'static str {
        match self.0.as_bytes().first() {
            Some(b'4') => "visa",
            Some(b'5' | b'2') => "mastercard",
            Some(b'3') => "amex",
            _ => "card",
        }
    }

    pub(crate) fn last4(self) -> String {
        self.0
            .get(self.0.len().saturating_sub(4)..)
            .unwrap_or_default()
            .to_owned()
    }

    /// What the bank says: two numbers that payment providers publish for tests are declined, every other is good.
    pub(crate) fn charge(self) -> Result<Paid, Declined> {
        match self.0 {
            "4000000000000002" => Err(Declined::Generic),
            "4000000000009995" => Err(Declined::InsufficientFunds),
            _ => Ok(Paid {
                brand: self.brand().to_owned(),
                last4: self.last4(),
            }),
        }
    }
}

fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte.saturating_sub(b'0'));
            match (place % 2, digit * 2) {
                (0, _) => digit,
                (_, twice) if twice > 9 => twice - 9,
                (_, twice) => twice,
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Whether `MM/YY` or `MM/YYYY` is this month or later.
pub(crate) fn still_valid(expiry: &str) -> bool {
    let Some((month, year)) = expiry.split_once('/') else {
        return false;
    };
    let (Ok(month), Ok(year)) = (month.trim().parse::<u8>(), year.trim().parse::<u16>()) else {
        return false;
    };
    let year = if year < 100 { year + 2_000 } else { year };
    (1..=12).contains(&month) && (year, month) >= names::this_month()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_number_has_a_check_digit() {
        for good in ["4242424242424242", "5555555555554444", "378282246310005"] {
            assert!(CardNumber::new(good).unwrap().charge().is_ok(), "{good}");
        }
        for bad in [
            "",
            "4242424242424241",
            "4242 4242 4242 4242",
            "42",
            "４２４２４２４２４２４２４２４２",
        ] {
            assert!(CardNumber::new(bad).is_none(), "{bad}");
        }
        let declined = |digits| CardNumber::new(digits).unwrap().charge().unwrap_err();
        assert_eq!(declined("4000000000000002"), Declined::Generic);
        assert_eq!(declined("4000000000009995"), Declined::InsufficientFunds);
    }

    #[test]
    fn an_expired_card_is_not_valid() {
        assert!(still_valid("12/99") && still_valid(" 01 / 2199 "));
        for bad in ["", "12", "12/01", "13/99", "00/99", "ab/cd", "-1/99"] {
            assert!(!still_valid(bad), "{bad}");
        }
    }
}
