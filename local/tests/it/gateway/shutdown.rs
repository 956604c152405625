//! The end of the stack: what was read is answered, then everybody is sent away.

use std::time::Duration;

use serde_json::json;
use testgram_local::gateway::Limits;
use tokio::time::Instant;
use tokio_tungstenite::connect_async;

use super::double::{allow, start, start_with};

#[tokio::test]
async fn running_invocations_are_answered_first() {
    let api = start().await;
    let mut client = api.client().await;
    let mut idle = api.client().await;
    client.ask(&json!({"type": "batch", "do": "sleep", "ms": 300})).await;
    api.events("MESSAGE", 1).await;
    let gateway = api.gateway.clone();
    let shutdown = tokio::spawn(async move { gateway.shutdown().await });
    assert_eq!(idle.closed().await, (1001, "Going away".to_owned()));
    assert_eq!(client.text().await, "300");
    assert_eq!(client.closed().await, (1001, "Going away".to_owned()));
    drop((client, idle));
    shutdown.await.unwrap();
    let ends = api
        .called
        .lock()
        .unwrap()
        .iter()
        .filter(|event| event["requestContext"]["eventType"] == "DISCONNECT")
        .count();
    assert_eq!(ends, 2);
}

#[tokio::test]
async fn the_wait_is_bounded() {
    let limits = Limits {
        shutdown_grace: Duration::from_millis(200),
        ..Limits::default()
    };
    let api = start_with(limits, allow).await;
    let mut client = api.client().await;
    client.ask(&json!({"type": "batch", "do": "sleep", "ms": 60_000})).await;
    api.events("MESSAGE", 1).await;
    let started = Instant::now();
    let closed = tokio::spawn(async move { client.closed().await });
    api.gateway.shutdown().await;
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(closed.await.unwrap().0, 1001);
}

#[tokio::test]
async fn nobody_new_comes_in() {
    let api = start().await;
    api.gateway.shutdown().await;
    assert_eq!(api.refused("/ws?world=demo").await.0, 503);
    api.stop.cancel();
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(
        connect_async(format!("ws://{}/ws?world=demo", api.address))
            .await
            .is_err()
    );
}
