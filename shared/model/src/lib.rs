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
//! 1. **vocabulary**: an [`Inventory`] of a partition says which pages, elements and endpoints its sessions met; a
//!    [`Catalog`] of all inventories names those that at least k sessions met.
//! 2. **facts**: a [`Partial`] of a partition counts everything in the numbers of one catalog. It is made of integers
//!    and sets, so partials merge exactly, in any order.
//! 3. **release**: [`publish()`] merges no more and forgets: what fewer than k sessions did goes, the rest gets noise,
//!    and what visitors do next is learned.
//! 4. **document** is what is published; **summary** is what a person sees of it first.
//!
//! # Example
//!
//! ```
//! use testgram_model::{Catalog, Inventory, Partial, PublishSettings, publish};
//! use testgram_protocol::id::SessionId;
//! use testgram_protocol::session::Session;
//!
//! let session = |number: u32| {
//!     let view = serde_json::from_str(r#"[0, "page", {"url": "/cart?coupon", "cause": "load"}]"#)?;
//!     Ok(Session {
//!         id: SessionId::from_parts(1_700_000_000_000, number.into()),
//!         meta: None,
//!         events: vec![view],
//!     })
//! };
//! let sessions = (0..20).map(session).collect::<Result<Vec<Session>, serde_json::Error>>()?;
//!
//! let (secret, settings) = ([7; 32], PublishSettings::default());
//! let mut inventory = Inventory::new(&secret);
//! sessions.iter().for_each(|session| inventory.add(session));
//! let catalog = Catalog::of(&inventory, settings.k);
//! let mut partial = Partial::new(&catalog, &secret);
//! sessions.iter().for_each(|session| partial.add(&catalog, session));
//! let document = publish(&catalog, &partial, &settings);
//!
//! let page = document.pages.first().ok_or("no page")?;
//! assert_eq!((page.page.as_str(), page.query.as_slice()), ("/cart", ["coupon".to_owned()].as_slice()));
//! assert!(page.views.support() >= 16, "20 sessions, and noise of up to 4");
//! # Ok::<(), Box<dyn std::error::Error>>(())
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
pub use vocabulary::inventory::{Inventory, MOST_BYTES, MOST_OF_A_SESSION, SKETCH_SIZE};
