//! Customers: a few that were always there (`data/people.json`) and those who registered since the start. No password is
//! ever kept: one of eight characters opens any account.

use serde::{Deserialize, Serialize};

use super::{catalogue::Choices, names};

/// The shortest password that is taken.
pub(super) const PASSWORD: usize = 8;

#[derive(Debug, Clone, Serialize)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) email: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) phone: String,
    pub(super) preferences: Preferences,
    pub(super) saved_card: Option<SavedCard>,
    pub(super) created_at: String,
    #[serde(skip)]
    pub(super) addresses: Vec<Address>,
    /// Order ids, the newest first.
    #[serde(skip)]
    pub(super) orders: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Preferences {
    pub(super) newsletter: bool,
}

/// What is kept of a card.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SavedCard {
    pub(super) brand: String,
    pub(super) last4: String,
    pub(super) exp_month: u8,
    pub(super) exp_year: u16,
    pub(super) holder: String,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Address {
    #[serde(default)]
    pub(super) id: String,
    #[serde(default)]
    pub(super) label: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) line1: String,
    #[serde(default)]
    pub(super) line2: String,
    pub(super) city: String,
    #[serde(default)]
    pub(super) region: String,
    pub(super) postcode: String,
    pub(super) country: String,
    #[serde(default)]
    pub(super) default: bool,
}

/// A customer of `data/people.json`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seed {
    id: String,
    email: String,
    first_name: String,
    last_name: String,
    phone: String,
    newsletter: bool,
    member_days: u64,
    card: Option<SavedCard>,
    addresses: Vec<Address>,
    pub(super) orders: Vec<SeedOrder>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedOrder {
    pub(super) days_ago: u64,
    pub(super) status: String,
    pub(super) items: Vec<SeedItem>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SeedItem {
    pub(super) slug: String,
    pub(super) options: Choices,
    pub(super) quantity: u32,
}

impl User {
    pub(super) fn new(email: String, first_name: String, last_name: String, newsletter: bool) -> Self {
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

    pub(super) fn seeded(seed: &Seed) -> Self {
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
    pub(super) fn default_address(&self) -> Option<&Address> {
        self.addresses
            .iter()
            .find(|address| address.default)
            .or(self.addresses.first())
    }

    /// Makes one address the default, and no other.
    pub(super) fn make_default(&mut self, id: &str) {
        for address in &mut self.addresses {
            address.default = address.id == id;
        }
    }
}
