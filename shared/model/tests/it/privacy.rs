//! What an attacker who knows all sessions but one can learn of it from the document.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::walker::breaches;
use crate::common::{catalog, document, partial, random, recorded, settings, some_recorded};
use proptest::prelude::*;
use serde_json::{Value, json};
use testgram_model::PublishSettings;
use testgram_model::document::{Bucket, Document, PageRow};
use testgram_model::publish;
use testgram_protocol::event::{Event, Meta};
use testgram_protocol::id::SessionId;
use testgram_protocol::session::Session;
use testgram_sequence::Published;

const K: u32 = 5;

/// What only the unusual session knows of.
const UNUSUAL: &[&str] = &["zebra", "quagga", "okapi", "gnu", "tapir", "eland", "kudu", "zu-ZA"];

/// A session that comes in by an ordinary page and then does what no other one does.
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

/// Every row by where it stands and what it names, with its support. Without what is learned from whole sessions and
/// names no one: personas, weights, smoothing, fidelity.
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
                        // [support, count, what it is about …]; the last of a continuation is its continuation count.
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
    let (without, with) = (rows(&without), rows(&with));
    assert!(without.len() > 500, "{}", without.len());
    // What is there only with it is what it brought from k - 1 sessions to k: names others know as well.
    for (row, support) in with.iter().filter(|(row, _)| !without.contains_key(*row)) {
        assert!(
            (u64::from(K)..=u64::from(K + 2 * (K / 2))).contains(support),
            "{row}: {support}"
        );
    }
    let lost: Vec<_> = without.keys().filter(|row| !with.contains_key(*row)).collect();
    assert!(lost.is_empty(), "{lost:#?}");
}

/// The table that a row stands in: its place without the names.
fn table(row: &str) -> String {
    let words = row.split(' ').filter(|word| !word.is_empty() && !word.contains('='));
    words
        .filter(|word| word.parse::<u64>().is_err())
        .collect::<Vec<_>>()
        .join(" ")
}

/// With another secret about four supports in five are others. So a table with as many rows as this and no difference
/// at all has supports without noise.
const ROWS: usize = 5;

