//! What must hold for anything that is sent.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::RngSeed;
use serde_json::{Map, Value, json};
use testgram_protocol::batch::Batch;
use testgram_protocol::buffer;
use testgram_protocol::id::SessionId;
use testgram_protocol::limits;
use testgram_protocol::privacy::token::{looks_like_data, luhn};
use testgram_protocol::privacy::tree::KeyTree;
use testgram_protocol::privacy::value::{Hints, LENGTH_BUCKETS, classify, length_bucket};
use testgram_protocol::privacy::{error, url};
use testgram_protocol::reply::Reply;

use crate::invariants;

/// The same cases on every run: a rule that catches 99.9 % of random tokens must not fail one build in a thousand.
/// `cases` are those of a commit; with another `PROPTEST_CASES` than proptest's
/// own 256 they grow in proportion, and are others on every run: `make soak` looks further.
fn config(cases: u32) -> ProptestConfig {
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

const WORDS: &[&str] = &[
    "checkout-submit",
    "user[email]",
    "col-md-6",
    "mt-3",
    "id",
    "email",
    "MuiButton-root",
    "hover:bg-blue-500",
    "_next",
    ":r1:",
    "product-form__submit",
    "line_items",
    "hasNextPage",
    "form_0",
    "h1",
];
const BASE62: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const BASE64URL: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// A word that no type's name holds: where it shows in a `Debug`, content shows.
const MARKER: &str = "quokka-lemon";

fn word() -> impl Strategy<Value = String> {
    select(WORDS).prop_map(str::to_owned)
}

fn maybe(strategy: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop_oneof![2 => strategy, 1 => Just(Value::Null)]
}

fn text(words: &'static [&'static str]) -> impl Strategy<Value = Value> {
    select(words).prop_map(|word| json!(word))
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
        "/products/blue-shirt",
    ])
}

fn element() -> impl Strategy<Value = Value> {
    let named = (
        maybe(word().prop_map(Value::from)),
        maybe(word().prop_map(Value::from)),
        maybe(word().prop_map(Value::from)),
    );
    let classes = prop::collection::vec(word(), 0..=limits::CLASSES);
    let words = (
        maybe(text(&["button", "link", "textbox", "other"])),
        maybe(text(&["email", "datetime-local", "select"])),
        maybe(text(&["cc-number", "address-line1", "off"])),
    );
    let rest = (
        text(&["a", "button", "my-element"]),
        text(&["main>form:2>button", "a:999"]),
        maybe(text(&["0000", "1a2b"])),
        any::<bool>(),
    );
    (named, classes, words, rest).prop_map(
        |((id, name, testid), classes, (role, field, autocomplete), (tag, path, label, shadow))| {
            json!({
                "tag": tag, "role": role, "type": field, "id": id, "name": name, "testid": testid, "for": name,
                "autocomplete": autocomplete, "classes": classes, "path": path, "label": label, "shadow": shadow,
            })
        },
    )
}

fn value() -> impl Strategy<Value = Value> {
    let digest = prop::array::uniform32(any::<u8>())
        .prop_map(|bytes| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>());
    prop_oneof![
        (text(&["email", "text", "phone", "choice"]), 0..9_u8, digest)
            .prop_map(|(kind, len, digest)| json!({ "kind": kind, "len": len, "digest": digest })),
        text(&["password", "card", "empty", "masked"]).prop_map(|kind| json!({ "kind": kind })),
    ]
}

