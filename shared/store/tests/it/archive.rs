//! The archiver's repository: pending windows, pages of batches, files and quarantine.

use testgram_protocol::buffer;
use testgram_protocol::id::{SessionId, TenantId};
use testgram_store::bucket::layout::Partition;
use testgram_store::key::{self, PendingWindow, SHARDS, Window};
use testgram_store::repository::archive::{BatchPage, Position, UnreadableItem};

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::support::{Aws, NOON, acme, put, s, shop, text};

const WINDOW: Window = Window::at(NOON);

fn pending(window: Window) -> PendingWindow {
    PendingWindow {
        tenant: acme(),
        world: shop(),
        window,
    }
}

#[tokio::test]
async fn pending_windows_are_found_until_their_marker_is_deleted() {
    let aws = Aws::start().await;
    let (ingest, archive, tenant, world) = (aws.ingest(), aws.archive(), acme(), shop());
    let next = Window::numbered(WINDOW.number() + 1);
    for window in [WINDOW, next] {
        ingest.world(&tenant, &world).put_marker(window).await.unwrap();
    }
    // A marker that is none costs only itself.
    let table = aws.tables.control.clone();
    aws.put_item(&table, [("pk", s("pending#00")), ("sk", s("0000000007#odd"))])
        .await;
    assert_eq!(archive.pending_before(WINDOW).await.unwrap(), []);
    assert_eq!(archive.pending_before(next).await.unwrap(), [pending(WINDOW)]);
    let world = archive.world(&tenant, &world);
    assert!(world.is_pending(WINDOW).await.unwrap());
    for _ in 0..2 {
        world.delete_marker(WINDOW).await.unwrap();
        assert!(!world.is_pending(WINDOW).await.unwrap());
    }
    let last = Window::numbered(9_999_999_999);
    assert_eq!(archive.pending_before(last).await.unwrap(), [pending(next)]);
}

#[tokio::test]
async fn items_are_sorted_by_who_can_read_them() {
    let aws = Aws::start().await;
    let (archive, tenant, world) = (aws.archive(), acme(), shop());
    for nth in 0..12 {
        put(&aws, &tenant, nth, NOON, buffer::VERSION).await;
    }
    put(&aws, &tenant, 12, NOON, buffer::VERSION + 1).await;
    put(&aws, &tenant, 13, NOON, 99).await;
    // Of another window, and of another tenant.
    put(&aws, &tenant, 14, NOON + 600_000, buffer::VERSION).await;
    put(&aws, &TenantId::new("other").unwrap(), 15, NOON, buffer::VERSION).await;
    let table = aws.tables.events.clone();
    let odd = AttributeValue::B(Blob::new([7; 3]));
    aws.put_item(&table, [("pk", s("acme#shop#5984784#0")), ("sk", odd)])
        .await;

    let handle = archive.world(&tenant, &world);
    let mut all = BatchPage::default();
    for shard in 0..SHARDS {
        let (page, next) = handle.page(WINDOW, shard, Position::default()).await.unwrap();
        assert!(next.is_none());
        assert!(page.batches.iter().all(|stored| key::shard(stored.session) == shard));
        assert!(page.batches.is_sorted_by_key(|stored| stored.session.to_bytes()));
        all.batches.extend(page.batches);
        all.unreadable.extend(page.unreadable);
        all.newer.extend(page.newer);
    }
    assert_eq!((all.batches.len(), all.unreadable.len(), all.newer.len()), (12, 2, 1));
    assert!(
        all.batches
            .iter()
            .all(|stored| stored.batch.as_ref().is_ok_and(|batch| batch.events().len() == 1))
    );
    assert_eq!(all.newer[0].packed[0], buffer::VERSION + 1);
    let expected = UnreadableItem {
        sort: vec![7; 3],
        packed: Vec::new(),
    };
    assert!(all.unreadable.contains(&expected));
    assert_eq!(handle.batches(WINDOW).await.unwrap(), all.batches);
    assert_eq!(
        format!("{expected:?}"),
        "UnreadableItem(…)",
        "what is stored is not printed"
    );
}

