//! Two tenants never see each other, whatever their clients send.

use serde_json::json;

use super::frames::{batch, click, session};
use super::stack::{Stack, settings};

#[tokio::test]
async fn the_same_sessions_of_two_tenants_interleaved_stay_apart() {
    let stack = Stack::start();
    let open = settings(json!({}));
    // The same world id under both, and ids that would run together without a separator.
    for (tenant, world, key) in [
        ("a", "bshop", "keyone"),
        ("ab", "shop", "keytwo"),
        ("b", "bshop", "keythree"),
    ] {
        stack.world(tenant, world, key, &open).await;
    }
    let mut one = stack.client_of("keyone").await;
    let mut two = stack.client_of("keytwo").await;
    let mut three = stack.client_of("keythree").await;
    let sessions: Vec<String> = (0..10).map(|_| session()).collect();
    for session in &sessions {
        for (client, id) in [
            (&mut one, "from-one"),
            (&mut two, "from-two"),
            (&mut three, "from-three"),
        ] {
            for seq in 0..2 {
                assert_eq!(client.ask(batch(session, seq, &[click(seq, id)])).await["accepted"], 1);
            }
        }
    }
    for (tenant, world, id) in [
        ("a", "bshop", "from-one"),
        ("ab", "shop", "from-two"),
        ("b", "bshop", "from-three"),
    ] {
        let stored = stack.stored(tenant, world).await;
        assert_eq!(stored.len(), 20);
        for batch in stored.values() {
            let event = serde_json::to_value(&batch.events()[0]).unwrap();
            assert_eq!(event[2]["el"]["id"], id, "{tenant} holds only its own");
        }
    }
    assert!(stack.stored("a", "shop").await.is_empty() && stack.stored("ab", "bshop").await.is_empty());
}

#[tokio::test]
async fn a_message_cannot_name_a_tenant() {
    let stack = Stack::start();
    let mut client = stack.client().await;
    for field in ["tenant", "world", "authorizer", "requestContext"] {
        let mut frame: serde_json::Value = serde_json::from_str(&batch(&session(), 0, &[click(0, "buy")])).unwrap();
        frame[field] = json!("acme");
        assert_eq!(client.ask(frame.to_string()).await["code"], "bad_envelope", "{field}");
    }
    assert!(stack.stored("demo", "demo").await.is_empty());
}