/// Any JSON, keys of all sorts.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[ -~]{0,12}".prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    let key = || prop_oneof![4 => word(), 2 => "[a-z]{1,3}", 1 => "[0-9]{1,6}", 1 => any::<String>(), 1 => secret()];
    leaf.prop_recursive(12, 600, 40, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..12).prop_map(Value::from),
            prop::collection::vec((key(), inner), 0..80)
                .prop_map(|entries| Value::from(entries.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn tree() -> impl Strategy<Value = Value> {
    any_json().prop_map(|body| serde_json::to_value(KeyTree::of(&body)).unwrap())
}

fn detail() -> impl Strategy<Value = (&'static str, Value)> {
    let ms = || 0..=limits::SESSION_MS;
    prop_oneof![
        (template(), text(&["load", "push", "hash"]), maybe(ms().prop_map(Value::from)))
            .prop_map(|(url, cause, load)| ("page", json!({ "url": url, "cause": cause, "load": load }))),
        (element(), any::<(u16, u16)>(), text(&["left", "right"]), any::<Option<u8>>())
            .prop_map(|(el, (x, y), button, count)| ("click", json!({ "el": el, "x": x, "y": y, "button": button, "count": count }))),
        (element(), value(), any::<(u16, u16, bool)>(), ms(), prop::collection::vec(any::<u16>(), 0..=12)).prop_map(
            |(mut el, value, (keys, edits, paste), ms, rhythm)| {
                // Names that make a value a secret are what the vectors are for.
                for hint in ["id", "name", "autocomplete"] {
                    el[hint] = Value::Null;
                }
                let secret = ["password", "card", "code", "masked"].contains(&value["kind"].as_str().unwrap());
                let (keys, edits, rhythm) = if secret { (0, 0, Vec::new()) } else { (keys, edits, rhythm) };
                ("input", json!({ "el": el, "value": value, "keys": keys, "edits": edits, "ms": ms, "paste": paste, "rhythm": rhythm }))
            }
        ),
        (element(), any::<(bool, u16)>()).prop_map(|(el, (valid, filled))| ("submit", json!({ "el": el, "valid": valid, "filled": filled }))),
        (text(&["Enter", "F12", "Shortcut"]), 0..16_u8, maybe(element()))
            .prop_map(|(key, mods, el)| ("key", json!({ "key": key, "mods": mods, "el": el }))),
        (any::<(u16, u16)>(), prop::collection::vec(any::<(u16, i16, i16)>(), 0..=64))
            .prop_map(|((x, y), path)| ("move", json!({ "x": x, "y": y, "path": path }))),
        ([0..=limits::PIXELS, 0..=limits::PIXELS, 0..=limits::PIXELS], ms(), maybe(element()))
            .prop_map(|([x, y, max], ms, el)| ("scroll", json!({ "x": x, "y": y, "max": max, "ms": ms, "el": el }))),
        (element(), maybe(element()), any::<(i16, i16)>(), ms())
            .prop_map(|(el, to, (dx, dy), ms)| ("drag", json!({ "el": el, "to": to, "dx": dx, "dy": dy, "ms": ms }))),
        (text(&["GET", "POST", "OTHER"]), template(), prop_oneof![Just(0), 100..600], ms(), maybe(tree()), maybe(tree()), any::<bool>()).prop_map(
            |(method, url, status, ms, request, response, xhr)| {
                ("api", json!({ "method": method, "url": url, "status": status, "ms": ms, "request": request, "response": response, "xhr": xhr }))
            }
        ),
        (text(&["TypeError", "URIError"]), any::<String>(), maybe(template()), any::<bool>()).prop_map(|(name, message, script, rejection)| {
            ("error", json!({ "name": name, "message": error::scrub(&message), "script": script, "line": 3, "col": null, "rejection": rejection }))
        }),
        any::<(u16, u16)>().prop_map(|(w, h)| ("viewport", json!({ "w": w, "h": h }))),
        any::<bool>().prop_map(|hidden| ("visibility", json!({ "hidden": hidden }))),
        text(&["unload", "opt_out"]).prop_map(|reason| ("end", json!({ "reason": reason }))),
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
    (
        words,
        any::<(u16, u16)>(),
        any::<Option<u16>>(),
        maybe(template()),
        -840..=840_i16,
    )
        .prop_map(|((device, browser, os, language), (w, h), version, referrer, tz)| {
            json!({
                "device": device, "viewport": { "w": w, "h": h }, "browser": browser, "version": version, "os": os,
                "referrer": referrer, "language": language, "tz": tz,
            })
        })
}

/// Frames of which every event is valid, in the first minute of their session.
fn frame() -> impl Strategy<Value = Value> {
    let events = prop::collection::vec((0..60_000_u32, detail()), 0..20);
    let session = (0..(1_u64 << 47), any::<u64>())
        .prop_map(|(ms, random)| SessionId::from_parts(ms, u128::from(random)).expose());
    (session, 0..=limits::MAX_SEQ, events, meta()).prop_map(|(session, seq, events, meta)| {
        let events: Vec<_> = events
            .into_iter()
            .map(|(t, (kind, detail))| json!([t, kind, detail]))
            .collect();
        json!({ "type": "batch", "v": 1, "session": session, "seq": seq, "events": events, "meta": meta })
    })
}

/// `text` in groups of so many characters.
fn parted(text: &str, groups: &[usize], by: &str) -> String {
    let mut letters = text.chars();
    let groups: Vec<String> = groups
        .iter()
        .map(|group| letters.by_ref().take(*group).collect())
        .collect();
    groups.join(by)
}

/// Things that identify, in the forms in which they turn up.
fn secret() -> impl Strategy<Value = String> {
    let digits = |n: usize| {
        prop::collection::vec(0..10_u8, n)
            .prop_map(|digits| digits.iter().map(|d| char::from(b'0' + d)).collect::<String>())
    };
    let card = digits(15).prop_map(|digits| {
        ('0'..='9')
            .map(|check| format!("{digits}{check}"))
            .find(|card| luhn(card.as_bytes()))
            .unwrap()
    });
    let local = "[a-z]{3,10}([.+_-][a-z]{2,8})?";
    // Not by a pattern: that draws each range of a class alike, and every fifth letter of base64url would be a dash.
    let token = |alphabet: &'static str, most: usize| {
        let letters: Vec<char> = alphabet.chars().collect();
        prop::collection::vec(select(letters), 24..=most)
            .prop_map(String::from_iter)
            .no_shrink()
    };
    prop_oneof![
        (
            local,
            "[a-z]{3,10}",
            select(&["com", "org", "co.uk", "de", "example"][..])
        )
            .prop_map(|(local, host, tld)| format!("{local}@{host}.{tld}")),
        (local, "[a-z]{3,10}").prop_map(|(local, host)| format!("{local}%40{host}.com")),
        (local, "[a-z]{3,10}").prop_map(|(local, host)| format!("{local}%2540{host}.com")),
        card.clone(),
        card.prop_map(|card| parted(&card, &[4, 4, 4, 4], "-")),
        digits(9).prop_map(|ssn| parted(&ssn, &[3, 2, 4], "-")),
        digits(10).prop_map(|phone| format!("+1{phone}")),
        digits(10).prop_map(|phone| parted(&phone, &[3, 3, 4], "-")),
        digits(10).prop_map(|phone| format!("({}", parted(&phone, &[3, 7], ") "))),
        "[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
        "[0-9a-f]{16,40}",
        "[0-9A-F]{16,40}",
        token(BASE62, 40),
        token(BASE64URL, 40),
        token("abcdefghijklmnopqrstuvwxyz234567", 32),
        "eyJ[A-Za-z0-9_-]{20,40}\\.eyJ[A-Za-z0-9_-]{20,60}\\.[A-Za-z0-9_-]{40,43}",
        "[A-Z][a-z]{2,9} [A-Z][a-z]{2,9}",
        "[A-Z][a-z]{2,9}%20[A-Z][a-z]{2,9}",
        "[A-Z][a-z]{2,9}-[A-Z][a-z]{2,9}",
        "[a-z]{2,5}[äöüéñ][a-z]{2,5}",
        "[0-9]{1,4} [A-Z][a-z]{3,9} (St|Ave|Road)",
    ]
}

/// How a secret gets into a string of a page.
fn planted(into: &str, secret: &str, how: usize) -> String {
    match how {
        0 => secret.to_owned(),
        1 => format!("{into}-{secret}"),
        2 => format!("{secret}_{into}"),
        3 => format!("{into}/{secret}"),
        4 => format!("{into} {secret}"),
        _ => format!("{into}?{secret}"),
    }
}
const WAYS: usize = 6;

/// Counts down over the strings of `json`, keys included, and changes the one at which `turn` is 0.
fn visit(json: &mut Value, turn: &mut usize, change: &dyn Fn(&str) -> String) {
    let told = |text: String, turn: &mut usize| {
        let now = *turn == 0;
        *turn = turn.wrapping_sub(1);
        if now { change(&text) } else { text }
    };
    match json {
        Value::String(text) => *text = told(std::mem::take(text), turn),
        Value::Array(items) => items.iter_mut().for_each(|item| visit(item, turn, change)),
        Value::Object(map) => {
            for (key, mut value) in std::mem::take(map) {
                let key = told(key, turn);
                visit(&mut value, turn, change);
                map.insert(key, value);
            }
        }
        _ => {}
    }
}

fn strings(json: &Value) -> usize {
    let mut left = usize::MAX;
    visit(&mut json.clone(), &mut left, &str::to_owned);
    usize::MAX - left
}

fn contains(bytes: &[u8], secret: &str) -> bool {
    bytes
        .to_ascii_lowercase()
        .windows(secret.len())
        .any(|window| window == secret.to_ascii_lowercase().as_bytes())
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn a_template_is_its_own_template(raw in any::<String>(), tail in "[ -~]{0,60}", path in "(/[a-zA-Z0-9;.@%:_-]{0,8}){0,15}([?#][ -~]{0,20})?") {
        for raw in [raw.clone(), format!("/{raw}"), format!("https://{raw}"), format!("/{tail}"), format!("http://{tail}"), path.clone(), format!("https://a.b{path}")] {
            let once = url::template(&raw, None);
            prop_assert_eq!(url::check(&once), Ok(()), "{} from {}", once, raw);
            prop_assert_eq!(&url::template(&once, None), &once);
            prop_assert!(once.len() <= limits::URL_BYTES && once.is_ascii());
        }
    }

    #[test]
    fn people_in_paths_stay_out_however_they_are_nested(path in "(/(users?|profile|me|edit|account|jane-roe|jane|12|orders|Jane|search)){1,8}") {
        let once = url::template(&path, None);
        prop_assert_eq!(url::check(&once), Ok(()), "{} from {}", once, path);
    }

    #[test]
    fn a_scrubbed_message_is_its_own_template(message in any::<String>(), words in "([ -~]{0,8}[ \t\n]){0,40}", known in prop::collection::vec(select(error::WORDS), 0..40)) {
        for raw in [message.clone(), words.clone(), known.join(" "), format!("{} {words}", known.join(" "))] {
            let once = error::scrub(&raw);
            prop_assert_eq!(&error::scrub(&once), &once);
            prop_assert!(testgram_protocol::event::ErrorTemplate::new(&once).is_ok());
        }
    }

    #[test]
    fn no_rule_panics(text in any::<String>(), ascii in "[ -~]{0,80}") {
        for text in [text.as_str(), ascii.as_str()] {
            drop((looks_like_data(text), url::check(text), error::scrub(text)));
            drop(testgram_protocol::event::ElementPath::new(text));
            let hints = Hints { field: "text", autocomplete: text, name: text, id: text };
            prop_assert!(length_bucket(text.len()) < LENGTH_BUCKETS);
            let kind = classify(text, hints);
            prop_assert!(!kind.is_secret() || !kind.may_be_digested());
        }
    }

    #[test]
    fn what_the_snippet_makes_of_secrets_holds_none(secret in secret(), how in 0..WAYS, into in word()) {
        let whole = planted(&into, &secret, how);
        for raw in [format!("/{whole}"), format!("/a/{secret}/b"), format!("/a?{secret}=1"), format!("/a?q={secret}"), format!("/a#/{secret}"), format!("https://{secret}@api.example/"), format!("/a;s={secret}/b")] {
            let template = url::template(&raw, None);
            prop_assert!(!contains(template.as_bytes(), &secret), "{} holds {}", template, secret);
        }
        let scrubbed = error::scrub(&format!("failed to load {whole}: {secret}, '{secret}'"));
        prop_assert!(!contains(scrubbed.as_bytes(), &secret));
        let tree = serde_json::to_string(&KeyTree::of(&json!({ &whole: 1, "value": secret, "in": [{ &secret: secret }] }))).unwrap();
        prop_assert!(!contains(tree.as_bytes(), &secret), "{} holds {}", tree, secret);
    }
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn a_key_tree_reads_back_is_bounded_and_holds_no_value(body in any_json()) {
        let tree = KeyTree::of(&body);
        let wire = serde_json::to_string(&tree).unwrap();
        let read = serde_json::from_str::<KeyTree>(&wire);
        prop_assert!(read.is_ok(), "{} of {}", read.unwrap_err(), wire);
        prop_assert_eq!(read.unwrap(), tree);
        prop_assert!(wire.len() <= limits::TREE_NODES * (limits::WORD_BYTES + 16));
        // The strings of the wire form are keys that look like code, `*`, and the words of leaves.
        let leaves = ["string", "number", "boolean", "null", "mixed", "more", "*"];
        prop_assert!(wire.split('"').skip(1).step_by(2).all(|text| leaves.contains(&text) || looks_like_data(text).is_none()), "{}", wire);
    }

    #[test]
    fn valid_batches_come_through_whole(frame in frame()) {
        let text = frame.to_string();
        prop_assume!(text.len() <= limits::FRAME_BYTES);
        prop_assume!(!frame["events"].as_array().unwrap().is_empty());
        let parsed = Batch::parse(&text, invariants::arrival(&text)).map_err(|refused| TestCaseError::fail(refused.code.as_str()))?;
        prop_assert!(parsed.rejected.is_empty(), "{:?} of {}", parsed.rejected, text);
        prop_assert_eq!(parsed.meta_rejected, None);
        invariants::hold(text.as_bytes());
    }

    #[test]
    fn no_debug_shows_content(mut frame in frame(), at in any::<prop::sample::Index>()) {
        let mut turn = at.index(strings(&frame));
        visit(&mut frame, &mut turn, &|_| MARKER.to_owned());
        let text = frame.to_string();
        let shown = format!("{:?}", Batch::parse(&text, invariants::arrival(&text)));
        prop_assert!(!shown.contains("quokka"), "{}", shown);
        let session = frame["session"].as_str().unwrap_or("?");
        prop_assert!(!shown.contains(session));
    }

    #[test]
    fn no_secret_reaches_the_buffer_or_the_reply(frame in frame(), at in prop::collection::vec(any::<prop::sample::Index>(), 12), how in 0..WAYS, secret in secret()) {
        for at in at {
            let mut frame = frame.clone();
            let mut turn = at.index(strings(&frame));
            visit(&mut frame, &mut turn, &|into| planted(into, &secret, how));
            let text = frame.to_string();
            let arrival = invariants::arrival(&text);
            match Batch::parse(&text, arrival) {
                Ok(parsed) => {
                    let unpacked = buffer::unpacked(&parsed.batch).unwrap();
                    prop_assert!(!contains(&unpacked, &secret), "{} is stored, from {}", secret, text);
                    let shown = Reply::ack(&parsed, arrival.received_ms).to_json() + &format!("{parsed:?}");
                    prop_assert!(!contains(shown.as_bytes(), &secret));
                }
                Err(refused) => {
                    let shown = Reply::error(refused, arrival.received_ms, None).to_json() + &format!("{refused:?}");
                    prop_assert!(!contains(shown.as_bytes(), &secret));
                }
            }
        }
    }

    #[test]
    fn damaged_frames_and_buffers_are_refused_not_fatal(frame in frame(), cut in any::<prop::sample::Index>(), byte in any::<u8>(), noise in prop::collection::vec(any::<u8>(), 0..200)) {
        invariants::hold(&noise);
        let mut text = frame.to_string().into_bytes();
        let at = cut.index(text.len());
        invariants::hold(&text[..at]);
        text[at] = byte;
        invariants::hold(&text);

        let frame = frame.to_string();
        prop_assume!(frame.len() <= limits::FRAME_BYTES);
        let Ok(parsed) = Batch::parse(&frame, invariants::arrival(&frame)) else { return Ok(()) };
        let mut packed = buffer::encode(&parsed.batch).unwrap();
        let at = cut.index(packed.len());
        invariants::hold(&packed[..at]);
        packed[at] = packed[at].wrapping_add(byte);
        invariants::hold(&packed);
    }
}
