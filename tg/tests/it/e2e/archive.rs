//! From the buffer to the archive: what was acknowledged stands there, whatever happens on the way.

use serde_json::{Value, json};
use testgram_local::{handlers, state_machine};
use testgram_protocol::buffer;
use testgram_runtime::metrics::Sink;
use testgram_store::bucket::layout::Partition;
use testgram_store::key::Window;

use super::frames::now_ms;
use super::lake::{Lake, MINUTE, Received, recorded_from, sessions_of};
use super::proxy;
use super::samples::sample;
use super::stack::{Stack, settings};

/// Long enough ago that every window of short sessions is closed.
const AGO: u64 = 6 * 60 * MINUTE;

#[tokio::test]
async fn a_window_becomes_files_and_loses_its_mark() {
    let stack = Stack::start();
    let lake = Lake::new(&stack.aws, "acme", "shop");
    let now = now_ms();
    let received = recorded_from(now - AGO, 6);
    lake.put(&received).await;
    assert!(!lake.marks().await.is_empty());
    let done = lake.archive(now).await.unwrap();
    let sent = sessions_of(&received);
    assert_eq!(done.batches, received.len());
    assert_eq!(
        done.events,
        sent.iter().map(|session| session.events.len()).sum::<usize>()
    );
    assert_eq!(done.quarantined, 0);
    assert!(lake.sessions().await == sent, "what was sent is what is archived");
    assert_eq!(lake.marks().await, []);
    for (partition, rows) in lake.files().await {
        assert!(rows.iter().all(|row| Partition::of(row.session) == partition));
    }
    // Nothing is left to do, and nothing is done twice.
    assert_eq!(lake.archive(now).await.unwrap().files, 0);
}

#[tokio::test]
async fn an_open_window_keeps_its_mark_and_what_follows_is_counted_once() {
    let stack = Stack::start();
    let lake = Lake::new(&stack.aws, "acme", "shop");
    let now = now_ms();
    let received = recorded_from(now - 30 * 1000, 1);
    let arrived: Vec<Received> = received
        .iter()
        .map(|one| Received {
            at_ms: now,
            ..one.clone()
        })
        .collect();
    let (first, later) = arrived.split_at(1);
    lake.put(first).await;
    lake.archive(now).await.unwrap();
    assert_eq!(lake.marks().await.len(), 1, "still open");
    lake.put(later).await;
    lake.put(first).await;
    lake.archive(now + 20 * MINUTE).await.unwrap();
    assert!(lake.sessions().await == sessions_of(&arrived));
    assert_eq!(lake.marks().await, []);
}

#[tokio::test]
async fn a_worker_that_dies_anywhere_loses_nothing_and_doubles_nothing() {
    let stack = Stack::start();
    let now = now_ms();
    let received = recorded_from(now - AGO, 2);
    let one_window: Vec<_> = received
        .iter()
        .map(|one| Received {
            at_ms: now - AGO + 100 * MINUTE,
            ..one.clone()
        })
        .collect();
    let sent = sessions_of(&one_window);
    for calls in 0.. {
        let lake = Lake::new(&stack.aws, "acme", &format!("w{calls}"));
        lake.put(&one_window).await;
        let [mark] = lake.marks().await.try_into().unwrap();
        let dying = Lake::new(
            &proxy::that_ends_after(&stack.aws, calls).await,
            "acme",
            &format!("w{calls}"),
        );
        let died = testgram_archive::archive(&dying.stores.archive(), &mark, now).await;
        if died.is_err() {
            assert_eq!(lake.marks().await.len(), 1, "the marker goes last ({calls} calls)");
        }
        // A second worker while the first may still be at it, and a third that is late.
        let (a, b) = tokio::join!(lake.archive(now), lake.archive(now));
        a.unwrap();
        b.unwrap();
        assert!(lake.sessions().await == sent, "after {calls} calls");
        assert_eq!(lake.marks().await, [], "after {calls} calls");
        if died.is_ok() {
            assert!(
                calls >= 4 + 1 + 2,
                "reads, a file, the rebuild request and the marker are calls of their own: {calls}"
            );
            break;
        }
    }
}