#[tokio::test]
async fn a_large_window_is_read_in_pages() {
    let aws = Aws::start().await;
    let (archive, tenant, world) = (aws.archive(), acme(), shop());
    // Four items of 300 KB are more than a page of 1 MB.
    for nth in 0..4 {
        let session = SessionId::from_parts(NOON, nth);
        let sort = key::batch_sort(session, 0, key::Fingerprint::of("x"));
        let packed = vec![99; 300 * 1024];
        aws.put_item(
            &aws.tables.events,
            [
                ("pk", s("acme#shop#5984784#0")),
                ("sk", AttributeValue::B(Blob::new(sort))),
                ("b", AttributeValue::B(Blob::new(packed))),
            ],
        )
        .await;
    }
    let world = archive.world(&tenant, &world);
    let (mut from, mut pages) = (Some(Position::default()), Vec::new());
    while let Some(position) = from {
        let (page, next) = world.page(WINDOW, 0, position).await.unwrap();
        pages.push(page.unreadable.len());
        from = next;
    }
    assert!(pages.len() > 1, "{pages:?}");
    assert_eq!(pages.iter().sum::<usize>(), 4);
}

#[tokio::test]
async fn files_are_named_by_their_content_and_put_under_the_tenants_key() {
    let aws = Aws::start().await;
    let (archive, tenant, world) = (aws.archive(), acme(), shop());
    let world = archive.world(&tenant, &world);
    let partition = Partition::parse("date=2026-11-23/part=02").unwrap();
    for file in ["one", "one", "two"] {
        world.put_file(&partition, WINDOW, file.into()).await.unwrap();
    }
    let items = [("a", "bc"), ("", "d")].map(|(sort, packed)| UnreadableItem {
        sort: sort.into(),
        packed: packed.into(),
    });
    world.quarantine(WINDOW, &items).await.unwrap();
    let objects = aws.objects().await;
    let prefix = "tenant=acme/world=shop/";
    assert_eq!(objects.len(), 3);
    for object in &objects[..2] {
        assert!(
            object.starts_with(&format!("{prefix}events/date=2026-11-23/part=02/0005984784-")),
            "{object}"
        );
    }
    assert!(
        objects[2].starts_with(&format!("{prefix}quarantine/0005984784-")),
        "{objects:?}"
    );
    let kept = aws
        .s3
        .get_object()
        .bucket("test-archive")
        .key(&objects[2])
        .send()
        .await
        .unwrap();
    let kept = kept.body.collect().await.unwrap().to_vec();
    assert_eq!(kept, b"\x01\0\0\0a\x02\0\0\0bc\0\0\0\0\x01\0\0\0d");
    // What the stand-in cannot show, since it keeps no encryption: that it was asked for, with the tenant's key.
    let puts = aws.puts.lock().unwrap();
    let of_objects: Vec<_> = puts
        .iter()
        .filter(|(path, _)| path.contains("world%3Dshop") || path.contains("world=shop"))
        .collect();
    assert_eq!(of_objects.len(), 3);
    for (path, headers) in of_objects {
        assert_eq!(headers["x-amz-server-side-encryption"], "aws:kms", "{path}");
        assert_eq!(
            headers["x-amz-server-side-encryption-aws-kms-key-id"], "alias/testgram/test/acme",
            "{path}"
        );
        assert_eq!(
            headers["x-amz-server-side-encryption-bucket-key-enabled"], "true",
            "{path}"
        );
    }
}

#[tokio::test]
async fn every_rebuild_request_has_a_token_of_its_own() {
    let aws = Aws::start().await;
    let (archive, tenant, world) = (aws.archive(), acme(), shop());
    let mut tokens = Vec::new();
    for _ in 0..2 {
        archive.world(&tenant, &world).request_rebuild().await.unwrap();
        let items = aws.items(&aws.tables.control).await;
        let [request] = items.as_slice() else {
            panic!("{} items", items.len())
        };
        assert_eq!(text(request, "pk"), key::rebuild_partition(&tenant, &world));
        assert_eq!(text(request, "sk"), "acme#shop");
        tokens.push(text(request, "token").to_owned());
    }
    assert_ne!(tokens[0], tokens[1]);
}