#[test]
fn no_table_has_supports_without_noise() {
    // All of them: in a part, the tables of what a session does once are too short.
    let sessions = recorded();
    let catalog = catalog(&sessions, K);
    let partial = partial(&catalog, &sessions);
    let under = |byte| {
        let settings = PublishSettings {
            secret: [byte; 32],
            ..settings(K)
        };
        rows(&publish(&catalog, &partial, &settings))
    };
    let (one, other) = (under(1), under(2));
    let mut tables = BTreeMap::<String, (usize, usize)>::new();
    // A list of names has no supports.
    for (row, support) in one.iter().filter(|(_, support)| **support != u64::MAX) {
        if let Some(again) = other.get(row) {
            let (all, others) = tables.entry(table(row)).or_default();
            *all += 1;
            *others += usize::from(again != support);
        }
    }
    tables.retain(|_, (all, _)| *all >= ROWS);
    assert!(tables.len() >= 12, "{tables:?}");
    let exact: Vec<_> = tables.iter().filter(|(_, (_, others))| *others == 0).collect();
    assert!(exact.is_empty(), "{exact:?}");
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

fn sum(rows: impl Iterator<Item = Published>) -> u64 {
    rows.map(Published::support).sum()
}

/// Up to noise, of every part and of the whole.
fn adds_up(rows: &[Published], whole: u64, k: u32, what: &str) -> Result<(), TestCaseError> {
    let all = sum(rows.iter().copied());
    let off = (rows.len() as u64 + 1) * 2 * u64::from(k / 2);
    prop_assert!(
        rows.is_empty() || all.abs_diff(whole) <= off,
        "{what}: {all} of {whole}"
    );
    Ok(())
}

/// Counts, the noise on which grows with how often a session did it.
fn counts_add_up(rows: &[Published], whole: Published, k: u32, what: &str) -> Result<(), TestCaseError> {
    let reach = u64::from(k / 2) * 2;
    // What a session does on average is at most this, whatever the noise made of it.
    let off = |row: &Published| reach * (1 + 2 * row.count().div_ceil(row.support().saturating_sub(reach).max(1)));
    let off: u64 = rows.iter().chain([&whole]).map(off).sum();
    let all: u64 = rows.iter().map(|row| row.count()).sum();
    prop_assert!(
        rows.is_empty() || all.abs_diff(whole.count()) <= off,
        "{what}: {all} of {whole:?}"
    );
    Ok(())
}

fn sessions(rows: &[PageRow]) -> Vec<Published> {
    rows.iter().map(|row| row.sessions).collect()
}

proptest! {
    #![proptest_config(testgram_fixtures::strategy::config(16))]

    #[test]
    fn parts_add_up_to_the_whole_but_for_noise(all in random::sessions(30, 16), k in 2..6_u32) {
        let document = document(&all, k);
        let whole = document.sessions.map_or(0, |all| all.support());
        adds_up(&sessions(&document.entries), whole, k, "entries")?;
        adds_up(&sessions(&document.exits), whole, k, "exits")?;
        adds_up(&document.languages.iter().map(|row| row.times).collect::<Vec<_>>(), whole, k, "languages")?;
        adds_up(&document.referrers.iter().map(|row| row.times).collect::<Vec<_>>(), whole, k, "referrers")?;
        adds_up(&document.devices.iter().map(|row| row.sessions).collect::<Vec<_>>(), whole, k, "devices")?;
        for device in &document.devices {
            let whole = device.sessions.support();
            adds_up(&device.systems.iter().map(|row| row.sessions).collect::<Vec<_>>(), whole, k, "systems")?;
            adds_up(&device.viewports.iter().map(|row| row.sessions).collect::<Vec<_>>(), whole, k, "viewports")?;
            for system in &device.systems {
                let whole = system.sessions.support();
                adds_up(&system.browsers.iter().map(|row| row.sessions).collect::<Vec<_>>(), whole, k, "browsers")?;
                for browser in &system.browsers {
                    let versions: Vec<_> = browser.versions.iter().map(|row| row.times).collect();
                    adds_up(&versions, browser.sessions.support(), k, "versions")?;
                }
            }
        }
        let published: BTreeSet<(u16, u16)> = document.behaviour.iter().flat_map(|behaviour| &behaviour.contexts)
            .filter_map(|context| match *Vec::from(context.key) {
                [1, 0, last] => Some(context.next.iter().map(move |next| (last, next.symbol))),
                _ => None,
            })
            .flatten().collect();
        for think_time in &document.think_time {
            let pair = think_time.next.map(|next| (think_time.action, next));
            prop_assert!(pair.is_none_or(|pair| published.contains(&pair)));
        }
        let rows = |rows: &[Bucket]| rows.iter().map(|row| row.times).collect::<Vec<_>>();
        for page in &document.pages {
            counts_add_up(&rows(&page.time_on_page_ms), page.views, k, "times on page")?;
        }
        for endpoint in &document.endpoints {
            let answers: Vec<_> = endpoint.statuses.iter().map(|row| row.times).collect();
            counts_add_up(&answers, endpoint.calls, k, "answers")?;
            counts_add_up(&rows(&endpoint.ms), endpoint.calls, k, "took")?;
        }
    }

    #[test]
    fn noise_changes_numbers_only(all in random::sessions(30, 16), secret in any::<[u8; 32]>()) {
        let catalog = catalog(&all, 2);
        let partial = partial(&catalog, &all);
        let noisy = |secret| PublishSettings { epsilon: Some(0.5), secret, ..settings(2) };
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

/// What one session did that is below k, and lacks in sums that are published: in what followed the click, in the
/// lengths of what was filled in, in the keys that were answered with, in what came before the click.
mod subtraction {
    use super::*;

    /// Which session.
    #[derive(Clone, Copy, PartialEq)]
    enum Who {
        Other(u64),
        /// Goes on to where no other one goes.
        Strange,
        /// Comes to the click by a way of its own, and goes on as all do.
        Sidling,
    }

    fn session(who: Who) -> Session {
        let field = json!({ "tag": "input", "type": "text", "id": "comment", "path": "main>form>input" });
        let button = json!({ "tag": "button", "id": "buy", "path": "main>form>button" });
        let nth = match who {
            Who::Other(nth) => nth,
            Who::Strange | Who::Sidling => 99,
        };
        let value = json!({ "kind": "text", "len": 5, "digest": format!("{nth:064x}") });
        let masked = json!({ "kind": "masked" });
        let mut call = json!({ "method": "POST", "url": "/api/cart", "status": 200, "ms": 12 });
        if who != Who::Strange {
            call["response"] = json!({ "total": "number" });
        }
        let shop = |t: u32| json!([t, "page", { "url": "/shop", "cause": "load" }]);
        let filled =
            json!([10, "input", { "el": field, "ms": 500, "value": if who == Who::Strange { masked } else { value } }]);
        let next = if who == Who::Strange { "/zebra" } else { "/thanks" };
        let rest = [
            json!([20, "click", { "el": button, "x": 1, "y": 1 }]),
            json!([30, "api", call]),
            json!([40, "page", { "url": next, "cause": "load" }]),
        ];
        let mut events = vec![shop(0)];
        if let Who::Other(_) = who {
            events.push(shop(5));
        }
        if who != Who::Sidling {
            events.push(filled);
        }
        events.extend(rest);
        Session {
            id: SessionId::from_parts(1_795_353_909_424, u128::from(nth)),
            meta: None,
            events: events
                .into_iter()
                .map(|event| serde_json::from_value(event).unwrap())
                .collect(),
        }
    }

    fn signed(count: u64) -> i64 {
        count.cast_signed()
    }

    fn symbol(document: &Document, verb: &str) -> u16 {
        let symbols = &document.behaviour.as_ref().unwrap().symbols;
        1 + symbols.iter().position(|symbol| symbol.verb == verb).unwrap() as u16
    }

    /// How often anything followed, as published.
    fn after(document: &Document, key: &[u16]) -> i64 {
        let contexts = &document.behaviour.as_ref().unwrap().contexts;
        let context = contexts.iter().find(|context| Vec::from(context.key) == key);
        signed(context.unwrap().next.iter().map(|next| next.times.count()).sum())
    }

    /// What is published of a whole, less what is published of its parts; and what a count leaves by the clicks of a
    /// session.
    fn strange(document: &Document) -> Vec<i64> {
        let click = symbol(document, "click");
        let symbols = &document.behaviour.as_ref().unwrap().symbols;
        let (field, endpoint) = (&document.fields[0], &document.endpoints[0]);
        let total = endpoint.response.iter().find(|key| key.path == "$.total").unwrap();
        let shop = document.pages.iter().find(|page| page.page == "/shop").unwrap();
        vec![
            signed(symbols[usize::from(click) - 1].times.count()) - after(document, &[1, 0, click]),
            signed(field.times.count()) - signed(field.length.iter().map(|row| row.times.count()).sum()),
            signed(endpoint.calls.count()) - signed(total.calls.count()),
            signed(shop.views.count() % 2),
        ]
    }

    /// The same continuation after one action and after two.
    fn sidling(document: &Document) -> Vec<i64> {
        let [click, input] = ["click", "input"].map(|verb| symbol(document, verb));
        vec![after(document, &[1, 0, click]) - after(document, &[2, 0, click, input])]
    }

    /// What is read out of a document.
    type Attack = fn(&Document) -> Vec<i64>;

    /// Differences as an attacker sees them who does not know the secret: for many of them.
    fn differences(sessions: &[Session], of: Attack) -> Vec<Vec<i64>> {
        let catalog = catalog(sessions, K);
        let partial = partial(&catalog, sessions);
        let settings = |secret: u16| PublishSettings {
            secret: std::array::from_fn(|place| (secret >> (8 * (place % 2))) as u8),
            personas: 1,
            ..settings(K)
        };
        (0..SECRETS)
            .map(|secret| of(&publish(&catalog, &partial, &settings(secret))))
            .collect()
    }

    const SECRETS: u16 = 600;

    /// How often an attacker is right about the other half, who has seen half of them and knows which was which.
    fn right(without: &[i64], with: &[i64]) -> f64 {
        let half = usize::from(SECRETS) / 2;
        let often = |all: &[i64], x: i64| all[..half].iter().filter(|one| **one == x).count();
        let says_it_did = |x: &&i64| often(with, **x) > often(without, **x);
        let found = with[half..].iter().filter(says_it_did).count();
        let not_found = half - without[half..].iter().filter(says_it_did).count();
        (found + not_found) as f64 / (2 * half) as f64
    }

    #[test]
    fn does_not_tell_what_one_session_did() {
        let others: Vec<Session> = (0..8).map(|nth| session(Who::Other(nth))).collect();
        let cases: [(Who, Attack); 2] = [(Who::Strange, strange), (Who::Sidling, sidling)];
        for (who, of) in cases {
            let all: Vec<Session> = others.iter().cloned().chain([session(who)]).collect();
            let [without, with] = [&others, &all].map(|sessions| differences(sessions, of));
            for place in 0..without[0].len() {
                let [without, with] = [&without, &with].map(|all| all.iter().map(|all| all[place]).collect::<Vec<_>>());
                let right = right(&without, &with);
                assert!(right < 0.7, "{place}: right in {right}");
            }
        }
    }
}