#[tokio::test]
async fn late_and_doubled_batches_and_sessions_over_midnight_lie_where_they_belong() {
    let stack = Stack::start();
    let lake = Lake::new(&stack.aws, "acme", "shop");
    let now = now_ms();
    let midnight = now / 86_400_000 * 86_400_000;
    // Began a minute before midnight, and went on for as long as it was recorded.
    let session: Vec<_> = recorded_from(midnight - MINUTE, 1);
    // Backwards, each twice, half a day late for every other copy.
    let mut arrived = Vec::new();
    for (nth, one) in session.iter().rev().enumerate() {
        for late in [0, 12 * 60 * MINUTE] {
            arrived.push(Received {
                at_ms: midnight + MINUTE + nth as u64 * 7 * MINUTE + late,
                ..one.clone()
            });
        }
    }
    for chunk in arrived.chunks(3) {
        lake.put(chunk).await;
        lake.archive(now + 2 * 24 * 60 * MINUTE).await.unwrap();
    }
    assert!(lake.sessions().await == sessions_of(&session));
    let partitions: Vec<_> = lake.files().await.into_iter().map(|(partition, _)| partition).collect();
    assert!(
        partitions.windows(2).all(|two| two[0] == two[1]),
        "one session, one partition"
    );
}

/// Puts a batch beside itself, as another version of the buffer would have written it; what was put.
async fn put_as_version(lake: &Lake, received: &Received, version: u8) -> Vec<u8> {
    let mut packed = buffer::encode(&received.batch()).unwrap();
    packed[0] = version;
    let mut other = received.clone();
    other.frame.push(' ');
    lake.put_packed(&other, &received.batch(), packed.clone()).await;
    packed
}

#[tokio::test]
async fn what_cannot_be_read_is_put_aside_and_costs_the_others_nothing() {
    let stack = Stack::start();
    let lake = Lake::new(&stack.aws, "acme", "shop");
    let now = now_ms();
    let received = recorded_from(now - AGO, 1);
    lake.put(&received).await;
    let packed = put_as_version(&lake, &received[0], 99).await;
    let done = lake.archive(now).await.unwrap();
    assert_eq!((done.quarantined, done.batches), (1, received.len()));
    assert!(lake.sessions().await == sessions_of(&received));
    assert_eq!(lake.marks().await, []);
    let quarantined = stack.objects("testgram-archive/tenant=acme/world=shop/quarantine");
    assert_eq!(quarantined.len(), 1);
    let kept = std::fs::read(&quarantined[0]).unwrap();
    assert!(kept.ends_with(&packed), "it is kept as it came");
}

#[tokio::test]
async fn what_the_next_release_wrote_is_left_for_it() {
    let stack = Stack::start();
    let lake = Lake::new(&stack.aws, "acme", "shop");
    let now = now_ms();
    let received = recorded_from(now - AGO, 1);
    lake.put(&received).await;
    put_as_version(&lake, &received[0], buffer::VERSION + 1).await;
    let done = lake.archive(now).await.unwrap();
    assert_eq!((done.newer, done.quarantined, done.batches), (1, 0, received.len()));
    let window = Window::at(received[0].at_ms);
    let left: Vec<Window> = lake.marks().await.into_iter().map(|mark| mark.window).collect();
    assert_eq!(left, [window], "its window is tried again, the others are done");
    assert!(lake.sessions().await == sessions_of(&received));
    // Reported to the queue as well, or the message would be gone.
    let state = testgram_archive::State::new(
        lake.stores.archive(),
        lake.stores.queue.clone(),
        Sink::to(|_| ()),
        now_ms,
    );
    let task = json!({"tenant": "acme", "world": "shop", "window": window.number()}).to_string();
    let work = json!({"Records": [{"messageId": "m", "body": task}]});
    let answer = testgram_archive::handle(&state, serde_json::from_value(work).unwrap()).await;
    let answer = serde_json::to_value(answer.unwrap()).unwrap();
    assert_eq!(answer, json!({"batchItemFailures": [{"itemIdentifier": "m"}]}));
    // If that release never comes, it is quarantined, before the buffer forgets it.
    let done = lake.archive(now + 6 * 24 * 60 * MINUTE).await.unwrap();
    assert_eq!((done.newer, done.quarantined), (0, 1));
    assert_eq!(lake.marks().await, []);
}

