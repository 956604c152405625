//! Sessions to test with, recorded and random, and the way from them to a document.
#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::unreachable,
    reason = "for tests, every one of which uses a part"
)]

pub(crate) mod reference;
pub(crate) mod walker;

pub(crate) use testgram_fixtures::strategy as random;

use testgram_model::PublishSettings;
use testgram_model::document::Document;
use testgram_model::{Catalog, Inventory, Partial, publish};
use testgram_protocol::session::Session;

/// The recorded sessions of the demo shop.
pub(crate) fn recorded() -> Vec<Session> {
    testgram_fixtures::recorded::sessions().unwrap()
}

/// A quarter of them, where it makes no difference: learning takes its time in a build for tests.
pub(crate) fn some_recorded() -> Vec<Session> {
    recorded().into_iter().step_by(4).collect()
}

pub(crate) fn catalog(sessions: &[Session], k: u32) -> Catalog {
    let mut inventory = Inventory::new(&[7; 32]);
    sessions.iter().for_each(|session| inventory.add(session));
    Catalog::of(&inventory, k)
}

pub(crate) fn partial<'a>(catalog: &Catalog, sessions: impl IntoIterator<Item = &'a Session>) -> Partial {
    let mut partial = Partial::new(catalog, &[7; 32]);
    sessions.into_iter().for_each(|session| partial.add(catalog, session));
    partial
}

pub(crate) fn settings(k: u32) -> PublishSettings {
    PublishSettings {
        k,
        personas: 3,
        ..PublishSettings::default()
    }
}

pub(crate) fn document(sessions: &[Session], k: u32) -> Document {
    let catalog = catalog(sessions, k);
    publish(&catalog, &partial(&catalog, sessions), &settings(k))
}
