//! The model of a world's visitors: from sessions to a document of aggregates over at least k distinct sessions.
//!
//! Pure: no IO, no clock, no AWS. Built on [`testgram_sequence`], which knows symbols only.
//!
//! # Rooms
//!
//! An arrow points from what is used to what uses it.
//!
//! ```text
//! vocabulary ─► facts ─► release ─► publish()
//!                           ▲
//!                        document ─► summary
//! ```
//!
//! 1. **vocabulary**: an [`Inventory`] of a partition says which pages, elements and endpoints its sessions met; a [`Catalog`]
//!    of all inventories names those that at least k sessions met.
//! 2. **facts**: a [`Partial`] of a partition counts everything in the numbers of one catalog. It is made of integers and sets,
//!    so partials merge exactly, in any order.
//! 3. **release**: [`publish()`] merges no more and forgets: what fewer than k sessions did goes, the rest gets noise, and what
//!    visitors do next is learned.
//! 4. **document** is what is published; **summary** is what a person sees of it first.
//!
//! # Example
//!
//! ```
//! use testgram_model::PublishSettings;
//! use testgram_model::{Catalog, Inventory, Partial, publish};
//! use testgram_protocol::session::Session;
//!
//! fn model(sessions: &[Session], secret: &[u8; 32]) -> Vec<u8> {
//!     let mut inventory = Inventory::new(secret);
//!     sessions.iter().for_each(|session| inventory.add(session));
//!     let settings = PublishSettings::default();
//!     let catalog = Catalog::of(&inventory, settings.k);
//!     let mut partial = Partial::new(&catalog, secret);
//!     sessions.iter().for_each(|session| partial.add(&catalog, session));
//!     publish(&catalog, &partial, &settings).to_json()
//! }
//!
//! let json = model(&[], &[7; 32]);
//! assert!(String::from_utf8_lossy(&json).contains(r#""sessions":null"#), "fewer than k sessions: nothing is published");
//! ```

pub mod document;
mod facts;
mod release;
pub mod summary;
mod vocabulary;

pub use document::Document;
pub use facts::partial::Partial;
pub use facts::steps::{EVENTS_OF_A_SESSION, Step, steps};
pub use release::{PublishSettings, publish};
pub use summary::{Summary, summary};
pub use vocabulary::catalog::{
    Action, Catalog, ElementEntry, ElementId, EndpointEntry, EndpointId, PageEntry, PageId, Unnamed, Verb, With,
};
pub use vocabulary::inventory::{Inventory, MOST_BYTES, MOST_OF_A_SESSION, WITNESSES};
