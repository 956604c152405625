//! Runs every vector file. The TypeScript side runs the same ones; `vectors/README.md` says what they hold.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testgram_protocol::batch::{Arrival, Batch};
use testgram_protocol::event::{Collected, Event, Kind, Language};
use testgram_protocol::privacy::digest::{LabelDigest, ValueDigest};
use testgram_protocol::privacy::token::looks_like_data;
use testgram_protocol::privacy::tree::KeyTree;
use testgram_protocol::privacy::value::{Hints, classify, length_class};
use testgram_protocol::privacy::{element, error, url};
use testgram_protocol::reason::{MessageCode, Outcome, Reason};

fn cases(file: &str) -> Vec<Value> {
    let path = format!("{}/vectors/{file}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let vectors: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_eq!(
        vectors.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["about", "cases"],
        "{path}"
    );
    vectors["cases"].as_array().unwrap().clone()
}

/// Runs a file; every case that fails is named.
fn run(file: &str, fields: &[&str], rule: impl Fn(&Value) -> Value) {
    let cases = cases(file);
    let mut failures = Vec::new();
    for case in &cases {
        let known = |field: &str| fields.contains(&field) || field == "why" || field == "out";
        assert!(
            case.as_object().unwrap().keys().all(|field| known(field)),
            "{file}: a field that is not read in {case}"
        );
        let got = rule(case);
        if got != case["out"] {
            let given: Vec<String> = fields
                .iter()
                .filter_map(|field| case.get(field))
                .map(|given| given.to_string().chars().take(120).collect())
                .collect();
            failures.push(format!(
                "{}: {}\n    expected {}\n    got      {got}",
                case["why"],
                given.join(" "),
                case["out"]
            ));
        }
    }
    assert!(
        failures.is_empty(),
        "{file}: {} of {} fail\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}

fn text<'a>(case: &'a Value, field: &str) -> &'a str {
    case.get(field).map_or("", |value| value.as_str().unwrap())
}

fn code(result: Result<(), Reason>) -> Value {
    result.map_or_else(|reason| json!(reason.as_str()), |()| Value::Null)
}

#[test]
fn token() {
    run("token", &["in"], |case| {
        code(looks_like_data(text(case, "in")).map_or(Ok(()), Err))
    });
}

#[test]
fn word() {
    run("word", &["in"], |case| code(element::check_word(text(case, "in"))));
}

#[test]
fn tag() {
    run("tag", &["in"], |case| code(element::check_tag(text(case, "in"))));
}

#[test]
fn path() {
    run("path", &["in"], |case| code(element::check_path(text(case, "in"))));
}

#[test]
fn urls() {
    run("url", &["in", "own"], |case| {
        let own = case.get("own").map(|own| own.as_str().unwrap());
        json!(url::template(text(case, "in"), own))
    });
}

#[test]
fn url_check() {
    run("url-check", &["in"], |case| code(url::check(text(case, "in"))));
}

#[test]
fn every_url_of_the_vectors_becomes_a_template() {
    for case in cases("url") {
        assert_eq!(url::check(text(&case, "out")), Ok(()), "{case}");
    }
}

#[test]
fn tree() {
    run("tree", &["in"], |case| {
        serde_json::to_value(KeyTree::of(&case["in"])).unwrap()
    });
}

#[test]
fn tree_read() {
    run("tree-read", &["in"], |case| {
        let read = serde_json::from_str::<KeyTree>(&case["in"].to_string());
        code(read.map(drop).map_err(|error| Reason::of(&error)))
    });
}

#[test]
fn value() {
    run("value", &["value", "field", "autocomplete", "name", "id"], |case| {
        let hints = Hints {
            field: text(case, "field"),
            autocomplete: text(case, "autocomplete"),
            name: text(case, "name"),
            id: text(case, "id"),
        };
        serde_json::to_value(classify(text(case, "value"), hints)).unwrap()
    });
}

#[test]
fn length() {
    run("length", &["units", "value"], |case| {
        let units = case["units"]
            .as_u64()
            .map_or_else(|| text(case, "value").encode_utf16().count(), |units| units as usize);
        json!(length_class(units))
    });
}

#[test]
fn error_messages() {
    run("error", &["in"], |case| json!(error::scrub(text(case, "in"))));
}

#[test]
fn digest() {
    run("digest", &["in"], |case| {
        code(ValueDigest::from_hex(text(case, "in")).map(drop))
    });
}

#[test]
fn label() {
    run("label", &["in"], |case| {
        code(LabelDigest::from_hex(text(case, "in")).map(drop))
    });
}

#[test]
fn language() {
    run("language", &["in"], |case| {
        code(Language::new(text(case, "in")).map(drop))
    });
}

const NOW: u64 = 1_780_000_000_000;
/// An hour before [`NOW`].
const SESSION: &str = "01KSR0V6C08Z3J5K7M9N2P4Q6R";

fn frame(session: &Value, events: &Value) -> String {
    json!({ "type": "batch", "v": 1, "session": session, "seq": 0, "events": events }).to_string()
}

