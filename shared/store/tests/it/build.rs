//! The builder's repository: rebuild requests, the archive's files, results of stages, models.

use testgram_protocol::id::TenantId;
use testgram_store::StoreError;
use testgram_store::bucket::layout::Partition;
use testgram_store::key::Window;
use testgram_store::repository::build::{ModelPointer, Stage};

use crate::support::{Aws, NOON, acme, s, shop};

const DAY_MS: u64 = 86_400_000;
/// Later than any test runs: what was put is older.
const LATER_MS: u64 = 4_000_000_000_000;

#[tokio::test]
async fn a_request_is_due_until_the_build_that_saw_it_ends_it() {
    let aws = Aws::start().await;
    let (archive, build, tenant, world) = (aws.archive(), aws.build(), acme(), shop());
    let (archive, handle) = (archive.world(&tenant, &world), build.world(&tenant, &world));
    let due = async |now_ms| build.due(now_ms).await.unwrap().len();
    assert_eq!(handle.rebuild_token().await, Ok(None));
    archive.request_rebuild().await.unwrap();
    let seen = handle.rebuild_token().await.unwrap().unwrap();
    assert_eq!(due(NOON).await, 1);
    // A later request is not ended by the build that has not seen it, nor postponed.
    archive.request_rebuild().await.unwrap();
    for due_ms in [None, Some(NOON + DAY_MS)] {
        handle.end_rebuild(&seen, due_ms).await.unwrap();
        assert_eq!(due(NOON).await, 1);
    }
    let seen = handle.rebuild_token().await.unwrap().unwrap();
    handle.end_rebuild(&seen, Some(NOON + DAY_MS)).await.unwrap();
    assert_eq!((due(NOON).await, due(NOON + DAY_MS).await), (0, 1));
    let postponed = handle.rebuild_token().await.unwrap().unwrap();
    assert_ne!(postponed, seen);
    handle.end_rebuild(&postponed, None).await.unwrap();
    assert_eq!(due(LATER_MS).await, 0);
    // A build of a world without a request may leave one.
    handle.end_rebuild("", Some(NOON)).await.unwrap();
    assert_eq!(due(NOON).await, 1);
}

#[tokio::test]
async fn a_request_that_cannot_be_read_costs_only_itself() {
    let aws = Aws::start().await;
    let table = aws.tables.control.clone();
    aws.put_item(&table, [("pk", s("rebuild#00")), ("sk", s("odd")), ("token", s("1"))])
        .await;
    aws.put_item(
        &table,
        [("pk", s("rebuild#00")), ("sk", s("acme#shop")), ("due", s("soon"))],
    )
    .await;
    let due = aws.build().due(NOON).await.unwrap();
    assert_eq!(due.len(), 1, "one whose time cannot be read is due");
    assert_eq!((&due[0].tenant, &due[0].world), (&acme(), &shop()));
}

