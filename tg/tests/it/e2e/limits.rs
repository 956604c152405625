//! The gateway's limits, through the whole stack.

use serde_json::json;

use super::frames::{batch, good, session};
use super::stack::Stack;

#[tokio::test]
async fn oversize_frames_close_with_1009_and_our_own_limit_answers_first() {
    let stack = Stack::start();
    let padded = |bytes: usize| {
        let frame = batch(&session(), 0, &[json!([0, "custom", { "name": "" }])]);
        frame.replace(
            r#""name":"""#,
            &format!(r#""name":"{}""#, "a".repeat(bytes - frame.len())),
        )
    };
    let mut client = stack.client().await;
    assert_eq!(
        client.ask(padded(30 * 1024 + 1)).await["code"],
        "too_large",
        "an answer, not a dropped connection"
    );
    assert_eq!(client.ask(padded(30 * 1024)).await["rejected"][0]["code"], "too_long");
    client.send(padded(32 * 1024 + 1)).await;
    assert_eq!(client.receive().await, Some(Err(1009)));
}

#[tokio::test]
async fn binary_frames_close_with_1003() {
    let stack = Stack::start();
    let mut client = stack.client().await;
    client.send_binary(vec![1, 2, 3]).await;
    assert_eq!(client.receive().await, Some(Err(1003)));
}

#[tokio::test]
async fn two_hundred_clients_at_once() {
    let stack = Stack::start();
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let front = stack.front.clone();
        running.spawn(async move {
            let mut client = super::client::Client::connect(&front, "demo").await;
            let session = session();
            for seq in 0..5 {
                assert_eq!(client.ask(batch(&session, seq, &good(seq * 100))).await["accepted"], 3);
            }
        });
    }
    while let Some(done) = running.join_next().await {
        done.unwrap();
    }
    let stored = stack.stored("demo", "demo").await;
    assert_eq!(stored.len(), 1_000);
    assert_eq!(stored.values().map(|batch| batch.events().len()).sum::<usize>(), 3_000);
}
