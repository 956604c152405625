//! The script function's repository: what a world's browsers get.

use testgram_store::StoreError;

use crate::support::{Aws, key, s, text};

#[tokio::test]
async fn a_world_has_settings_and_its_salt() {
    let aws = Aws::start().await;
    assert_eq!(aws.script().find(&key("shopkey")).await, Ok(None));
    aws.shop(r#"{"k": 7}"#).await;
    let found = aws.script().find(&key("shopkey")).await.unwrap().unwrap();
    let items = aws.items(&aws.tables.control).await;
    let record = items.iter().find(|item| text(item, "pk") == "acme").unwrap();
    assert_eq!((found.settings.k.get(), found.salt.expose()), (7, text(record, "salt")));
    aws.script().warm().await;
}

#[tokio::test]
async fn a_world_without_a_salt_is_closed() {
    let aws = Aws::start().await;
    aws.shop("{}").await;
    let table = aws.tables.control.clone();
    aws.put_item(
        &table,
        [
            ("pk", s("acme")),
            ("sk", s("world#shop")),
            ("key", s("shopkey")),
            ("settings", s("{}")),
        ],
    )
    .await;
    assert_eq!(aws.script().find(&key("shopkey")).await, Err(StoreError::Damaged));
}