#[tokio::test]
async fn inputs_are_the_settings_and_the_secret() {
    let aws = Aws::start().await;
    let (build, tenant, world) = (aws.build(), acme(), shop());
    let handle = build.world(&tenant, &world);
    assert!(handle.inputs().await.unwrap().is_none());
    aws.shop(r#"{"k": 7}"#).await;
    let inputs = handle.inputs().await.unwrap().unwrap();
    assert_eq!(inputs.settings.k.get(), 7);
    let secret = inputs.noise.unwrap();
    assert!(
        !format!("{inputs:?}").contains(&format!("{secret:?}")),
        "the secret is not printed"
    );
    let table = aws.tables.control.clone();
    let record = |settings| {
        [
            ("pk", s("acme")),
            ("sk", s("world#shop")),
            ("key", s("k")),
            ("settings", s(settings)),
        ]
    };
    aws.put_item(&table, record("{}")).await;
    assert_eq!(handle.inputs().await.unwrap().unwrap().noise, None);
    aws.put_item(&table, record(r#"{"of_the_future": 1}"#)).await;
    assert_eq!(handle.inputs().await.map(|_| ()), Err(StoreError::Damaged));
}

#[tokio::test]
async fn files_of_the_archive_are_listed_in_order_and_read() {
    let aws = Aws::start().await;
    let (archive, build, tenant, world) = (aws.archive(), aws.build(), acme(), shop());
    let partitions = ["date=2026-11-24/part=00", "date=2026-11-23/part=02"].map(|text| Partition::parse(text).unwrap());
    for partition in &partitions {
        let text = partition.to_string().into_bytes();
        archive
            .world(&tenant, &world)
            .put_file(partition, Window::at(NOON), text)
            .await
            .unwrap();
    }
    let other = TenantId::new("other").unwrap();
    archive
        .world(&other, &world)
        .put_file(&partitions[0], Window::at(NOON), vec![1])
        .await
        .unwrap();
    aws.put_object("tenant=acme/world=shop/events/odd.parquet", b"odd")
        .await;
    let handle = build.world(&tenant, &world);
    let files = handle.files().await.unwrap();
    let found: Vec<_> = files.iter().map(|file| (&file.partition, file.bytes)).collect();
    assert_eq!(found, [(&partitions[1], 23), (&partitions[0], 23)]);
    assert_eq!(handle.read(&files[0].key).await.unwrap(), b"date=2026-11-23/part=02");
    assert_eq!(handle.read("events/gone").await, Err(StoreError::Damaged));
}

#[tokio::test]
async fn stages_keep_their_results_apart() {
    let aws = Aws::start().await;
    let (build, tenant, world) = (aws.build(), acme(), shop());
    let handle = build.world(&tenant, &world);
    for stage in [Stage::Snapshot, Stage::Inventory, Stage::Catalog, Stage::Counts] {
        assert_eq!(handle.kept(stage, "d1").await, Ok(None));
        for digest in ["d1", "d2"] {
            handle
                .keep(stage, digest, format!("{stage:?}").into_bytes())
                .await
                .unwrap();
        }
        assert_eq!(
            handle.kept(stage, "d1").await.unwrap(),
            Some(format!("{stage:?}").into_bytes())
        );
        assert_eq!(handle.digests(stage).await.unwrap(), ["d1", "d2"]);
        let times = handle.digests_and_times(stage).await.unwrap();
        assert!(times.iter().all(|(_, kept_ms)| (1..LATER_MS).contains(kept_ms)));
        for _ in 0..2 {
            handle.forget(stage, "d1").await.unwrap();
        }
        assert_eq!(handle.digests(stage).await.unwrap(), ["d2"]);
    }
    let objects = aws.objects().await;
    assert_eq!(objects[0], "tenant=acme/world=shop/partials/catalog/d2");
    assert_eq!(objects.len(), 4);
}

fn pointer(version: &str, at_ms: u64) -> ModelPointer {
    ModelPointer {
        version: version.to_owned(),
        at_ms,
    }
}

#[tokio::test]
async fn the_model_of_the_latest_files_stays_published() {
    let aws = Aws::start().await;
    let (build, tenant, world) = (aws.build(), acme(), shop());
    let handle = build.world(&tenant, &world);
    assert_eq!(handle.pointer().await, Ok(None));
    assert_eq!(handle.publish(&pointer("v1", 10), b"one".to_vec()).await, Ok(true));
    assert_eq!(handle.publish(&pointer("v0", 9), b"zero".to_vec()).await, Ok(false));
    assert_eq!(handle.pointer().await, Ok(Some(pointer("v1", 10))));
    assert_eq!(
        handle.publish(&pointer("v2", 10), b"two".to_vec()).await,
        Ok(true),
        "as late is late enough"
    );
    assert_eq!(handle.model("v2").await.unwrap(), Some(b"two".to_vec()));
    assert_eq!(handle.model("v9").await, Ok(None));
    handle.withdraw(9).await.unwrap();
    assert_eq!(handle.pointer().await, Ok(Some(pointer("v2", 10))));
    handle.forget_models(Some("v2"), 1).await.unwrap();
    assert_eq!(aws.objects().await.len(), 3, "younger ones may be another build's");
    handle.forget_models(Some("v2"), LATER_MS).await.unwrap();
    assert_eq!(aws.objects().await, ["tenant=acme/world=shop/models/v2/model.json"]);
    for _ in 0..2 {
        handle.withdraw(10).await.unwrap();
        assert_eq!(handle.pointer().await, Ok(None));
    }
    let table = aws.tables.control.clone();
    aws.put_item(
        &table,
        [("pk", s("acme")), ("sk", s("model#shop")), ("version", s("v"))],
    )
    .await;
    assert_eq!(handle.pointer().await, Err(StoreError::Damaged));
}

#[tokio::test]
async fn days_that_have_left_retention_are_deleted_with_all_that_is_made_of_them() {
    let aws = Aws::start().await;
    let (archive, build, tenant, world) = (aws.archive(), aws.build(), acme(), shop());
    let (put, handle) = (archive.world(&tenant, &world), build.world(&tenant, &world));
    assert_eq!(handle.first_quarantined_day().await, Ok(None));
    // Long ago, since results and models go by when they were put, which is now.
    let midnight = 999_993_600_000; // 9 September 2001
    for (day, at_ms) in [("2001-09-08", midnight - 1), ("2001-09-09", midnight)] {
        let partition = Partition::parse(&format!("date={day}/part=01")).unwrap();
        put.put_file(&partition, Window::at(at_ms), vec![1]).await.unwrap();
        put.quarantine(Window::at(at_ms), &[]).await.unwrap();
    }
    handle.keep(Stage::Counts, "d1", vec![1]).await.unwrap();
    handle.publish(&pointer("v1", midnight + 1), vec![1]).await.unwrap();
    assert_eq!(
        handle.first_quarantined_day().await.unwrap().as_deref(),
        Some("2001-09-08")
    );
    assert_eq!(
        handle.expire(midnight).await,
        Ok(2),
        "the file and the quarantined items of the day before"
    );
    assert_eq!(
        handle.first_quarantined_day().await.unwrap().as_deref(),
        Some("2001-09-09")
    );
    assert_eq!(handle.pointer().await, Ok(Some(pointer("v1", midnight + 1))));
    assert_eq!(handle.expire(LATER_MS).await, Ok(4));
    assert_eq!((aws.objects().await.len(), handle.pointer().await), (0, Ok(None)));
    assert_eq!(handle.expire(LATER_MS).await, Ok(0));
}
