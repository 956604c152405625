//! Messages: route selection, events, replies, failures, concurrency.

use std::time::Duration;

use serde_json::{Value, json};
use testgram_local::gateway::Limits;
use tokio_tungstenite::tungstenite::{
    Bytes, Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

use super::double::{allow, start, start_with};

#[tokio::test]
async fn routes_are_selected_by_type() {
    let api = start().await;
    let mut client = api.client().await;
    for (body, route) in [
        (r#"{"type":"batch","v":1}"#, "batch"),
        (r#"{"type":"other"}"#, "$default"),
        (r#"{"type":"$connect"}"#, "$default"),
        (r#"{"type":"$disconnect"}"#, "$default"),
        (r#"{"type":["batch"]}"#, "$default"),
        (r#"["batch"]"#, "$default"),
        ("not json", "$default"),
        ("{", "$default"),
    ] {
        client.send(body).await;
        let event = client.json().await;
        assert_eq!(event["requestContext"]["routeKey"], route, "{body}");
        assert_eq!(event["body"], body);
    }
}

#[tokio::test]
async fn the_event_of_a_message() {
    let api = start().await;
    let mut client = api.client().await;
    client.ask(&json!({"type": "batch"})).await;
    let first = client.json().await;
    client.ask(&json!({"type": "batch"})).await;
    let second = client.json().await;
    assert_eq!(first["isBase64Encoded"], false);
    assert_eq!(first.as_object().unwrap().len(), 3);
    let context = &first["requestContext"];
    assert_eq!(context["eventType"], "MESSAGE");
    assert_eq!(context["stage"], "ws");
    assert!(context["messageId"].is_string() && context["requestTimeEpoch"].is_i64());
    assert_eq!(context["identity"]["sourceIp"], "127.0.0.1");
    for same in ["connectionId", "connectedAt", "authorizer", "apiId", "domainName"] {
        assert_eq!(context[same], second["requestContext"][same], "{same}");
    }
    for other in ["messageId", "requestId"] {
        assert_ne!(context[other], second["requestContext"][other], "{other}");
    }
}

#[tokio::test]
async fn no_body_no_reply() {
    let api = start().await;
    let mut client = api.client().await;
    client.ask(&json!({"type": "batch", "do": "quiet"})).await;
    client.send("the second").await;
    assert_eq!(client.json().await["body"], "the second");
}

#[tokio::test]
async fn failures_are_told_without_their_text() {
    let limits = Limits {
        integration_timeout: Duration::from_millis(50),
        ..Limits::default()
    };
    let api = start_with(limits, allow).await;
    let mut client = api.client().await;
    let id = client.id().await;
    for (wanted, message) in [
        ("fail", "Internal server error"),
        ("panic", "Internal server error"),
        ("malformed", "Internal server error"),
        ("sleep", "Endpoint request timed out"),
    ] {
        client.ask(&json!({"type": "batch", "do": wanted})).await;
        let reply = client.json().await;
        let request_id = reply["requestId"].clone();
        assert!(request_id.is_string());
        assert_eq!(
            reply,
            json!({"message": message, "connectionId": id, "requestId": request_id}),
            "{wanted}"
        );
    }
}

#[tokio::test]
async fn messages_of_one_connection_run_at_once() {
    let api = start().await;
    let mut client = api.client().await;
    for ms in [600, 400, 200] {
        client.ask(&json!({"type": "batch", "do": "sleep", "ms": ms})).await;
    }
    let replies = [client.text().await, client.text().await, client.text().await];
    // One after the other they would come in the order in which they were sent.
    assert_eq!(replies, ["200", "400", "600"]);
}

#[tokio::test]
async fn concurrency_is_bounded_and_nothing_is_lost() {
    let limits = Limits {
        invocations_per_connection: 2,
        ..Limits::default()
    };
    let api = start_with(limits, allow).await;
    let mut client = api.client().await;
    for _ in 0..4 {
        client.ask(&json!({"type": "batch", "do": "sleep", "ms": 1000})).await;
    }
    // The connect and two messages, and for as long as these take no third.
    api.events("MESSAGE", 2).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(api.called.lock().unwrap().len(), 1 + 2);
    for _ in 0..4 {
        assert_eq!(client.text().await, "1000");
    }
}

#[tokio::test]
async fn fragments_are_one_message() {
    let api = start().await;
    let mut client = api.client().await;
    let frame =
        |text: &str, code, last| Message::Frame(Frame::message(Bytes::from(text.to_owned()), OpCode::Data(code), last));
    client.send(frame(r#"{"type":"#, Data::Text, false)).await;
    client.send(Message::Ping(Bytes::from_static(b"between"))).await;
    client.send(frame(r#""batch""#, Data::Continue, false)).await;
    client.send(frame("}", Data::Continue, true)).await;
    let Some(Ok(Message::Pong(pong))) = futures_util::StreamExt::next(&mut client.socket).await else {
        panic!("no pong")
    };
    assert_eq!(&pong[..], b"between");
    let event = client.json().await;
    assert_eq!(
        (&event["body"], &event["requestContext"]["routeKey"]),
        (&json!(r#"{"type":"batch"}"#), &json!("batch"))
    );
}

#[tokio::test]
async fn two_hundred_clients() {
    let api = start().await;
    let clients = (0..200).map(|index| {
        let api = &api;
        async move {
            let mut client = api.client().await;
            client.send(format!("hello {index}")).await;
            assert_eq!(client.json().await["body"], format!("hello {index}"));
            drop(client.socket.close(None).await);
        }
    });
    futures_util::future::join_all(clients).await;
    let ids: std::collections::HashSet<Value> = api
        .called
        .lock()
        .unwrap()
        .iter()
        .map(|event| event["requestContext"]["connectionId"].clone())
        .collect();
    assert_eq!(ids.len(), 200);
}
