//! Batches: stored whole, in part, once; and refused with a reason.

use serde_json::{Value, json};

use super::frames::{batch, click, good, now_ms, page, session, session_at};
use super::stack::Stack;

#[tokio::test]
async fn an_acknowledged_batch_stands_in_the_store_as_it_was_sent() {
    let stack = Stack::start();
    let mut client = stack.client().await;
    let session = session();
    for seq in 0..3 {
        let reply = client.ask(batch(&session, seq, &good(seq * 100))).await;
        assert_eq!(reply["type"], "ack");
        assert_eq!(
            (reply["session"].as_str(), reply["seq"].as_u64()),
            (Some(session.as_str()), Some(u64::from(seq)))
        );
        assert_eq!(
            (reply["accepted"].as_u64(), reply["rejected"].clone()),
            (Some(3), json!([]))
        );
    }
    let stored = stack.stored("demo", "demo").await;
    assert_eq!(stored.keys().map(|(_, seq)| *seq).collect::<Vec<_>>(), [0, 1, 2]);
    let second = serde_json::to_value(stored[&(session, 1)].events()).unwrap();
    assert_eq!(
        (second[0][0].as_u64(), second[0][2]["url"].as_str()),
        (Some(100), Some("/cart"))
    );
    assert_eq!(second[1][2]["el"]["id"], "buy");
    assert_eq!(stack.marks().await.len(), 1, "one marker for the window");
}

#[tokio::test]
async fn bad_events_cost_only_themselves() {
    let stack = Stack::start();
    let mut client = stack.client().await;
    let events = [
        page(0, "/users/jane-roe"),
        click(1, "jane@example.com"),
        click(2, "buy"),
        json!([3, "click", { "el": { "tag": "button", "path": "main>button", "label": "Pay now" }, "x": 1, "y": 1 }]),
        json!([4, "click", { "el": { "tag": "button", "path": "main>button" }, "x": 1, "y": 1, "text": "Pay now" }]),
        json!([5, "input", { "el": { "tag": "input", "path": "form>input" }, "value": { "kind": "text", "digest": "Jane" }, "keys": 1, "ms": 1 }]),
        json!([6, "telepathy", {}]),
        json!("click"),
        click(7, "checkout"),
    ];
    let session = session();
    let reply = client.ask(batch(&session, 0, &events)).await;
    assert_eq!(reply["accepted"], 2);
    let codes: Vec<(u64, &str)> = reply["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| (r["index"].as_u64().unwrap(), r["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        codes,
        [
            (0, "person_in_url"),
            (1, "looks_like_email"),
            (3, "label_in_clear"),
            (4, "unknown_field"),
            (5, "not_a_digest"),
            (6, "unknown_kind"),
            (7, "malformed"),
        ]
    );
    let text = reply.to_string();
    assert!(
        !text.contains("jane") && !text.contains("Jane") && !text.contains("Pay now"),
        "a reply quotes nothing"
    );
    let kept = stack.stored("demo", "demo").await;
    assert_eq!(
        kept[&(session, 0)]
            .events()
            .iter()
            .map(|event| event.t)
            .collect::<Vec<_>>(),
        [2, 7]
    );
}

#[tokio::test]
async fn the_same_batch_again_is_acknowledged_again_and_stored_once() {
    let stack = Stack::start();
    let mut client = stack.client().await;
    let frame = batch(&session(), 0, &good(0));
    let first = client.ask(frame.as_str()).await;
    let again = client.ask(frame.as_str()).await;
    assert_eq!(
        (&first["type"], &first["accepted"]),
        (&again["type"], &again["accepted"])
    );
    let mut other = stack.client().await;
    assert_eq!(other.ask(frame).await["type"], "ack");
    assert_eq!(stack.stored("demo", "demo").await.len(), 1);
}

#[tokio::test]
async fn a_batch_of_nothing_but_bad_events_is_acknowledged_and_leaves_nothing() {
    let stack = Stack::start();
    let mut client = stack.client().await;
    let reply = client.ask(batch(&session(), 0, &[click(0, "jane@example.com")])).await;
    assert_eq!(
        (reply["type"].as_str(), reply["accepted"].as_u64()),
        (Some("ack"), Some(0))
    );
    assert!(stack.stored("demo", "demo").await.is_empty());
    assert!(stack.marks().await.is_empty());
}

#[tokio::test]
async fn garbage_gets_a_code_and_the_connection_stays() {
    let stack = Stack::start();
    let mut client = stack.client().await;
    let deep = format!(
        r#"{{"type":"batch","v":1,"session":"{}","seq":0,"events":{}1{}}}"#,
        session(),
        "[".repeat(9_000),
        "]".repeat(9_000)
    );
    for (frame, code) in [
        ("".to_owned(), "not_json"),
        ("hello".to_owned(), "not_json"),
        ("{".to_owned(), "not_json"),
        ("[]".to_owned(), "not_json"),
        ("\u{0}\u{202e}".to_owned(), "not_json"),
        (r#"{"type":"batch"}"#.to_owned(), "bad_envelope"),
        (r#"{"type":"hello"}"#.to_owned(), "unknown_type"),
        (
            json!({"type": "batch", "v": 1, "session": session(), "seq": 0, "events": [], "cookie": "a=b"}).to_string(),
            "bad_envelope",
        ),
        (
            json!({"type": "batch", "v": 2, "session": session(), "seq": 0, "events": good(0)}).to_string(),
            "unsupported_version",
        ),
        (batch("not-a-ulid", 0, &good(0)), "bad_session"),
        (batch(&session(), 1_000_000, &good(0)), "bad_seq"),
        (batch(&session(), 0, &[]), "empty_batch"),
        (
            batch(&session(), 0, &vec![json!([0, "end", {"reason": "unload"}]); 501]),
            "too_many_events",
        ),
        (batch(&session_at(now_ms() + 3_600_000), 0, &good(0)), "clock_skew"),
        (batch(&session_at(now_ms() - 50 * 3_600_000), 0, &good(0)), "clock_skew"),
        (deep, "too_deep"),
    ] {
        let reply = client.ask(frame.as_str()).await;
        let got = match reply["type"].as_str() {
            Some("ack") => reply["rejected"][0]["code"].clone(),
            _ => reply["code"].clone(),
        };
        assert_eq!(got, Value::from(code), "{}", frame.chars().take(80).collect::<String>());
        if code == "clock_skew" {
            assert!(
                reply["server_time"].as_u64().unwrap().abs_diff(now_ms()) < 60_000,
                "the server's time mends the client's"
            );
        }
    }
    assert_eq!(client.ask(batch(&session(), 0, &good(0))).await["type"], "ack");
    assert_eq!(stack.stored("demo", "demo").await.len(), 1, "only the good one");
}

/// A duplicated tab, or a client that mends what was rejected and sends it under the same number.
#[tokio::test]
async fn another_frame_under_the_same_number_overwrites_nothing() {
    let stack = Stack::start();
    let mut client = stack.client().await;
    let session = session();
    assert_eq!(client.ask(batch(&session, 0, &good(0))).await["accepted"], 3);
    assert_eq!(client.ask(batch(&session, 0, &[click(5, "buy")])).await["accepted"], 1);
    assert_eq!(
        client.ask(batch(&session, 0, &good(0))).await["accepted"],
        3,
        "sent again"
    );
    let events: Vec<usize> = stack
        .items("demo", "demo")
        .await
        .into_iter()
        .map(|item| item.batch.unwrap().events().len())
        .collect();
    assert_eq!(
        (events.len(), events.iter().sum::<usize>()),
        (2, 4),
        "what was acknowledged is there"
    );
}
