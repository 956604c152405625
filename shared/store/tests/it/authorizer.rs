//! The authorizer's repository: worlds by key, and their usage.

use testgram_store::StoreError;

use crate::support::{Aws, NOON, acme, answering, dynamodb, key, s, shop};

const MONTH_MS: u64 = 31 * 24 * 3_600_000;

#[tokio::test]
async fn a_world_is_found_by_its_key() {
    let aws = Aws::start().await;
    assert_eq!(aws.authorizer().find(&key("shopkey"), NOON).await, Ok(None));
    aws.shop(r#"{"k": 7}"#).await;
    let found = aws.authorizer().find(&key("shopkey"), NOON).await.unwrap().unwrap();
    assert_eq!(
        (found.tenant, found.world, found.settings.k.get(), found.used),
        (acme(), shop(), 7, 0)
    );
    aws.authorizer().warm().await;
}

#[tokio::test]
async fn usage_counts_by_month_and_only_under_a_quota() {
    let aws = Aws::start().await;
    aws.shop(r#"{"monthly_events": 100}"#).await;
    let used = async |ms| aws.authorizer().find(&key("shopkey"), ms).await.unwrap().unwrap().used;
    assert_eq!(used(NOON).await, 0);
    for events in [30, 12] {
        aws.admin().add_usage(&acme(), &shop(), NOON, events).await.unwrap();
    }
    assert_eq!((used(NOON).await, used(NOON + MONTH_MS).await), (42, 0));
    aws.shop("{}").await;
    assert_eq!(used(NOON).await, 0, "without a quota nothing is read");
    aws.shop(r#"{"monthly_events": 100}"#).await;
    let table = aws.tables.control.clone();
    aws.put_item(
        &table,
        [
            ("pk", s("acme")),
            ("sk", s("usage#shop#2026-11")),
            ("events", s("many")),
        ],
    )
    .await;
    let damaged = aws.authorizer().find(&key("shopkey"), NOON).await;
    assert_eq!(damaged, Err(StoreError::Damaged));
}

#[tokio::test]
async fn an_index_entry_alone_opens_nothing() {
    let aws = Aws::start().await;
    let table = aws.tables.control.clone();
    // Left over, of a world that has another key now; and made up, for a world that is not there.
    aws.shop("{}").await;
    aws.admin()
        .put_world(&acme(), &shop(), &key("newkey"), None)
        .await
        .unwrap();
    aws.put_item(
        &table,
        [
            ("pk", s("key#madeup")),
            ("sk", s("key")),
            ("tenant", s("acme")),
            ("world", s("other")),
        ],
    )
    .await;
    for closed in ["shopkey", "madeup"] {
        assert_eq!(aws.authorizer().find(&key(closed), NOON).await, Ok(None), "{closed}");
    }
    assert!(aws.authorizer().find(&key("newkey"), NOON).await.unwrap().is_some());
}

#[tokio::test]
async fn what_is_not_understood_is_closed() {
    let aws = Aws::start().await;
    let table = aws.tables.control.clone();
    let find = async || {
        aws.authorizer()
            .find(&key("shopkey"), NOON)
            .await
            .map(|found| found.is_some())
    };
    for (tenant, world) in [("ACME", "shop"), ("acme", "../shop")] {
        aws.put_item(
            &table,
            [
                ("pk", s("key#shopkey")),
                ("sk", s("key")),
                ("tenant", s(tenant)),
                ("world", s(world)),
            ],
        )
        .await;
        assert_eq!(find().await, Err(StoreError::Damaged), "{tenant}/{world}");
    }
    aws.put_item(&table, [("pk", s("key#shopkey")), ("sk", s("key"))]).await;
    assert_eq!(find().await, Err(StoreError::Damaged));
    aws.put_item(
        &table,
        [
            ("pk", s("key#shopkey")),
            ("sk", s("key")),
            ("tenant", s("acme")),
            ("world", s("shop")),
        ],
    )
    .await;
    for (name, odd) in [("settings", r#"{"of_the_future": 1}"#), ("salt", "odd")] {
        let fine = [("settings", "{}"), ("salt", "")];
        let mut record = vec![("pk", s("acme")), ("sk", s("world#shop")), ("key", s("shopkey"))];
        record.extend(
            fine.into_iter()
                .filter(|(of, value)| *of != name && !value.is_empty())
                .map(|(of, value)| (of, s(value))),
        );
        record.push((name, s(odd)));
        aws.put_item(&table, record).await;
        assert_eq!(find().await, Err(StoreError::Damaged), "{name}");
    }
}

/// Its role grants these attributes, and no others.
#[tokio::test]
async fn only_attributes_that_browsers_may_learn_are_read() {
    let (http, sent) = answering(|_| (200, "{}".to_owned()));
    let tables = testgram_store::Tables::under("test");
    let repository =
        testgram_store::repository::authorizer::AuthorizerRepository::new(dynamodb("http://127.0.0.1:1", http), tables);
    assert_eq!(repository.find(&key("shopkey"), NOON).await, Ok(None));
    let asked: serde_json::Value = serde_json::from_str(&sent.lock().unwrap()[0]).unwrap();
    assert_eq!(asked["TableName"], "test-control");
    assert_eq!(
        asked["ProjectionExpression"],
        "#tenant, #world, #key, #settings, #salt, #events"
    );
    let names: Vec<_> = asked["ExpressionAttributeNames"]
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    assert_eq!(names, ["#events", "#key", "#salt", "#settings", "#tenant", "#world"]);
}
