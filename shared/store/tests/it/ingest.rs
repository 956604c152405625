//! Ingest's repository: batches, pending-window markers, connections.

use testgram_protocol::buffer;
use testgram_protocol::id::ConnectionId;
use testgram_store::key::{self, Fingerprint, Window};

use crate::support::{Aws, NOON, acme, frame, shop, text};

#[tokio::test]
async fn a_batch_is_one_item_under_its_tenant_and_window() {
    let aws = Aws::start().await;
    let (frame, batch) = frame(1, 4);
    let packed = buffer::encode(&batch).unwrap();
    let (ingest, tenant, world) = (aws.ingest(), acme(), shop());
    let world = ingest.world(&tenant, &world);
    let put = async |fingerprint| {
        world
            .put_batch(batch.session(), batch.seq(), fingerprint, NOON, packed.clone())
            .await
            .unwrap()
    };
    assert!(put(Fingerprint::of(&frame)).await.units >= 1.0);
    put(Fingerprint::of(&frame)).await;
    let items = aws.items(&aws.tables.events).await;
    let [item] = items.as_slice() else {
        panic!("{} items", items.len())
    };
    let shard = key::shard(batch.session());
    assert_eq!(text(item, "pk"), format!("acme#shop#5984784#{shard}"));
    let sort = item["sk"].as_b().unwrap().as_ref();
    assert_eq!(
        key::parse_batch_sort(sort),
        Some((batch.session(), 4, Fingerprint::of(&frame)))
    );
    assert_eq!(item["b"].as_b().unwrap().as_ref(), packed);
    assert_eq!(
        item["x"].as_n().unwrap(),
        &(NOON / 1000 + key::BUFFER_SECONDS).to_string()
    );
    assert_eq!(item.len(), 4);
    put(Fingerprint::of("another frame under the same number")).await;
    assert_eq!(
        aws.items(&aws.tables.events).await.len(),
        2,
        "nothing acknowledged is overwritten"
    );
}

#[tokio::test]
async fn a_marker_expires_a_day_after_its_batches() {
    let aws = Aws::start().await;
    let (ingest, tenant, world) = (aws.ingest(), acme(), shop());
    let window = Window::at(NOON);
    for _ in 0..2 {
        ingest.world(&tenant, &world).put_marker(window).await.unwrap();
    }
    let items = aws.items(&aws.tables.control).await;
    let [marker] = items.as_slice() else {
        panic!("{} items", items.len())
    };
    assert_eq!(text(marker, "pk"), key::pending_partition(&tenant, &world, window));
    assert_eq!(text(marker, "sk"), "0005984784#acme#shop");
    let began = window.number() * key::WINDOW_SECONDS;
    assert_eq!(
        marker["x"].as_n().unwrap(),
        &(began + key::BUFFER_SECONDS + 24 * 3600).to_string()
    );
}

#[tokio::test]
async fn connections_come_and_go() {
    let aws = Aws::start().await;
    let (ingest, tenant, world) = (aws.ingest(), acme(), shop());
    let world = ingest.world(&tenant, &world);
    let connection = ConnectionId::new("Sa3mpleConnection=").unwrap();
    world.remember(&connection, NOON).await.unwrap();
    let items = aws.items(&aws.tables.connections).await;
    assert_eq!(
        (text(&items[0], "pk"), text(&items[0], "sk")),
        ("acme#shop", "Sa3mpleConnection=")
    );
    assert_eq!(
        items[0]["x"].as_n().unwrap(),
        &(NOON / 1000 + key::CONNECTION_SECONDS).to_string()
    );
    for _ in 0..2 {
        world.forget(&connection).await.unwrap();
        assert!(aws.items(&aws.tables.connections).await.is_empty());
    }
    ingest.warm().await;
}
