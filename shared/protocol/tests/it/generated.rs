//! The schema says the same as the parser about structure. (xtask tests that it is up to date.)

use std::path::Path;

use jsonschema::Validator;
use serde_json::{Value, json};

fn read(path: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

fn schema() -> Validator {
    let schema: Value = serde_json::from_slice(&read("schema/v1.json")).unwrap();
    jsonschema::draft202012::meta::validate(&schema).unwrap_or_else(|error| panic!("{error}"));
    jsonschema::draft202012::new(&schema).unwrap()
}

fn cases(file: &str) -> Vec<Value> {
    let vectors: Value = serde_json::from_slice(&read(&format!("vectors/{file}.json"))).unwrap();
    vectors["cases"].as_array().unwrap().clone()
}

fn frame(event: &Value) -> Value {
    json!({ "type": "batch", "v": 1, "session": "01KSR0V6C08Z3J5K7M9N2P4Q6R", "seq": 0, "events": [event] })
}

#[test]
fn every_event_that_is_accepted_fits_the_schema() {
    let schema = schema();
    for case in cases("event").iter().filter(|case| case["out"].is_null()) {
        assert!(schema.is_valid(&frame(&case["in"])), "{case}");
    }
}

/// Codes of refusals that a schema can state. The others ask what a text looks like, or what time it is.
const STRUCTURAL: &[&str] = &[
    "malformed",
    "unknown_field",
    "missing_field",
    "wrong_type",
    "unknown_word",
    "unknown_kind",
    "out_of_range",
    "bad_time",
    "not_a_digest",
    "label_in_clear",
    "too_many",
];
/// Structure all the same, but within a string, or a gap in a range.
const BEYOND: &[&str] = &["\"a>b>c>d>e>f>g>h>i\"", "\"a:0\"", "\"status\":99,", "\"status\":1,"];

#[test]
fn every_event_of_wrong_structure_does_not() {
    let schema = schema();
    let mut seen = 0;
    for case in cases("event")
        .iter()
        .filter(|case| case["out"].as_str().is_some_and(|code| STRUCTURAL.contains(&code)))
    {
        let text = case["in"].to_string();
        if BEYOND.iter().any(|beyond| text.contains(beyond)) {
            continue;
        }
        assert!(!schema.is_valid(&frame(&case["in"])), "{case}");
        seen += 1;
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn frames_fit_the_schema_if_their_every_event_does() {
    let schema = schema();
    for case in cases("frame") {
        let Some(frame) = case.get("frame") else { continue };
        let out = &case["out"];
        let refused_in_part = out.get("meta").is_some() || out.get("lost").is_some();
        if out["rejected"].as_array().is_some_and(Vec::is_empty) && !refused_in_part {
            assert!(schema.is_valid(frame), "{case}");
        }
        // A clock that is off, too much of what is well-formed, and emptiness are not structure. 1.0 is an integer
        // there.
        let beyond = ["clock_skew", "too_large", "empty_batch"];
        if out["refused"].as_str().is_some_and(|code| !beyond.contains(&code)) && frame["v"] != json!(1.0) {
            assert!(!schema.is_valid(frame), "{case}");
        }
    }
}
