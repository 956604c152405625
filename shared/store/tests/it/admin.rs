//! The operator's repository: tables, worlds, usage.

use testgram_protocol::settings::Settings;
use testgram_store::StoreError;

use crate::support::{Aws, acme, key, s, shop, text};

#[tokio::test]
async fn tables_are_made_once_with_a_time_to_live() {
    let aws = Aws::start().await;
    aws.admin().create_tables().await.unwrap();
    for table in [&aws.tables.control, &aws.tables.events, &aws.tables.connections] {
        let described = aws
            .dynamodb
            .describe_time_to_live()
            .table_name(table)
            .send()
            .await
            .unwrap();
        let ttl = described.time_to_live_description().unwrap();
        assert_eq!(ttl.attribute_name(), Some("x"), "{table}");
    }
}

#[tokio::test]
async fn a_world_has_an_index_entry_and_a_record() {
    let aws = Aws::start().await;
    aws.shop(r#"{"k": 7}"#).await;
    let items = aws.items(&aws.tables.control).await;
    let entry = items.iter().find(|item| text(item, "pk") == "key#shopkey").unwrap();
    assert_eq!(
        (text(entry, "sk"), text(entry, "tenant"), text(entry, "world")),
        ("key", "acme", "shop")
    );
    let record = items.iter().find(|item| text(item, "pk") == "acme").unwrap();
    assert_eq!((text(record, "sk"), text(record, "key")), ("world#shop", "shopkey"));
    assert_eq!(text(record, "salt").len(), 64);
    assert_eq!(record["noise"].as_b().unwrap().as_ref().len(), 32);
    assert_eq!(items.len(), 2, "a new world needs no rebuild");
    let (found, settings) = aws.admin().world(&acme(), &shop()).await.unwrap().unwrap();
    assert_eq!((found, settings.unwrap().k.get()), (key("shopkey"), 7));
}

#[tokio::test]
async fn a_key_belongs_to_one_world() {
    let aws = Aws::start().await;
    aws.shop("{}").await;
    let other = testgram_protocol::id::WorldId::new("other").unwrap();
    let taken = aws.admin().put_world(&acme(), &other, &key("shopkey"), None).await;
    assert_eq!(taken, Err(StoreError::Taken));
    assert_eq!(aws.admin().world(&acme(), &other).await.unwrap().map(|_| ()), None);
    let own = aws.admin().put_world(&acme(), &shop(), &key("shopkey"), None).await;
    assert_eq!(own, Ok(()));
}

#[tokio::test]
async fn secrets_are_made_once_and_settings_stay_unless_given() {
    let aws = Aws::start().await;
    let record = async || {
        let items = aws.items(&aws.tables.control).await;
        items.into_iter().find(|item| text(item, "pk") == "acme").unwrap()
    };
    aws.shop(r#"{"k": 7}"#).await;
    let before = record().await;
    aws.admin()
        .put_world(&acme(), &shop(), &key("second"), None)
        .await
        .unwrap();
    let after = record().await;
    assert_eq!(text(&after, "key"), "second");
    for kept in ["salt", "noise", "settings"] {
        assert_eq!(before[kept], after[kept], "{kept}");
    }
    // A record of before there were secrets gets them.
    let table = aws.tables.control.clone();
    aws.put_item(
        &table,
        [
            ("pk", s("acme")),
            ("sk", s("world#shop")),
            ("key", s("second")),
            ("settings", s("{}")),
        ],
    )
    .await;
    aws.admin()
        .put_world(&acme(), &shop(), &key("second"), None)
        .await
        .unwrap();
    let filled = record().await;
    assert!(filled.contains_key("salt") && filled.contains_key("noise"));
}

#[tokio::test]
async fn changed_settings_come_with_a_rebuild_request_and_unchanged_ones_do_not() {
    let aws = Aws::start().await;
    let requests = async || {
        let items = aws.items(&aws.tables.control).await;
        items
            .iter()
            .filter(|item| text(item, "pk").starts_with("rebuild#"))
            .count()
    };
    aws.shop(r#"{"k": 7}"#).await;
    aws.shop(r#"{"k": 7}"#).await;
    assert_eq!(requests().await, 0);
    aws.shop(r#"{"k": 8}"#).await;
    assert_eq!(requests().await, 1);
    let (_, settings) = aws.admin().world(&acme(), &shop()).await.unwrap().unwrap();
    assert_eq!(settings.unwrap().k.get(), 8);
    let due = aws.build().due(0).await.unwrap();
    assert_eq!((&due[0].tenant, &due[0].world), (&acme(), &shop()));
}

#[tokio::test]
async fn unknown_settings_leave_the_key_known() {
    let aws = Aws::start().await;
    assert_eq!(aws.admin().world(&acme(), &shop()).await.unwrap().map(|_| ()), None);
    let table = aws.tables.control.clone();
    let odd = s(r#"{"of_the_future": 1}"#);
    aws.put_item(
        &table,
        [
            ("pk", s("acme")),
            ("sk", s("world#shop")),
            ("key", s("shopkey")),
            ("settings", odd),
        ],
    )
    .await;
    let (found, settings) = aws.admin().world(&acme(), &shop()).await.unwrap().unwrap();
    assert_eq!((found, settings), (key("shopkey"), Err(StoreError::Damaged)));
    aws.put_item(
        &table,
        [("pk", s("acme")), ("sk", s("world#shop")), ("settings", s("{}"))],
    )
    .await;
    let keyless = aws.admin().world(&acme(), &shop()).await;
    assert_eq!(keyless, Err(StoreError::Damaged));
    let settings = Settings::default();
    aws.admin()
        .put_world(&acme(), &shop(), &key("shopkey"), Some(&settings))
        .await
        .unwrap();
    assert!(aws.admin().world(&acme(), &shop()).await.is_ok(), "it can be replaced");
}