/// What the stand-in cannot show, since it keeps no encryption: that it was asked for, with the key of the tenant.
#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_put_into_the_bucket_is_put_under_the_tenants_key() {
    let stack = Stack::start();
    let now = now_ms();
    for tenant in ["acme", "other"] {
        let open = settings(json!({"k": 2}));
        stack.world(tenant, "shop", &format!("key{tenant}"), &open).await;
        let (way, calls) = proxy::that_remembers(&stack.aws, usize::MAX).await;
        let lake = Lake::new(&way, tenant, "shop");
        let received = recorded_from(now - AGO, 5);
        lake.put(&received).await;
        let mut newer = received[0].clone();
        newer.frame.push(' ');
        lake.put_packed(&newer, &received[0].batch(), vec![99]).await;
        lake.archive(now).await.unwrap();
        let of = json!({"tenant": tenant, "world": "shop", "full": false});
        let built = state_machine::world(&handlers::build(&lake.stores), of, &|_| ())
            .await
            .unwrap();
        assert_eq!(built["sessions"], 5);
        let calls = calls.lock().unwrap();
        let puts: Vec<_> = calls.iter().filter(|(method, ..)| method == "PUT").collect();
        for folder in [
            "events",
            "quarantine",
            "partials/snapshot",
            "partials/inventory",
            "partials/catalog",
            "partials/counts",
            "models",
        ] {
            let prefix = format!("/testgram-archive/tenant%3D{tenant}/world%3Dshop/{folder}/");
            let below = |path: &str| path.starts_with(&prefix) || path.starts_with(&prefix.replace("%3D", "="));
            assert!(puts.iter().any(|(_, path, _)| below(path)), "{prefix}: {puts:?}");
        }
        for (_, path, headers) in puts {
            let sent = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
            assert_eq!(sent("x-amz-server-side-encryption"), Some("aws:kms"), "{path}");
            let key = format!("alias/testgram/local/{tenant}");
            assert_eq!(
                sent("x-amz-server-side-encryption-aws-kms-key-id"),
                Some(key.as_str()),
                "{path}"
            );
            assert_eq!(
                sent("x-amz-server-side-encryption-bucket-key-enabled"),
                Some("true"),
                "{path}"
            );
        }
        let others = ["acme", "other"].into_iter().filter(|other| *other != tenant);
        for other in others {
            assert!(
                !calls
                    .iter()
                    .any(|(_, path, _)| path.contains(&format!("tenant={other}")))
            );
        }
    }
}

#[tokio::test]
async fn the_dispatcher_queues_closed_windows_and_the_queue_feeds_the_worker() {
    let stack = Stack::start();
    let lake = Lake::new(&stack.aws, "acme", "shop");
    let now = now_ms();
    let received = recorded_from(now - AGO, 3);
    lake.put(&received).await;
    let windows = lake.marks().await.len();
    let state = testgram_archive::State::new(
        lake.stores.archive(),
        lake.stores.queue.clone(),
        Sink::to(|_| ()),
        now_ms,
    );
    let dispatch = async |event: Value| {
        let event = serde_json::from_value(event).unwrap();
        let answer = testgram_archive::handle(&state, event).await.unwrap();
        let answer = serde_json::to_value(answer).unwrap();
        assert_eq!(answer["windows"], windows);
        answer["queued"].as_u64().unwrap() as usize
    };
    assert!(dispatch(sample("archive-dispatch")).await <= windows);
    assert_eq!(dispatch(json!({"run": "dispatch", "all": true})).await, windows);
    // The stack's own poller hands the messages to its archiver.
    for _ in 0..100 {
        if lake.marks().await.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(lake.sessions().await == sessions_of(&received));
}

#[tokio::test]
async fn a_message_that_is_no_task_comes_again_and_the_others_are_done() {
    let stack = Stack::start();
    let lake = Lake::new(&stack.aws, "acme", "shop");
    let state = testgram_archive::State::new(
        lake.stores.archive(),
        lake.stores.queue.clone(),
        Sink::to(|_| ()),
        now_ms,
    );
    let work = serde_json::from_value(sample("archive-work")).unwrap();
    let answer = testgram_archive::handle(&state, work).await.unwrap();
    assert_eq!(
        serde_json::to_value(answer).unwrap(),
        json!({"batchItemFailures": [{"itemIdentifier": "2e1424d4-f796-459a-8184-9c92662be6da"}]})
    );
}
