//! The commands beside `tg up`, as their users call them.

use std::process::Output;

use serde_json::Value;

use super::support::{Scratch, Tg, command};
use super::up::fails_with;

fn succeeds(args: &[&str]) -> (String, String) {
    let Output { status, stdout, stderr } = command(args).output().unwrap();
    let (stdout, stderr) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
    assert_eq!(status.code(), Some(0), "{args:?}: {stderr}");
    (stdout, stderr)
}

fn json(args: &[&str]) -> Value {
    let (stdout, stderr) = succeeds(&[args, &["--json"]].concat());
    assert_eq!(stderr, "", "programs get no progress");
    serde_json::from_str(&stdout).unwrap()
}

#[test]
fn no_stack_is_7() {
    for args in [
        &["archive"][..],
        &["build"],
        &["buffer", "dump"],
        &["model", "show"],
        &["model", "download"],
    ] {
        fails_with(&[args, &["--aws", "http://127.0.0.1:1"]].concat(), 7, "no_stack");
    }
    for world in ["demo", "DEMO/demo", "a/b/c", "/"] {
        fails_with(&["build", "--world", world], 2, "usage");
    }
}

#[test]
fn files_that_are_no_sessions_are_10() {
    let scratch = Scratch::new();
    std::fs::create_dir(scratch.path()).unwrap();
    let file = |name: &str, content: &[u8]| {
        let path = scratch.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (good, binary, empty) = (
        file("good", b"a b\nb a\n"),
        file("binary", b"\xff\xfe"),
        file("empty", b""),
    );
    for bad in [&binary, &empty, &format!("{good}.missing")] {
        fails_with(&["fidelity", "--train", bad, "--test", &good], 10, "input_unusable");
        fails_with(&["fidelity", "--train", &good, "--test", bad], 10, "input_unusable");
    }
    fails_with(&["fidelity", "--train", &good, "--test", &good, "--k", "0"], 2, "usage");
    let figures = json(&["fidelity", "--train", &good, "--test", &good, "--k", "1"]);
    let names = [
        "bits_per_symbol",
        "top1",
        "top5",
        "train_seconds",
        "symbols_per_second",
        "model_bytes",
    ];
    assert!(figures["bits_per_symbol"].as_f64().unwrap() > 0.0);
    let object = figures.as_object().unwrap();
    assert!(names.iter().all(|name| object[*name].is_number()) && object.len() == names.len());
}

#[test]
fn a_stack_without_anything_has_no_model_and_nothing_to_do() {
    let scratch = Scratch::new();
    let tg = Tg::up(scratch.path());
    let aws = ["--aws", tg.aws.as_str()];
    let (buffer, _) = succeeds(&["buffer", "dump", "--endpoint", &tg.aws]);
    assert_eq!(buffer, "");
    fails_with(
        &[&["buffer", "dump", "--tables", "other"][..], &aws].concat(),
        1,
        "failed",
    );
    assert_eq!(json(&[&["archive"][..], &aws].concat())["windows"], 0);
    assert_eq!(json(&[&["build"][..], &aws].concat())["models"], serde_json::json!([]));
    fails_with(&[&["model", "show"][..], &aws].concat(), 9, "no_model");
    fails_with(
        &[&["build", "--world", "no/such"][..], &aws].concat(),
        8,
        "no_such_world",
    );
    let built = json(&[&["build", "--world", "demo/demo"][..], &aws].concat());
    assert_eq!(built["models"][0], serde_json::json!({"sessions": 0}));
}

#[test]
fn a_demo_goes_all_the_way_and_leaves_a_folder_that_up_takes_on() {
    let scratch = Scratch::new();
    let data = scratch.path().to_str().unwrap();
    let (shown, progress) = succeeds(&["demo", "--sessions", "40", "--data", data]);
    for section in [
        "PAGES",
        "JOURNEYS",
        "FORMS",
        "CALLS",
        "VISITORS",
        "/demo/product/:param",
    ] {
        assert!(shown.contains(section), "{shown}");
    }
    for stage in [
        "sessions through the socket 40/40",
        "archived",
        "inventory",
        "count",
        "publishing",
        "done in",
    ] {
        assert!(progress.contains(stage), "{progress}");
    }
    fails_with(&["demo", "--data", data], 5, "data_unusable");
    let tg = Tg::up(scratch.path());
    let aws = ["--aws", tg.aws.as_str()];
    let (buffer, _) = succeeds(&[&["buffer", "dump"][..], &aws].concat());
    let batches: Vec<Value> = buffer.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let is_batch = |batch: &Value| batch["tenant"] == "demo" && batch["events"].is_array() && batch["seq"].is_u64();
    assert!(batches.len() >= 40 && batches.iter().all(is_batch), "{buffer}");
    let show = json(&[&["model", "show"][..], &aws].concat());
    // With noise, the same in both.
    let sessions = &show["summary"]["sessions"];
    assert!((36..=44).contains(&sessions.as_u64().unwrap()), "{sessions}");
    let (model, _) = succeeds(&[&["model", "download"][..], &aws].concat());
    let model: Value = serde_json::from_str(&model).unwrap();
    assert_eq!(&model["sessions"]["support"], sessions);
    // Nothing new: built again from nothing, it is the same.
    let built = json(&[&["build", "--world", "demo/demo", "--full"][..], &aws].concat());
    assert_eq!(
        (&built["models"][0]["new"], &built["models"][0]["version"]),
        (&Value::Bool(false), &show["version"])
    );
}

/// What `tg world` says of a stack that answers at `url`: exit code, standard output, standard error.
fn world(url: &str, region: &str, args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = command(&[&["world"], args, &["--stack", "testgram"][..]].concat());
    let command = command
        .env("AWS_REGION", region)
        .env("AWS_ENDPOINT_URL", url)
        .env("AWS_ACCESS_KEY_ID", "testgram")
        .env("AWS_SECRET_ACCESS_KEY", "testgram");
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn worlds_of_a_deployed_stack_are_shown_and_put_by_the_environment() {
    let scratch = Scratch::new();
    let tg = Tg::up(scratch.path());
    let us = |args: &[&str]| world(&tg.aws, "us-east-1", args);
    let settings = |json: &str| {
        let file = scratch.path().join("settings.json");
        std::fs::write(&file, json).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let shown = |args: &[&str]| serde_json::from_str::<Value>(&us(args).1).unwrap();

    let before = shown(&["show", "demo/demo", "--json"]);
    assert_eq!(
        (&before["key"], &before["made"]),
        (&Value::from("demo"), &serde_json::json!([]))
    );
    // No KMS answers here, which must not keep a world that is there from being closed.
    let keys = ["--keys", "alias/testgram/testgram/", "--json"];
    let paused = settings(r#"{"paused": true}"#);
    let put = us(&[&["put", "demo/demo", "--settings", &paused][..], &keys].concat());
    assert_eq!(put.0, Some(11), "{put:?}");
    assert!(put.2.contains(r#""error":"aws_unusable""#), "{put:?}");
    assert_eq!(shown(&["show", "demo/demo", "--json"])["settings"]["paused"], true);
    // Nor is one made whose batches could not be stored.
    let put = us(&[&["put", "acme/shop"][..], &keys].concat());
    assert_eq!(put.0, Some(11), "{put:?}");
    let missing = us(&["show", "acme/shop"]);
    assert_eq!(missing.0, Some(8), "{missing:?}");

    let bad = settings(r#"{"sampel": 1}"#);
    let put = us(&[&["put", "demo/demo", "--settings", &bad][..], &keys].concat());
    assert_eq!(put.0, Some(10), "{put:?}");
    assert!(put.2.contains("setting_unknown"), "{put:?}");
    let put = us(&[&["put", "demo/demo", "--key", "a key"][..], &keys].concat());
    assert_eq!(put.0, Some(2), "{put:?}");
    let elsewhere = world(&tg.aws, "eu-central-1", &["show", "demo/demo"]);
    assert_eq!(elsewhere.0, Some(11), "{elsewhere:?}");
    assert!(elsewhere.2.contains("eu-central-1"), "{elsewhere:?}");
}
