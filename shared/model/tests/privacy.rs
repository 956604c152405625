//! What somebody who knows all sessions but one can learn of it from the document.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    reason = "tests"
)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::walker::breaches;
use common::{catalog, document, partial, random, settings, some_recorded};
use proptest::prelude::*;
use serde_json::{Value, json};
use testgram_model::document::{Document, PageRow, Tallied};
use testgram_model::publish;
use testgram_model::publish::Settings;
use testgram_protocol::event::{Event, Meta};
use testgram_protocol::id::SessionId;
use testgram_protocol::session::Session;

const K: u32 = 5;

/// What only the unusual session knows of.
const UNUSUAL: &[&str] = &["zebra", "quagga", "okapi", "gnu", "tapir", "eland", "kudu", "zu-ZA"];

/// A session that comes in by an ordinary page and then does what nobody else does.
fn unusual() -> Session {
    let element =
        |tag: &str, id: &str| json!({ "tag": tag, "id": id, "classes": [id], "path": format!("main>aside>{tag}:7") });
    let digest = format!("{:064x}", 77_u128);
    let events = [
        json!([10, "page", { "url": "/demo", "cause": "load", "load": 86_400_000 }]),
        json!([20_000, "click", { "el": element("button", "okapi"), "x": 1, "y": 1 }]),
        json!([21_000, "error", { "name": "EvalError", "message": "maximum recursion depth exceeded", "script": "/gnu.js" }]),
        json!([22_000, "page", { "url": "/demo/zebra?quagga", "cause": "push" }]),
        json!([23_000, "api", { "method": "DELETE", "url": "/demo/api/tapir", "status": 507, "ms": 900_000, "request": { "eland": "string" } }]),
        json!([24_000, "api", { "method": "GET", "url": "/demo/api/categories", "status": 418, "ms": 7_000_000, "response": { "kudu": "number" } }]),
        json!([25_000, "input", { "el": element("input", "okapi"), "ms": 5_000_000, "value": { "kind": "text", "len": 8, "digest": digest } }]),
        json!([26_000, "scroll", { "y": 900_000, "max": 1_000_000, "ms": 1 }]),
        json!([27_000, "custom", { "name": "quagga" }]),
        json!([90_000_000, "page", { "url": "/demo", "cause": "push" }]),
        json!([170_000_000, "page", { "url": "/demo/zebra", "cause": "push" }]),
    ];
    let meta = json!({
        "device": "other", "os": "other", "browser": "opera", "version": 9, "viewport": { "w": 9_000, "h": 9_000 },
        "language": "zu-ZA", "referrer": "https://zebra.example/", "automated": true,
    });
    Session {
        id: SessionId::from_parts(1_795_353_909_424, 12_345),
        meta: Some(serde_json::from_value::<Meta>(meta).unwrap()),
        events: events
            .into_iter()
            .map(|event| serde_json::from_value::<Event>(event).unwrap())
            .collect(),
    }
}

/// Every row by where it stands and what it names, with its support. Without what is learned from whole sessions and names no
/// one: personas, weights, smoothing, fidelity.
fn rows(document: &Document) -> BTreeMap<String, u64> {
    let mut value: Value = serde_json::from_slice(&document.to_json()).unwrap();
    for learned in ["personas", "mixing", "smoothing"] {
        value["behaviour"][learned] = Value::Null;
    }
    value["fidelity"] = Value::Null;
    let mut rows = BTreeMap::new();
    collect(&value, "", &mut rows);
    rows
}

fn collect(value: &Value, place: &str, rows: &mut BTreeMap<String, u64>) {
    match value {
        Value::Object(object) => {
            let names = object.iter().filter(|(key, value)| {
                let is_count = matches!(key.as_str(), "support" | "count" | "outcomes");
                !is_count && (value.is_string() || value.is_number() || key.as_str() == "key")
            });
            let place = format!(
                "{place} {}",
                names
                    .map(|(key, value)| format!("{key}={value}"))
                    .collect::<Vec<_>>()
                    .join(" ")
            );
            if let Some(support) = object.get("support") {
                rows.insert(place.clone(), support.as_u64().unwrap());
            }
            for (key, value) in object {
                // A list of names is as good as a row.
                if let Value::Array(items) = value {
                    for item in items.iter().filter(|item| item.is_string()) {
                        rows.insert(format!("{place} {key}={item}"), u64::MAX);
                    }
                }
                collect(value, &format!("{place} {key}"), rows);
            }
        }
        Value::Array(items) => {
            for item in items {
                match item {
                    Value::Array(row) if row.iter().all(Value::is_number) => {
                        // [support, count, what it is about …]; the last of a continuation is its variety.
                        rows.insert(format!("{place} {}", row[2]), row[0].as_u64().unwrap());
                    }
                    item => collect(item, place, rows),
                }
            }
        }
        _ => {}
    }
}

