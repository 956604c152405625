//! The ways a connection ends: what the client gets, and what `$disconnect` is called with.

use std::{sync::atomic::Ordering, time::Duration};

use serde_json::json;
use testgram_local::gateway::Limits;
use tokio::{io::AsyncWriteExt, time::Instant};
use tokio_tungstenite::tungstenite::{
    Bytes, Message,
    protocol::{
        CloseFrame,
        frame::{
            Frame,
            coding::{CloseCode, Data, OpCode},
        },
    },
};

use super::double::{allow, start, start_with};

#[tokio::test]
async fn a_frame_of_32_kb_passes_and_one_byte_more_does_not() {
    let api = start().await;
    let mut client = api.client().await;
    client.send("x".repeat(32 * 1024)).await;
    assert_eq!(client.json().await["body"].as_str().unwrap().len(), 32 * 1024);
    client.send("x".repeat(32 * 1024 + 1)).await;
    assert_eq!(client.closed().await.0, 1009);
    assert_eq!(api.disconnected().await.0, 1009);
}

#[tokio::test]
async fn a_frame_far_too_large_is_closed_and_not_reset() {
    let api = start().await;
    let mut client = api.client().await;
    client.send("x".repeat(8 * 1024 * 1024)).await;
    assert_eq!(client.closed().await.0, 1009);
}

#[tokio::test]
async fn a_message_of_128_kb_passes_in_fragments_and_one_byte_more_does_not() {
    let api = start().await;
    let mut client = api.client().await;
    let frame =
        |size, code, last| Message::Frame(Frame::message(Bytes::from("x".repeat(size)), OpCode::Data(code), last));
    for extra in [0, 1] {
        client.send(frame(32 * 1024, Data::Text, false)).await;
        for _ in 0..2 {
            client.send(frame(32 * 1024, Data::Continue, false)).await;
        }
        client.send(frame(32 * 1024 - 1, Data::Continue, false)).await;
        client.send(frame(1 + extra, Data::Continue, true)).await;
        if extra == 0 {
            assert_eq!(client.json().await["body"].as_str().unwrap().len(), 128 * 1024);
        }
    }
    assert_eq!(client.closed().await.0, 1009);
    assert_eq!(api.disconnected().await.0, 1009);
}

#[tokio::test]
async fn binary_is_1003() {
    let api = start().await;
    let mut client = api.client().await;
    client.send(Message::binary(vec![1, 2, 3])).await;
    assert_eq!(client.closed().await.0, 1003);
    assert_eq!(api.disconnected().await.0, 1003);
}

#[tokio::test]
async fn text_that_is_no_text_is_1007() {
    let api = start().await;
    let mut client = api.client().await;
    client
        .send(Message::Frame(Frame::message(
            vec![0xff, 0xfe],
            OpCode::Data(Data::Text),
            true,
        )))
        .await;
    assert_eq!(client.closed().await.0, 1007);
}

#[tokio::test]
async fn what_is_no_frame_is_1002() {
    let api = start().await;
    let mut client = api.client().await;
    client
        .socket
        .get_mut()
        .write_all(&[0xf1, 0x80, 0, 0, 0, 0])
        .await
        .unwrap();
    assert_eq!(client.closed().await.0, 1002);
}

#[tokio::test]
async fn idle_is_1001_and_messages_put_it_off() {
    let limits = Limits {
        idle: Duration::from_millis(1_500),
        ..Limits::default()
    };
    let api = start_with(limits, allow).await;
    let mut client = api.client().await;
    let started = Instant::now();
    // Together longer than it may be idle.
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(600)).await;
        client.ask(&json!({"type": "batch"})).await;
        client.text().await;
    }
    client.send(Message::Ping(Bytes::new())).await;
    assert_eq!(client.closed().await, (1001, "Going away".to_owned()));
    assert!(started.elapsed() >= Duration::from_millis(1_800 + 1_500));
    assert_eq!(api.disconnected().await, (1001, "Going away".to_owned()));
}

#[tokio::test]
async fn two_hours_end_also_a_busy_connection() {
    let limits = Limits {
        lifetime: Duration::from_secs(2),
        ..Limits::default()
    };
    let api = start_with(limits, allow).await;
    let mut client = api.client().await;
    for _ in 0..3 {
        client.ask(&json!({"type": "batch"})).await;
        client.text().await;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(client.closed().await, (1001, "Going away".to_owned()));
    assert_eq!(api.disconnected().await.0, 1001);
}

#[tokio::test]
async fn the_clients_own_close_is_told() {
    let api = start().await;
    let mut client = api.client().await;
    let frame = CloseFrame {
        code: CloseCode::Library(4001),
        reason: "done".into(),
    };
    client.socket.close(Some(frame)).await.unwrap();
    assert_eq!(client.closed().await, (4001, "done".to_owned()));
    assert_eq!(api.disconnected().await, (4001, "done".to_owned()));
}

#[tokio::test]
async fn a_close_without_a_code_is_1005() {
    let api = start().await;
    let mut client = api.client().await;
    client.socket.close(None).await.unwrap();
    assert_eq!(
        api.disconnected().await,
        (1005, "Client-side close frame status not set".to_owned())
    );
}

#[tokio::test]
async fn a_client_that_vanishes_is_1006() {
    let api = start().await;
    let client = api.client().await;
    drop(client);
    assert_eq!(api.disconnected().await.0, 1006);
}

#[tokio::test]
async fn an_invocation_outlives_its_connection() {
    let api = start().await;
    let mut client = api.client().await;
    client.ask(&json!({"type": "batch", "do": "sleep", "ms": 1_000})).await;
    api.events("MESSAGE", 1).await;
    drop(client);
    assert_eq!(api.disconnected().await.0, 1006);
    api.gateway.shutdown().await;
    assert_eq!(api.slept.load(Ordering::Relaxed), 1, "the invocation was cut off");
}
