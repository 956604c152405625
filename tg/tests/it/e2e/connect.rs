//! Who comes in and who does not.

use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::json;
use testgram_local::stores;
use testgram_protocol::event::Kind;
use testgram_protocol::id::WorldKey;
use testgram_protocol::settings::Settings;
use testgram_store::StoreError;
use testgram_store::repository::admin::AdminRepository;

use super::client::{ORIGIN, handshake};
use super::frames::{batch, good, session};
use super::stack::{Stack, settings, tenant_id, world_id};

fn open() -> Settings {
    settings(json!({}))
}

/// All that an answer says, but for the ids that AWS adds.
fn message(body: &str) -> String {
    let mut body: serde_json::Map<String, serde_json::Value> = serde_json::from_str(body).unwrap();
    body.retain(|name, _| !matches!(name.as_str(), "connectionId" | "requestId"));
    assert_eq!(body.len(), 1, "nothing but a message: {body:?}");
    body["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_kind_of_refusal_and_nothing_told_of_its_reason() {
    let stack = Stack::start();
    let worlds = [
        ("pausedkey", settings(json!({"paused": true}))),
        ("eukey", settings(json!({"eu_visitors": true}))),
        ("quotakey", settings(json!({"monthly_events": 100}))),
        ("closedkey", settings(json!({"origins": []}))),
        (
            "signedkey",
            settings(json!({"eu_visitors": true, "agreement": "2026-01-31"})),
        ),
    ];
    for (key, settings) in &worlds {
        stack.world("acme", key.trim_end_matches("key"), key, settings).await;
    }
    stack.use_up("acme", "quota", 100).await;

    let status = async |query: &str, origin: Option<&str>| match handshake(&stack.front, query, origin).await {
        Ok(_) => (101, String::new()),
        Err(refused) => refused,
    };
    for (query, origin, expected) in [
        ("world=demo&v=1", Some(ORIGIN), 101),
        ("world=signedkey&v=1", Some(ORIGIN), 101),
        ("v=1", Some(ORIGIN), 401),
        ("world=&v=1", Some(ORIGIN), 401),
        ("world=nobodyhasthis&v=1", Some(ORIGIN), 403),
        ("world=%27%22%3B--&v=1", Some(ORIGIN), 403),
        ("world=demo%23x&v=1", Some(ORIGIN), 403),
        ("world=demo", Some(ORIGIN), 403),
        ("world=demo&v=2", Some(ORIGIN), 403),
        ("world=demo&v=1", None, 403),
        ("world=demo&v=1", Some("https://evil.example"), 403),
        ("world=demo&v=1", Some("null"), 403),
        ("world=closedkey&v=1", Some(ORIGIN), 403),
        ("world=pausedkey&v=1", Some(ORIGIN), 403),
        ("world=eukey&v=1", Some(ORIGIN), 403),
        ("world=quotakey&v=1", Some(ORIGIN), 403),
    ] {
        let (got, body) = status(query, origin).await;
        assert_eq!(got, expected, "{query} from {origin:?}");
        if expected == 401 {
            assert_eq!(message(&body), "Unauthorized");
        }
        if expected == 403 {
            assert_eq!(message(&body), "Forbidden");
        }
    }
}

#[tokio::test]
async fn a_world_whose_settings_cannot_be_read_lets_no_one_in() {
    let stack = Stack::start();
    stack.world("acme", "shop", "shopkey", &open()).await;
    // Not opened before: what the authorizer remembers would let it in for another 15 seconds.
    stack
        .dynamodb()
        .update_item()
        .table_name("testgram-control")
        .key("pk", AttributeValue::S("acme".to_owned()))
        .key("sk", AttributeValue::S("world#shop".to_owned()))
        .update_expression("SET settings = :settings")
        .condition_expression("attribute_exists(settings)")
        .expression_attribute_values(":settings", AttributeValue::S(r#"{"of_the_future": 1}"#.to_owned()))
        .send()
        .await
        .unwrap();
    let refused = handshake(&stack.front, "world=shopkey&v=1", Some(ORIGIN)).await;
    let (status, body) = refused.err().expect("a refusal");
    assert_eq!((status, message(&body).as_str()), (403, "Forbidden"));
}

#[tokio::test]
async fn kinds_that_a_world_does_not_collect_are_filtered_and_named() {
    let stack = Stack::start();
    stack
        .world("acme", "quiet", "quietkey", &settings(json!({"off": ["click"]})))
        .await;
    let mut client = stack.client_of("quietkey").await;
    let reply = client.ask(batch(&session(), 0, &good(0))).await;
    assert_eq!(
        (reply["accepted"].as_u64(), reply["rejected"][0]["code"].as_str()),
        (Some(2), Some("kind_not_collected"))
    );
    let stored = stack.stored("acme", "quiet").await;
    assert!(
        stored
            .values()
            .all(|batch| batch.events().iter().all(|event| event.detail.kind() != Kind::Click))
    );
    assert_eq!(stored.len(), 1);
}

#[tokio::test]
async fn a_connection_is_remembered_and_forgotten_and_nothing_of_the_visitor_is_kept() {
    let stack = Stack::start();
    let client = stack.client().await;
    #[expect(clippy::disallowed_methods, reason = "a test may look at everything")]
    let rows = async || {
        let scan = stack
            .dynamodb()
            .scan()
            .table_name("testgram-connections")
            .send()
            .await
            .unwrap();
        scan.items.unwrap_or_default()
    };
    let connected = rows().await;
    assert_eq!(connected.len(), 1);
    let mut attributes: Vec<_> = connected[0].keys().map(String::as_str).collect();
    attributes.sort_unstable();
    assert_eq!(attributes, ["pk", "sk", "x"], "no address, no user agent");
    drop(client);
    for _ in 0..200 {
        if rows().await.is_empty() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the connection is still remembered");
}

#[tokio::test]
async fn a_key_that_a_world_gave_up_or_another_claims_opens_nothing() {
    let stack = Stack::start();
    stack.world("acme", "shop", "oldkey", &open()).await;
    stack.world("acme", "shop", "newkey", &open()).await;
    let status = async |key: &str| match handshake(&stack.front, &format!("world={key}&v=1"), Some(ORIGIN)).await {
        Ok(_) => 101,
        Err((status, _)) => status,
    };
    assert_eq!((status("oldkey").await, status("newkey").await), (403, 101));
    let clients = stores::clients(&stack.aws);
    let admin = AdminRepository::new(clients.dynamodb, clients.tables);
    let key = WorldKey::new("newkey").unwrap();
    let claimed = admin
        .put_world(&tenant_id("mallory"), &world_id("trap"), &key, Some(&open()))
        .await;
    assert_eq!(claimed, Err(StoreError::Taken));
    let mut client = stack.client_of("newkey").await;
    assert_eq!(client.ask(batch(&session(), 0, &good(0))).await["accepted"], 3);
    assert_eq!(
        (
            stack.stored("acme", "shop").await.len(),
            stack.stored("mallory", "trap").await.len()
        ),
        (1, 0)
    );
}
