//! A session made up to cost as much as it can: it is folded at once, and takes nothing from what others did.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests, and one of them measures time"
)]

mod common;

use std::time::{Duration, Instant};

use common::{document, recorded};
use serde_json::json;
use testgram_model::{Catalog, EVENTS_OF_A_SESSION, Inventory, Partial};
use testgram_protocol::id::SessionId;
use testgram_protocol::session::Session;

const INPUTS: usize = 60_000;

/// Each input in another form, another field, with another value.
fn hostile(nth: u64) -> Session {
    let event = |at: usize| {
        let form = format!(
            "body>div:{}>div:{}>form:{}>input",
            1 + at % 40,
            1 + at / 40 % 40,
            1 + at / 1_600
        );
        let value = json!({ "kind": "text", "len": 4, "digest": format!("{at:08x}{:056x}", 7) });
        let el = json!({ "tag": "input", "type": "text", "path": form });
        json!([at, "input", { "el": el, "value": value, "keys": 4, "edits": 0, "ms": 10, "paste": false, "rhythm": [] }])
    };
    let page = json!([0, "page", { "url": "/demo", "cause": "load" }]);
    let events = std::iter::once(page).chain((1..=INPUTS).map(event));
    Session {
        id: SessionId::from_parts(nth, 7),
        meta: None,
        events: events.map(|event| serde_json::from_value(event).unwrap()).collect(),
    }
}

#[test]
fn it_is_folded_at_once() {
    let honest: Vec<Session> = recorded().into_iter().step_by(8).collect();
    let hostile = hostile(1);
    let mut inventory = Inventory::new(&[7; 32]);
    honest.iter().for_each(|session| inventory.add(session));
    let began = Instant::now();
    inventory.add(&hostile);
    let catalog = Catalog::of(&inventory, 2);
    let mut partial = Partial::new(&catalog, &[7; 32]);
    partial.add(&catalog, &hostile);
    let bytes = partial.to_bytes();
    // Far less: this is a shared machine's patience with a build for tests.
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    assert_eq!((partial.events(), partial.cut()), (INPUTS as u64 + 1, 1));
    assert!(hostile.events.len() > EVENTS_OF_A_SESSION);
    assert!(bytes.len() < 4_000_000, "{}", bytes.len());
}

#[test]
fn what_others_did_is_told_as_before() {
    let honest: Vec<Session> = recorded().into_iter().step_by(4).collect();
    let before = document(&honest, 5);
    let after = document(&honest.iter().cloned().chain([hostile(1)]).collect::<Vec<_>>(), 5);
    let pages = |document: &testgram_model::Document| {
        let pages = document.pages.iter().filter(|page| page.page != "/demo");
        pages.cloned().collect::<Vec<_>>()
    };
    assert_eq!(pages(&after), pages(&before));
    assert_eq!(after.elements, before.elements);
    assert_eq!(after.forms, before.forms);
    assert_eq!(after.withheld.full, Vec::<String>::new());
}