#[test]
fn session() {
    run("session", &["in", "received_ms"], |case| {
        let arrival = Arrival {
            received_ms: case["received_ms"].as_u64().unwrap(),
            kinds: Collected::ALL,
        };
        let parsed = Batch::parse(
            &frame(&case["in"], &json!([[5, "end", { "reason": "unload" }]])),
            arrival,
        );
        parsed.map_or_else(|refused| json!(refused.code.as_str()), |_| Value::Null)
    });
}

/// Twice: among good events, where it is read piece by piece, and straight into its type.
#[test]
fn event() {
    run("event", &["in"], |case| {
        let good = json!([5, "end", { "reason": "unload" }]);
        let arrival = Arrival {
            received_ms: NOW,
            kinds: Collected::ALL,
        };
        let frame = frame(&json!(SESSION), &json!([good, case["in"], good]));
        let parsed = Batch::parse(&frame, arrival).unwrap();
        let got = parsed
            .rejected
            .first()
            .map_or(Value::Null, |rejected| json!(rejected.outcome.as_str()));
        assert_eq!(parsed.batch.events().len() + parsed.rejected.len(), 3, "{case}");
        let alone = serde_json::from_str::<Event>(&case["in"].to_string());
        assert_eq!(alone.is_ok(), got.is_null(), "{case}");
        got
    });
}

#[test]
fn frames() {
    run("frame", &["frame", "text", "received_ms", "off"], |case| {
        let text = case["text"]
            .as_str()
            .map_or_else(|| case["frame"].to_string(), str::to_owned);
        let off: Vec<Kind> = serde_json::from_value(case.get("off").cloned().unwrap_or_else(|| json!([]))).unwrap();
        let kinds = off.into_iter().fold(Collected::ALL, Collected::without);
        match Batch::parse(
            &text,
            Arrival {
                received_ms: case["received_ms"].as_u64().unwrap(),
                kinds,
            },
        ) {
            Err(refused) => json!({ "refused": refused.code.as_str() }),
            Ok(parsed) => {
                let rejected: Vec<_> = parsed
                    .rejected
                    .iter()
                    .map(|it| (it.index, it.outcome.as_str()))
                    .collect();
                let mut out = json!({ "accepted": parsed.batch.events().len(), "rejected": rejected });
                if let Some(reason) = parsed.meta_rejected {
                    out["meta"] = json!(reason.as_str());
                }
                if let Some(reason) = parsed.lost_rejected {
                    out["lost"] = json!(reason.as_str());
                }
                out
            }
        }
    });
}

/// All codes that the vectors of whole events and frames expect.
fn expected_codes() -> BTreeSet<String> {
    fn strings(value: &Value, into: &mut BTreeSet<String>) {
        match value {
            Value::String(text) => {
                into.insert(text.clone());
            }
            Value::Array(items) => items.iter().for_each(|item| strings(item, into)),
            Value::Object(map) => map.values().for_each(|item| strings(item, into)),
            _ => {}
        }
    }
    let mut codes = BTreeSet::new();
    for case in ["event", "frame", "session"].into_iter().flat_map(cases) {
        strings(&case["out"], &mut codes);
    }
    codes
}

#[test]
fn every_reason_has_a_vector() {
    let codes = expected_codes();
    let missing: Vec<_> = Reason::ALL
        .iter()
        .filter(|reason| !codes.contains(reason.as_str()))
        .collect();
    assert!(missing.is_empty(), "no vector for {missing:?}");
    assert!(codes.contains(Outcome::Filtered.as_str()));
}

#[test]
fn every_refusal_that_this_crate_makes_has_a_vector() {
    use MessageCode::{Internal, NotAuthorized, Reconnect, Throttled, Unavailable};
    let codes = expected_codes();
    // Those are made by the functions, which know the connection and the store.
    let elsewhere = [Reconnect, NotAuthorized, Throttled, Unavailable, Internal];
    let ours = MessageCode::ALL.iter().filter(|code| !elsewhere.contains(code));
    let missing: Vec<_> = ours.filter(|code| !codes.contains(code.as_str())).collect();
    assert!(missing.is_empty(), "no vector for {missing:?}");
}

/// And nothing that a vector expects is a word that is defined nowhere.
#[test]
fn vectors_expect_known_words_only() {
    let known: BTreeSet<&str> = (Reason::ALL.iter().map(|reason| reason.as_str()))
        .chain(MessageCode::ALL.iter().map(|code| code.as_str()))
        .chain([Outcome::Filtered.as_str()])
        .collect();
    for code in expected_codes() {
        assert!(known.contains(code.as_str()), "{code}");
    }
}

#[test]
fn big_rules_have_many_vectors() {
    for file in [
        "token",
        "url",
        "url-check",
        "tree",
        "tree-read",
        "value",
        "error",
        "path",
        "tag",
        "digest",
        "session",
        "event",
        "frame",
    ] {
        let cases = cases(file).len();
        assert!(cases >= 30, "{file} has {cases}");
    }
}
