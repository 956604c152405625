//! The state machine calls this function's steps, in their order, with what they read.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that fails should fail loudly"
)]

use serde_json::{Map, Value, json};
use testgram_builder::Step;

fn machine() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../statemachines/build.asl.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The tasks on the way from `StartAt` to the end, those of maps in their place.
fn tasks(states: &Value) -> Vec<Value> {
    let (mut found, mut name) = (Vec::new(), states["StartAt"].as_str().map(str::to_owned));
    while let Some(at) = name {
        let state = &states["States"][&at];
        match state["Type"].as_str() {
            Some("Task") => found.push(state.clone()),
            Some("Map") => found.extend(tasks(&state["ItemProcessor"])),
            other => panic!("{at}: {other:?}"),
        }
        assert!(
            state["Next"].is_string() != (state["End"] == true),
            "{at} goes on or ends"
        );
        name = state["Next"].as_str().map(str::to_owned);
    }
    found
}

/// What a task hands over, with something in the place of every path.
fn event(task: &Value) -> Value {
    let sample = |name: &str| match name {
        "at_ms" => json!(1_795_435_200_000_u64),
        "full" => json!(false),
        "partition" => json!("date=2026-11-23/part=02"),
        "snapshot" | "catalog" => json!("5".repeat(64)),
        _ => json!("acme"),
    };
    let parameters = task["Parameters"].as_object().unwrap().iter();
    let filled = parameters.map(|(name, value)| match name.strip_suffix(".$") {
        Some(name) => {
            assert!(
                value.as_str().unwrap().ends_with(&format!(".{name}")),
                "{name} is {value}"
            );
            (name.to_owned(), sample(name))
        }
        None => (name.clone(), value.clone()),
    });
    Value::Object(filled.collect::<Map<_, _>>())
}

#[test]
fn steps_come_in_their_order_and_are_understood() {
    let words: Vec<_> = tasks(&machine())
        .iter()
        .map(|task| serde_json::from_value::<Step>(event(task)).unwrap().word())
        .collect();
    assert_eq!(words, ["plan", "snapshot", "inventory", "catalog", "count", "publish"]);
}

#[test]
fn what_a_step_adds_is_handed_on() {
    for task in tasks(&machine()) {
        let given = event(&task);
        let needs: &[&str] = match given["step"].as_str().unwrap() {
            "plan" => &["full"],
            "snapshot" => &["tenant", "world", "full"],
            "inventory" => &["tenant", "world", "snapshot", "partition"],
            "catalog" => &["tenant", "world", "full", "at_ms", "rebuild_token", "snapshot"],
            "count" => &["tenant", "world", "snapshot", "catalog", "partition"],
            _ => &["tenant", "world", "at_ms", "rebuild_token", "snapshot", "catalog"],
        };
        assert!(needs.iter().all(|field| given.get(*field).is_some()), "{given}");
    }
}

#[test]
fn one_world_that_fails_does_not_keep_the_others_from_being_built() {
    let worlds = &machine()["States"]["Worlds"]["ItemProcessor"]["States"];
    for (name, state) in worlds.as_object().unwrap() {
        if name != "Failed" {
            assert_eq!(state["Catch"][0]["Next"], "Failed", "{name}");
        }
    }
}
