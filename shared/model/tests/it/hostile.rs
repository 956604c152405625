//! A session made up to cost as much as it can: it is folded at once, and takes nothing from what others did.
#![expect(clippy::disallowed_methods, reason = "it measures time")]

use std::time::{Duration, Instant};

use crate::common::{document, recorded};
use serde_json::json;
use testgram_model::{Catalog, EVENTS_OF_A_SESSION, Inventory, Partial};
use testgram_protocol::id::SessionId;
use testgram_protocol::session::Session;

const INPUTS: usize = 60_000;

/// Each input in another form, another field, with another value.
fn hostile(nth: u64, inputs: usize) -> Session {
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
    let events = std::iter::once(page).chain((1..=inputs).map(event));
    Session {
        id: SessionId::from_parts(nth, 7),
        meta: None,
        events: events.map(|event| serde_json::from_value(event).unwrap()).collect(),
    }
}

/// How long a session takes on top of an honest inventory, and what it leaves.
fn folded(honest: &Inventory, session: &Session) -> (Duration, Partial, usize) {
    let mut inventory = honest.clone();
    let began = Instant::now();
    inventory.add(session);
    let catalog = Catalog::of(&inventory, 2);
    let mut partial = Partial::new(&catalog, &[7; 32]);
    partial.add(&catalog, session);
    let bytes = partial.to_bytes().len();
    (began.elapsed(), partial, bytes)
}

#[test]
fn ten_times_as_much_takes_no_longer_than_it_must() {
    let mut honest = Inventory::new(&[7; 32]);
    recorded().iter().step_by(8).for_each(|session| honest.add(session));
    let [little, much] = [INPUTS / 10, INPUTS].map(|inputs| hostile(1, inputs));
    // A hundred times as long is what a loop within a loop would take, each time; a busy machine is not as slow for
    // most of five pairs.
    let took = |session| folded(&honest, session).0;
    let pairs: Vec<_> = (0..5).map(|_| (took(&little), took(&much))).collect();
    let good = pairs.iter().filter(|(little, much)| *much < *little * 30);
    assert!(good.count() >= 3, "{pairs:?}");
    let (_, partial, bytes) = folded(&honest, &much);
    assert_eq!((partial.events(), partial.cut()), (INPUTS as u64 + 1, 1));
    assert!(much.events.len() > EVENTS_OF_A_SESSION);
    assert!(bytes < 4_000_000, "{bytes}");
}

#[test]
fn what_others_did_is_told_as_before() {
    let honest: Vec<Session> = recorded().into_iter().step_by(4).collect();
    let before = document(&honest, 5);
    let after = document(
        &honest.iter().cloned().chain([hostile(1, INPUTS)]).collect::<Vec<_>>(),
        5,
    );
    let pages = |document: &testgram_model::Document| {
        let pages = document.pages.iter().filter(|page| page.page != "/demo");
        pages.cloned().collect::<Vec<_>>()
    };
    assert_eq!(pages(&after), pages(&before));
    assert_eq!(after.elements, before.elements);
    assert_eq!(after.forms, before.forms);
    assert_eq!(after.suppressed.full, Vec::<String>::new());
}
