//! `kill -9` in the middle of writes: everything that was acknowledged is there afterwards.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use testgram_local::stores::{self, Stores};

use super::support::{Scratch, Tg};

const PATIENCE: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_killed_process_loses_nothing_it_acknowledged() {
    let scratch = Scratch::new();
    let mut tg = Tg::up(scratch.path());
    let acknowledged = Arc::new(Mutex::new(HashSet::new()));
    for round in 0..3 {
        let stores = stores::clients(&tg.aws);
        let writers: Vec<_> = (0..4)
            .map(|writer| {
                let (stores, acknowledged) = (stores.clone(), Arc::clone(&acknowledged));
                tokio::spawn(async move {
                    for index in 0.. {
                        let sk = round * 1_000_000 + writer * 100_000 + index;
                        if !put(&stores, sk).await {
                            break;
                        }
                        acknowledged.lock().unwrap().insert(sk);
                    }
                })
            })
            .collect();
        // In the middle of traffic: a moment would depend on the machine.
        let enough = acknowledged.lock().unwrap().len() + 20;
        let enough_traffic = async {
            while acknowledged.lock().unwrap().len() < enough {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(PATIENCE, enough_traffic).await.expect("traffic");
        tg.kill();
        // The SDK tries again for a while, in vain.
        writers.iter().for_each(tokio::task::JoinHandle::abort);
        tg = Tg::up(scratch.path());
        let kept: HashSet<u32> = keys(&stores::clients(&tg.aws)).await.into_iter().collect();
        let acknowledged = acknowledged.lock().unwrap();
        let lost: Vec<_> = acknowledged.difference(&kept).collect();
        assert!(lost.is_empty(), "lost {lost:?} of {}", acknowledged.len());
        // What was written but not acknowledged may be there: at most one a writer and round.
        assert!(kept.len() - acknowledged.len() <= 4 * (round as usize + 1));
    }
}

/// Puts an item of about the size of a batch into the table of events; whether it was acknowledged.
async fn put(stores: &Stores, sk: u32) -> bool {
    let item = stores
        .dynamodb
        .put_item()
        .table_name(&stores.tables.events)
        .item("pk", AttributeValue::S("tenant#world".into()))
        .item("sk", AttributeValue::B(Blob::new(sk.to_be_bytes())))
        .item("b", AttributeValue::B(Blob::new([7; 900])));
    item.send().await.is_ok()
}

/// The sort keys of all items.
async fn keys(stores: &Stores) -> Vec<u32> {
    let pages = stores
        .dynamodb
        .query()
        .table_name(&stores.tables.events)
        .consistent_read(true)
        .key_condition_expression("pk = :pk")
        .expression_attribute_values(":pk", AttributeValue::S("tenant#world".into()))
        .into_paginator()
        .items()
        .send();
    let items = pages.collect::<Result<Vec<_>, _>>().await.unwrap();
    let key = |item: &AttributeValue| u32::from_be_bytes(item.as_b().unwrap().as_ref().try_into().unwrap());
    items.iter().map(|item| key(&item["sk"])).collect()
}