#[test]
fn nothing_names_what_only_one_session_did() {
    let others = some_recorded();
    let all: Vec<Session> = others.iter().cloned().chain([unusual()]).collect();
    let (without, with) = (document(&others, K), document(&all, K));
    let text = String::from_utf8(with.to_json()).unwrap();
    for name in UNUSUAL {
        assert!(!text.contains(name), "{name}");
    }
    // Exact counts do tell that there was one more, and that it began at an ordinary page: said in docs/model.md.
    let count = |document: &Document| document.sessions.unwrap().support;
    assert_eq!(count(&with), count(&without) + 1);
    let (without, with) = (rows(&without), rows(&with));
    assert!(without.len() > 500, "{}", without.len());
    // What is there only with it is what it brought from k - 1 sessions to k: names others know as well.
    for (row, support) in with.iter().filter(|(row, _)| !without.contains_key(*row)) {
        assert_eq!(*support, u64::from(K), "{row}");
    }
    let lost: Vec<_> = without.keys().filter(|row| !with.contains_key(*row)).collect();
    assert!(lost.is_empty(), "{lost:#?}");
}

#[test]
fn it_would_be_found_without_a_threshold() {
    let others = some_recorded();
    let all: Vec<Session> = others.into_iter().chain([unusual()]).collect();
    let text = String::from_utf8(document(&all, 1).to_json()).unwrap();
    for name in UNUSUAL {
        assert!(text.contains(name), "{name}");
    }
}

fn sum(rows: impl Iterator<Item = Tallied>) -> u64 {
    rows.map(|row| row.support).sum()
}

fn adds_up(rows: &[Tallied], whole: u64, what: &str) -> Result<(), TestCaseError> {
    let all = sum(rows.iter().copied());
    prop_assert!(rows.is_empty() || all == whole, "{what}: {all} of {whole}");
    Ok(())
}

fn sessions(rows: &[PageRow]) -> Vec<Tallied> {
    rows.iter().map(|row| row.sessions).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn parts_add_up_to_the_whole_so_that_there_is_nothing_to_subtract(all in random::sessions(30, 16), k in 2..6_u32) {
        let document = document(&all, k);
        let whole = document.sessions.map_or(0, |all| all.support);
        adds_up(&sessions(&document.entries), whole, "entries")?;
        adds_up(&sessions(&document.exits), whole, "exits")?;
        adds_up(&document.languages.iter().map(|row| row.times).collect::<Vec<_>>(), whole, "languages")?;
        adds_up(&document.referrers.iter().map(|row| row.times).collect::<Vec<_>>(), whole, "referrers")?;
        adds_up(&document.devices.iter().map(|row| row.sessions).collect::<Vec<_>>(), whole, "devices")?;
        for device in &document.devices {
            let whole = device.sessions.support;
            adds_up(&device.systems.iter().map(|row| row.sessions).collect::<Vec<_>>(), whole, "systems")?;
            adds_up(&device.viewports.iter().map(|row| row.sessions).collect::<Vec<_>>(), whole, "viewports")?;
            for system in &device.systems {
                let whole = system.sessions.support;
                adds_up(&system.browsers.iter().map(|row| row.sessions).collect::<Vec<_>>(), whole, "browsers")?;
                for browser in &system.browsers {
                    let versions: Vec<_> = browser.versions.iter().map(|row| row.times).collect();
                    adds_up(&versions, browser.sessions.support, "versions")?;
                }
            }
        }
        let told: BTreeSet<(u16, u16)> = document.behaviour.iter().flat_map(|behaviour| &behaviour.contexts)
            .filter_map(|context| match *Vec::from(context.key) {
                [1, 0, last] => Some(context.next.iter().map(move |next| (last, next.2))),
                _ => None,
            })
            .flatten().collect();
        for dwell in &document.dwell {
            let pair = dwell.next.map(|next| (dwell.action, next));
            prop_assert!(pair.is_none_or(|pair| told.contains(&pair)));
        }
        for page in &document.pages {
            let stays: u64 = page.stay_ms.iter().map(|row| row.count).sum();
            prop_assert_eq!(stays, page.views.count);
        }
        for endpoint in &document.endpoints {
            let answers: u64 = endpoint.statuses.iter().map(|row| row.times.count).sum();
            let took: u64 = endpoint.ms.iter().map(|row| row.count).sum();
            prop_assert_eq!(took, endpoint.calls.count);
            prop_assert!(endpoint.statuses.is_empty() || answers == endpoint.calls.count);
        }
    }

    #[test]
    fn noise_changes_numbers_only(all in random::sessions(30, 16), secret in any::<[u8; 32]>()) {
        let catalog = catalog(&all, 2);
        let partial = partial(&catalog, &all);
        let noisy = |secret| Settings { epsilon: Some(0.5), secret, ..settings(2) };
        let with = publish(&catalog, &partial, &noisy(secret));
        prop_assert_eq!(with.to_json(), publish(&catalog, &partial, &noisy(secret)).to_json());
        let without = publish(&catalog, &partial, &settings(2));
        prop_assert!(breaches(&serde_json::from_slice(&with.to_json()).unwrap(), 2).0.is_empty());
        // How many are too rare to name may be noise.
        let named = |document: &Document| {
            let named = |place: &&String| !["entries", "exits", "devices", "languages", "referrers"].iter().any(|mix| place.contains(mix));
            let rows = rows(&Document { epsilon: None, ..document.clone() });
            rows.into_keys().filter(|place| named(&place)).collect::<Vec<_>>()
        };
        prop_assert_eq!(named(&with), named(&without));
    }
}
