//! Customers: a few that were always there (`data/people.json`) and those who registered since the start. No password
//! is ever kept: one of eight characters opens any account.

use serde::{Deserialize, Serialize};

use crate::{catalogue::Choices, names};

/// The shortest password that is taken.
pub(crate) const PASSWORD: usize = 8;

#[derive(Debug, Clone, Serialize)]
pub(crate) struct User {
    pub(crate) id: String,
    pub(crate) email: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) phone: String,
    pub(crate) preferences: Preferences,
    pub(crate) saved_card: Option<SavedCard>,
    pub(crate) created_at: String,
    #[serde(skip)]
    pub(crate) addresses: Vec<Address>,
    /// Order ids, the newest first.
    #[serde(skip)]
    pub(crate) orders: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Preferences {
    pub(crate) newsletter: bool,
}

/// What is kept of a card.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SavedCard {
    pub(crate) brand: String,
    pub(crate) last4: String,
    pub(crate) exp_month: u8,
    pub(crate) exp_year: u16,
    pub(crate) holder: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Address {
    #[serde(default)]
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) label: String,
    pub(crate) first_name: String,
    pub(crate) last_name: String,
    pub(crate) line1: String,
    #[serde(default)]
    pub(crate) line2: String,
    pub(crate) city: String,
    #[serde(default)]
    pub(crate) region: String,
    pub(crate) postcode: String,
    pub(crate) country: String,
    #[serde(default)]
    pub(crate) default: bool,
}

/// A customer of `data/people.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Seed {
    id: String,
    email: String,
    first_name: String,
    last_name: String,
    phone: String,
    newsletter: bool,
    member_days: u64,
    card: Option<SavedCard>,
    addresses: Vec<Address>,
    pub(crate) orders: Vec<SeedOrder>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedOrder {
    pub(crate) days_ago: u64,
    pub(crate) status: String,
    pub(crate) items: Vec<SeedItem>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedItem {
    pub(crate) slug: String,
    pub(crate) options: Choices,
    pub(crate) quantity: u32,
}

impl User {
    pub(crate) fn new(email: String, first_name: String, last_name: String, newsletter: bool) -> Self {
        Self {
            id: names::id("usr"),
            email,
            first_name,
            last_name,
            phone: String::new(),
            preferences: Preferences { newsletter },
            saved_card: None,
            created_at: names::now(),
            addresses: Vec::new(),
            orders: Vec::new(),
        }
    }

    pub(crate) fn seeded(seed: &Seed) -> Self {
        Self {
            id: seed.id.clone(),
            email: seed.email.clone(),
            first_name: seed.first_name.clone(),
            last_name: seed.last_name.clone(),
            phone: seed.phone.clone(),
            preferences: Preferences {
                newsletter: seed.newsletter,
            },
            saved_card: seed.card.clone(),
            created_at: names::ago(seed.member_days),
            addresses: seed.addresses.clone(),
            orders: Vec::new(),
        }
    }

    /// Where this customer's things go unless another address is named.
    pub(crate) fn default_address(&self) -> Option<&Address> {
        self.addresses
            .iter()
            .find(|address| address.default)
            .or(self.addresses.first())
    }

    /// Makes one address the default, and no other.
    pub(crate) fn make_default(&mut self, id: &str) {
        for address in &mut self.addresses {
            address.default = address.id == id;
        }
    }
}
