//! `tg up` as scripts see it: one line, signals, exit codes.

use std::{fs, net::TcpListener, os::unix::fs::PermissionsExt, process::Output};

use http_body_util::BodyExt;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};

use super::support::{Scratch, Tg, command};

#[tokio::test]
async fn it_serves_until_a_signal() {
    for signal in ["-TERM", "-INT"] {
        let scratch = Scratch::new();
        let tg = Tg::up(scratch.path());
        let client: Client<_, axum::body::Body> = Client::builder(TokioExecutor::new()).build_http();
        let response = client
            .get(format!("{}/health", tg.front).parse().unwrap())
            .await
            .unwrap();
        assert_eq!(
            response.into_body().collect().await.unwrap().to_bytes(),
            r#"{"status":"ok"}"#
        );
        drop(client);
        assert_eq!(
            fs::metadata(scratch.path()).unwrap().permissions().mode() & 0o777,
            0o700
        );
        let (status, rest) = tg.end(signal).await;
        assert_eq!((status.code(), rest.as_str()), (Some(0), ""), "{signal}");
    }
}

fn fails(args: &[&str]) -> (i32, String) {
    let Output { status, stdout, stderr } = command(args).output().unwrap();
    assert_eq!(stdout, b"", "nothing on standard output");
    (status.code().unwrap(), String::from_utf8(stderr).unwrap())
}

pub(crate) fn fails_with(args: &[&str], code: i32, word: &str) {
    let (found, text) = fails(args);
    assert_eq!(found, code, "{text}");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(
        lines[0].starts_with(&format!("error[{word}]: ")) && lines[1].starts_with("hint: "),
        "{text}"
    );
    let (found, text) = fails(&[args, &["--json"]].concat());
    assert_eq!(found, code, "{text}");
    let object: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&object["error"], &object["exit_code"]), (&word.into(), &code.into()));
    assert!(object["message"].is_string() && object["hint"].is_string());
}

#[test]
fn usage_is_2() {
    fails_with(&["up", "--port", "many"], 2, "usage");
    fails_with(&["up", "--sideways"], 2, "usage");
    fails_with(&["down"], 2, "usage");
    fails_with(&[], 2, "usage");
}

#[test]
fn a_port_in_use_is_3() {
    let scratch = Scratch::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let data = scratch.path().to_str().unwrap();
    fails_with(
        &["up", "--port", &port, "--aws-port", "0", "--data", data],
        3,
        "port_in_use",
    );
    fails_with(
        &["up", "--port", "0", "--aws-port", &port, "--data", data],
        3,
        "port_in_use",
    );
}

#[test]
fn a_data_folder_in_use_is_4() {
    let scratch = Scratch::new();
    let _running = Tg::up(scratch.path());
    let data = scratch.path().to_str().unwrap();
    fails_with(
        &["up", "--port", "0", "--aws-port", "0", "--data", data],
        4,
        "data_in_use",
    );
}

#[test]
fn a_folder_of_somebody_else_is_5() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path()).unwrap();
    fs::write(scratch.path().join("thesis.tex"), "").unwrap();
    let data = scratch.path().to_str().unwrap();
    fails_with(
        &["up", "--port", "0", "--aws-port", "0", "--data", data],
        5,
        "data_unusable",
    );
}

#[test]
fn worlds_that_cannot_be_had_are_6() {
    let scratch = Scratch::new();
    let file = scratch.path().with_extension("worlds");
    let entry = |key: &str, settings: &str| {
        format!(r#"[{{"tenant": "acme", "world": "shop", "key": "{key}", "settings": {settings}}}]"#)
    };
    let data = scratch.path().to_str().unwrap().to_owned();
    let worlds = file.to_str().unwrap().to_owned();
    let args = [
        "up",
        "--port",
        "0",
        "--aws-port",
        "0",
        "--data",
        &data,
        "--worlds",
        &worlds,
    ];
    fails_with(&args, 6, "worlds_unusable");
    for bad in [
        String::new(),
        "{}".to_owned(),
        entry("no#key", "{}"),
        entry("shopkey", r#"{"k": 1}"#),
    ] {
        fs::write(&file, bad).unwrap();
        fails_with(&args, 6, "worlds_unusable");
        assert!(!scratch.path().exists(), "nothing was started");
    }
    // The demo world has it.
    fs::write(&file, entry("demo", "{}")).unwrap();
    fails_with(&args, 6, "worlds_unusable");
    fs::write(&file, entry("shopkey", r#"{"sampel": 1}"#)).unwrap();
    let (_, text) = fails(&args);
    assert!(
        text.contains("worlds[0].settings: sampel: setting_unknown: there is no such setting"),
        "{text}"
    );
    fs::remove_file(&file).unwrap();
}

#[test]
fn help_is_0() {
    for args in [&["--help"][..], &["up", "--help"], &["--version"]] {
        let output = command(args).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        assert!(!output.stdout.is_empty() && output.stderr.is_empty());
    }
}
