//! Scratch folders, an endpoint in this process, and a client with a table.

use std::{
    fs,
    net::Ipv4Addr,
    path::{Path, PathBuf},
};

use aws_sdk_dynamodb::{
    Client,
    config::{BehaviorVersion, Credentials, Region},
    types::{AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType},
};
use testgram_local::{
    aws::{ACCESS_KEY_ID, Endpoint, REGION, SECRET_ACCESS_KEY},
    data_folder::DataFolder,
};
use tokio::net::TcpListener;

pub(crate) const TABLE: &str = "events";

/// A path that is removed at the end.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        Self(std::env::temp_dir().join(format!("tg-aws-{:016x}", rand::random::<u64>())))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// An endpoint in this process. Its folder is held as long as it runs.
pub(crate) async fn endpoint(scratch: &Scratch) -> (Endpoint, DataFolder) {
    let data = DataFolder::open(scratch.path()).unwrap();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    (Endpoint::start(listener, &data).await.unwrap(), data)
}

/// The SDK as it is, but for the endpoint.
pub(crate) fn sdk(url: &str) -> Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(url)
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY, None, None, "test"))
        .http_client(aws_smithy_http_client::Builder::new().build_http());
    Client::from_conf(config.build())
}

pub(crate) async fn create_table(client: &Client) {
    let key = |name: &str, kind| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
            .unwrap()
    };
    let text = |name: &str| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(ScalarAttributeType::S)
            .build()
            .unwrap()
    };
    client
        .create_table()
        .table_name(TABLE)
        .billing_mode(BillingMode::PayPerRequest)
        .key_schema(key("pk", KeyType::Hash))
        .key_schema(key("sk", KeyType::Range))
        .attribute_definitions(text("pk"))
        .attribute_definitions(text("sk"))
        .send()
        .await
        .unwrap();
}

/// Puts an item of about the size of a batch; whether it was acknowledged.
pub(crate) async fn put(client: &Client, sk: u32) -> bool {
    let put = client
        .put_item()
        .table_name(TABLE)
        .item("pk", AttributeValue::S("tenant#world".into()))
        .item("sk", AttributeValue::S(format!("{sk:08}")))
        .item("b", AttributeValue::B(vec![7; 900].into()));
    put.send().await.is_ok()
}

/// The sort keys of all items.
pub(crate) async fn keys(client: &Client) -> Vec<u32> {
    let pages = client
        .query()
        .table_name(TABLE)
        .consistent_read(true)
        .key_condition_expression("pk = :pk")
        .expression_attribute_values(":pk", AttributeValue::S("tenant#world".into()))
        .into_paginator()
        .items()
        .send();
    let items = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    items
        .iter()
        .map(|item| item["sk"].as_s().unwrap().parse().unwrap())
        .collect()
}
