//! Batches to test with: any that the protocol lets pass, the recorded traffic of the demo shop, and generated traffic.
#![allow(dead_code, reason = "each test uses its part")]

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};
use testgram_columns::ArchivedBatch;
use testgram_protocol::batch::{Arrival, Batch};
use testgram_protocol::event::Collected;
use testgram_protocol::id::SessionId;
use testgram_protocol::limits;
use testgram_traffic::{Sent, Traffic, recorded};

/// The same cases on every run. `cases` are those of a commit; with another `PROPTEST_CASES` than proptest's
/// own 256 they grow in proportion, and are others on every run: `make soak` looks further.
pub(crate) fn config(cases: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    let is_commit = usual.cases == 256;
    ProptestConfig {
        cases: (u64::from(cases) * u64::from(usual.cases) / 256)
            .try_into()
            .unwrap_or(u32::MAX)
            .max(1),
        rng_seed: if is_commit {
            RngSeed::Fixed(0x7465_7374)
        } else {
            usual.rng_seed
        },
        failure_persistence: None,
        ..usual
    }
}

/// A frame as the archive holds it.
pub(crate) fn archived(frame: &str, arrival: Arrival, fingerprint: u32) -> ArchivedBatch {
    let parsed = Batch::parse(frame, arrival).expect("a good frame");
    assert_eq!(parsed.rejected, [], "of {frame}");
    assert_eq!(parsed.meta_rejected, None, "of {frame}");
    ArchivedBatch {
        session: parsed.batch.session(),
        seq: parsed.batch.seq(),
        fingerprint,
        meta: parsed.batch.meta().cloned(),
        events: parsed.batch.events().to_vec(),
    }
}

fn sent(sent: &Sent) -> ArchivedBatch {
    let fingerprint = sent
        .frame
        .bytes()
        .fold(7_u32, |sum, b| sum.wrapping_mul(31).wrapping_add(b.into()));
    archived(&sent.frame, sent.arrival(), fingerprint)
}

pub(crate) fn recorded_traffic() -> Vec<ArchivedBatch> {
    let sessions = recorded::read().unwrap();
    sessions.iter().flat_map(|one| &one.session.batches).map(sent).collect()
}

pub(crate) fn generated_traffic() -> Vec<ArchivedBatch> {
    let traffic = Traffic::new(11);
    let sessions: Vec<_> = traffic
        .training()
        .chain(traffic.held_out())
        .flat_map(|site| site.sessions(3))
        .collect();
    sessions.iter().flat_map(|session| &session.batches).map(sent).collect()
}

/// In order, each once: what a file holds of `batches`.
pub(crate) fn in_order(mut batches: Vec<ArchivedBatch>) -> Vec<ArchivedBatch> {
    batches.retain(|batch| batch.meta.is_some() || !batch.events.is_empty());
    batches.sort_by_key(|batch| (batch.session, batch.seq, batch.fingerprint));
    batches.dedup();
    batches
}

fn maybe(strategy: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop_oneof![2 => strategy, 1 => Just(Value::Null)]
}

fn text(words: &'static [&'static str]) -> impl Strategy<Value = Value> {
    select(words).prop_map(|word| json!(word))
}

fn word() -> impl Strategy<Value = Value> {
    text(&[
        "checkout-submit",
        "user[email]",
        "col-md-6",
        "id",
        "hover:bg-blue-500",
        ":r1:",
        "hidden",
        "left",
        "load",
        "Enter",
    ])
}

fn template() -> impl Strategy<Value = Value> {
    text(&[
        "/",
        "/cart",
        "/users/:id/orders",
        "/s?a&b",
        "/#/cart",
        "https://api.example/v1/items?page",
        "other:",
    ])
}

fn element() -> impl Strategy<Value = Value> {
    let words = (
        maybe(word()),
        maybe(word()),
        maybe(word()),
        prop::collection::vec(word(), 0..=limits::CLASSES),
    );
    let lists = (
        maybe(text(&["button", "link", "textbox"])),
        maybe(text(&["email", "datetime-local", "select"])),
        maybe(text(&["address-line1", "off"])),
    );
    let rest = (
        text(&["a", "button", "my-element"]),
        text(&["main>form:2>button", "a:999"]),
        maybe(text(&["0000", "1a2b"])),
        any::<bool>(),
    );
    (words, lists, rest).prop_map(
        |((id, name, testid, classes), (role, field, autocomplete), (tag, path, label, shadow))| {
            json!({
                "tag": tag, "role": role, "type": field, "id": id, "name": name, "testid": testid, "for": name,
                "autocomplete": autocomplete, "classes": classes, "path": path, "label": label, "shadow": shadow,
            })
        },
    )
}

fn value() -> impl Strategy<Value = Value> {
    let digest = prop::array::uniform32(any::<u8>())
        .prop_map(|bytes| json!(bytes.iter().map(|b| format!("{b:02x}")).collect::<String>()));
    prop_oneof![
        (
            text(&["email", "text", "phone", "choice"]),
            maybe((0..9_u8).prop_map(Value::from)),
            maybe(digest)
        )
            .prop_map(|(kind, len, digest)| json!({ "kind": kind, "len": len, "digest": digest })),
        text(&["password", "card", "empty", "masked"]).prop_map(|kind| json!({ "kind": kind })),
    ]
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf = text(&["string", "number", "boolean", "null", "mixed"]);
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..=1).prop_map(Value::from),
            (inner.clone(), inner).prop_map(|(a, b)| json!({ "items": a, "*": b })),
        ]
    })
}

fn input() -> impl Strategy<Value = (&'static str, Value)> {
    let rhythm = prop::collection::vec(any::<u16>(), 0..=limits::RHYTHM_BUCKETS);
    (element(), value(), any::<(u16, u16, bool)>(), 0..=limits::SESSION_MS, rhythm).prop_map(
        |(mut el, value, (keys, edits, paste), ms, rhythm)| {
            // Names that make a value a secret are the protocol's to test.
            for hint in ["id", "name", "autocomplete"] {
                el[hint] = Value::Null;
            }
            let secret = ["password", "card", "masked"].contains(&value["kind"].as_str().unwrap());
            let (keys, edits, rhythm) = if secret { (0, 0, Vec::new()) } else { (keys, edits, rhythm) };
            ("input", json!({ "el": el, "value": value, "keys": keys, "edits": edits, "ms": ms, "paste": paste, "rhythm": rhythm }))
        },
    )
}

fn detail() -> impl Strategy<Value = (&'static str, Value)> {
    let ms = || 0..=limits::SESSION_MS;
    let pixels = || 0..=limits::PIXELS;
    let places = || maybe((0..=limits::SCRIPT_PLACE).prop_map(Value::from));
    prop_oneof![
        (template(), text(&["load", "push", "hash"]), maybe(ms().prop_map(Value::from)))
            .prop_map(|(url, cause, load)| ("page", json!({ "url": url, "cause": cause, "load": load }))),
        (element(), any::<(u16, u16)>(), text(&["left", "middle", "right"]), any::<Option<u8>>())
            .prop_map(|(el, (x, y), button, count)| ("click", json!({ "el": el, "x": x, "y": y, "button": button, "count": count }))),
        input(),
        (element(), any::<(bool, u16)>()).prop_map(|(el, (valid, filled))| ("submit", json!({ "el": el, "valid": valid, "filled": filled }))),
        (text(&["Enter", "F12", "Shortcut"]), 0..16_u8, maybe(element()))
            .prop_map(|(key, mods, el)| ("key", json!({ "key": key, "mods": mods, "el": el }))),
        (any::<(u16, u16)>(), prop::collection::vec(any::<(u16, i16, i16)>(), 0..=limits::MOVE_POINTS))
            .prop_map(|((x, y), path)| ("move", json!({ "x": x, "y": y, "path": path }))),
        ([pixels(), pixels(), pixels()], ms(), maybe(element()))
            .prop_map(|([x, y, max], ms, el)| ("scroll", json!({ "x": x, "y": y, "max": max, "ms": ms, "el": el }))),
        (element(), maybe(element()), any::<(i16, i16)>(), ms())
            .prop_map(|(el, to, (dx, dy), ms)| ("drag", json!({ "el": el, "to": to, "dx": dx, "dy": dy, "ms": ms }))),
        (text(&["GET", "POST", "OTHER"]), template(), prop_oneof![Just(0), 100..600], ms(), maybe(tree()), maybe(tree()), any::<bool>())
            .prop_map(|(method, url, status, ms, request, response, xhr)| {
                ("api", json!({ "method": method, "url": url, "status": status, "ms": ms, "request": request, "response": response, "xhr": xhr }))
            }),
        (text(&["TypeError", "URIError"]), text(&["", "x is not a function", "failed to load"]), maybe(template()), places(), places(), any::<bool>())
            .prop_map(|(name, message, script, line, col, rejection)| {
                let message = testgram_protocol::privacy::error::scrub(message.as_str().unwrap());
                ("error", json!({ "name": name, "message": message, "script": script, "line": line, "col": col, "rejection": rejection }))
            }),
        any::<(u16, u16)>().prop_map(|(w, h)| ("viewport", json!({ "w": w, "h": h }))),
        any::<bool>().prop_map(|hidden| ("visibility", json!({ "hidden": hidden }))),
        text(&["unload", "stopped", "opt_out", "timeout"]).prop_map(|reason| ("end", json!({ "reason": reason }))),
        word().prop_map(|name| ("custom", json!({ "name": name }))),
    ]
}

fn meta() -> impl Strategy<Value = Value> {
    let words = (
        text(&["desktop", "mobile"]),
        text(&["chrome", "other"]),
        text(&["linux", "ios"]),
        maybe(text(&["en", "de-AT"])),
    );
    let tz = maybe((-limits::TZ_MINUTES..=limits::TZ_MINUTES).prop_map(Value::from));
    (
        words,
        any::<(u16, u16)>(),
        any::<Option<u16>>(),
        maybe(template()),
        tz,
        any::<bool>(),
    )
        .prop_map(
            |((device, browser, os, language), (w, h), version, referrer, tz, automated)| {
                json!({
                    "device": device, "viewport": { "w": w, "h": h }, "browser": browser, "version": version, "os": os,
                    "referrer": referrer, "language": language, "tz": tz, "automated": automated,
                })
            },
        )
}

/// Any batch that the protocol lets pass; few sessions and numbers, so that several meet.
pub(crate) fn batch() -> impl Strategy<Value = ArchivedBatch> {
    let session = prop_oneof![(0..3_u64, 0..2_u64), (0..(1_u64 << 47), any::<u64>())];
    let seq = prop_oneof![0..3_u32, 0..=limits::MAX_SEQ];
    let events = prop::collection::vec((0..=limits::SESSION_MS, detail()), 0..12);
    (session, seq, any::<u32>(), events, maybe(meta())).prop_map(|((ms, random), seq, fingerprint, events, meta)| {
        let session = SessionId::from_parts(ms, random.into());
        let events: Vec<_> = events
            .into_iter()
            .map(|(t, (kind, detail))| json!([t, kind, detail]))
            .collect();
        let meta = if events.is_empty() && meta.is_null() {
            json!({ "device": "other", "viewport": { "w": 1, "h": 2 }, "browser": "other", "os": "other" })
        } else {
            meta
        };
        let frame =
            json!({ "type": "batch", "v": 1, "session": session.expose(), "seq": seq, "events": events, "meta": meta });
        let arrival = Arrival {
            received_ms: ms + u64::from(limits::SESSION_MS),
            kinds: Collected::ALL,
        };
        archived(&frame.to_string(), arrival, fingerprint)
    })
}
