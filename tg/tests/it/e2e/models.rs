//! From the archive to a published model: the same one, whichever way it came about.

use std::sync::Arc;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use serde_json::{Value, json};
use testgram_local::function::{self, Function};
use testgram_local::{handlers, state_machine};
use testgram_protocol::id::SessionId;
use testgram_runtime::metrics::Sink;
use testgram_store::key::Window;

use super::frames::now_ms;
use super::lake::{Lake, MINUTE, Received, recorded_from};
use super::proxy;
use super::stack::{Stack, settings};

/// Sessions of the recording that are enough for a model at k = 2, and few enough for a test.
const SESSIONS: usize = 30;

async fn world(stack: &Stack, name: &str, set: Value) -> Lake {
    let key = format!("key{name}");
    stack.world("acme", name, &key, &settings(set)).await;
    Lake::new(&stack.aws, "acme", name)
}

/// A world with the secret of all such worlds: what is sampled of the same sessions is the same.
async fn world_of_known_secret(stack: &Stack, name: &str, set: Value) -> Lake {
    let lake = world(stack, name, set).await;
    let update = stack.dynamodb().update_item().table_name("testgram-control");
    let update = update
        .key("pk", AttributeValue::S("acme".to_owned()))
        .key("sk", AttributeValue::S(testgram_store::key::world_sort(&lake.world)))
        .update_expression("SET noise = :secret")
        .expression_attribute_values(":secret", AttributeValue::B(Blob::new([7; 32])));
    update.send().await.unwrap();
    lake
}

fn of(lake: &Lake, full: bool) -> Value {
    json!({"tenant": "acme", "world": lake.world.expose(), "full": full})
}

async fn build(function: &Arc<dyn Function>, lake: &Lake, full: bool) -> Option<Value> {
    state_machine::world(function, of(lake, full), &|_| ()).await.ok()
}

async fn model(lake: &Lake) -> Option<Vec<u8>> {
    let repository = lake.stores.build();
    let world = repository.world(&lake.tenant, &lake.world);
    let pointer = world.pointer().await.unwrap()?;
    world.model(&pointer.version).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_leads_to_the_same_model() {
    let stack = Stack::start();
    let now = now_ms();
    let received = recorded_from(now - 20 * 60 * MINUTE, SESSIONS);
    let k = json!({"k": 2});

    // All at once.
    let once = world_of_known_secret(&stack, "once", k.clone()).await;
    let at_once: Vec<_> = received
        .iter()
        .map(|one| Received {
            at_ms: now - 60 * MINUTE,
            ..one.clone()
        })
        .collect();
    once.put(&at_once).await;
    once.archive(now).await.unwrap();
    let function = handlers::build(&once.stores);
    let answer = build(&function, &once, false).await.unwrap();
    assert_eq!((&answer["new"], &answer["sessions"]), (&json!(true), &json!(SESSIONS)));
    let expected = model(&once).await.unwrap();
    assert_eq!(answer["bytes"], expected.len());

    // Again, and everything again: nothing new.
    for full in [false, true] {
        let answer = build(&function, &once, full).await.unwrap();
        assert_eq!(answer["new"], false, "full: {full}");
    }

    // In many windows, the last ones first, some twice, with builds on the way. On a stack of its own: after a minute
    // one archives by itself what is closed, and would take what is just being put.
    let stack = Stack::start();
    let parts = world_of_known_secret(&stack, "parts", k.clone()).await;
    let function = handlers::build(&parts.stores);
    let mut backwards: Vec<Vec<Received>> = received.chunks(received.len() / 4 + 1).map(<[_]>::to_vec).collect();
    backwards.reverse();
    backwards.push(received[..received.len() / 3].to_vec());
    for chunk in backwards {
        parts.put(&chunk).await;
        parts.archive(now).await.unwrap();
        build(&function, &parts, false).await.unwrap();
    }
    assert!(model(&parts).await.unwrap() == expected, "in parts");

    // With a process that dies after some calls, another and another.
    let stack = Stack::start();
    let dying = world_of_known_secret(&stack, "dying", k).await;
    dying.put(&received).await;
    dying.archive(now).await.unwrap();
    let mut deaths = 0;
    for calls in (0..).step_by(7) {
        let way = proxy::that_ends_after(&stack.aws, calls).await;
        let function = handlers::build(&Lake::new(&way, "acme", "dying").stores);
        if build(&function, &dying, false).await.is_some() {
            break;
        }
        deaths += 1;
    }
    assert!(deaths > 3, "{deaths}");
    assert!(model(&dying).await.unwrap() == expected, "interrupted");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_has_changed_is_built_and_folded() {
    let stack = Stack::start();
    let now = now_ms();
    let lake = world(&stack, "shop", json!({"k": 2})).await;
    let function = handlers::build(&lake.stores);
    let reported = |events: &std::sync::Mutex<Vec<state_machine::BuildProgress>>, word: &str| {
        let events = events.lock().unwrap();
        events.iter().rev().find_map(|event| match event {
            state_machine::BuildProgress::Partitions(of, 0, todo, all) if *of == word => Some((*todo, *all)),
            _ => None,
        })
    };
    // Two days: the second changes, the first does not.
    let days = [now - 40 * 60 * MINUTE, now - 6 * 60 * MINUTE].map(|began| recorded_from(began, 12));
    let mut built = Vec::new();
    for (nth, day) in days.iter().enumerate() {
        let shifted: Vec<_> = day.iter().skip(nth).cloned().collect();
        lake.put(&shifted).await;
        lake.archive(now).await.unwrap();
        let events = std::sync::Mutex::new(Vec::new());
        let answers = state_machine::changed(&function, false, &|event| events.lock().unwrap().push(event)).await;
        assert_eq!(answers.unwrap().len(), 1);
        built.push(reported(&events, "inventory").unwrap());
    }
    let [(first, all_first), (second, all_second)] = built.try_into().unwrap();
    assert_eq!(first, all_first, "all of the first day");
    assert!(
        second < all_second && all_second > all_first,
        "only the second day: {second} of {all_second}"
    );
    // Sessions like one that there was: the first two may name what was too rare before. After them nothing is new, and
    // one more recounts its own partition and no other.
    let like = days[1][0].batch().session();
    let of_like: Vec<_> = days[1].iter().filter(|one| one.batch().session() == like).collect();
    for (nth, random) in [77, 81, 85].into_iter().enumerate() {
        let id = SessionId::from_parts(like.started_ms(), random << 32);
        let renamed = of_like.iter().map(|one| Received {
            frame: one.frame.replace(&like.expose(), &id.expose()),
            at_ms: one.at_ms,
        });
        lake.put(&renamed.collect::<Vec<_>>()).await;
        lake.archive(now).await.unwrap();
        let events = std::sync::Mutex::new(Vec::new());
        let answers = state_machine::changed(&function, false, &|event| events.lock().unwrap().push(event)).await;
        assert_eq!(answers.unwrap()[0]["new"], true);
        if nth == 2 {
            assert_eq!(reported(&events, "inventory").unwrap().0, 1);
            assert_eq!(reported(&events, "count").unwrap().0, 1);
        }
    }
    let all_second = stack.parts("acme", "shop");
    // Nothing has changed since.
    assert_eq!(
        state_machine::changed(&function, false, &|_| ()).await.unwrap(),
        Vec::<Value>::new()
    );
    // What was kept for older builds goes once no other build can be at it.
    let counts = || {
        stack
            .objects("testgram-archive/tenant=acme/world=shop/partials/counts")
            .len()
    };
    assert!(counts() > all_second, "still there");
    assert_eq!(build(&later(&lake), &lake, false).await.unwrap()["new"], false);
    assert_eq!(counts(), all_second);
}
/// The builder some hours later.
fn later(lake: &Lake) -> Arc<dyn Function> {
    at(lake, || now_ms() + 7 * 60 * MINUTE)
}

fn at(lake: &Lake, now_ms: fn() -> u64) -> Arc<dyn Function> {
    let state = testgram_builder::State::new(lake.stores.build(), Sink::to(|_| ()), now_ms);
    let state = Arc::new(state);
    function::typed(move |step| {
        let state = Arc::clone(&state);
        async move {
            testgram_builder::handle(&state, step)
                .await
                .map_err(lambda_runtime::Diagnostic::from)
        }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_allow_less_withdraw_what_was_told() {
    let stack = Stack::start();
    let now = now_ms();
    let lake = world(&stack, "shop", json!({"k": 2})).await;
    let function = later(&lake);
    lake.put(&recorded_from(now - 20 * 60 * MINUTE, 12)).await;
    lake.archive(now).await.unwrap();
    assert_eq!(
        state_machine::changed(&function, false, &|_| ()).await.unwrap().len(),
        1
    );
    let models = || {
        let folders = stack.folders("testgram-archive/tenant=acme/world=shop/models");
        folders
            .iter()
            .filter(|folder| folder.join("model.json").exists())
            .count()
    };
    assert!(model(&lake).await.is_some() && models() == 1);
    // A stricter k is a reason to build, though the archive is as it was.
    world(&stack, "shop", json!({"k": 3})).await;
    let built = state_machine::changed(&function, false, &|_| ()).await.unwrap();
    assert_eq!(built[0]["new"], true);
    assert_eq!(models(), 1, "the one before is gone");
    world(&stack, "shop", json!({"k": 13})).await;
    let built = state_machine::changed(&function, false, &|_| ()).await.unwrap();
    assert_eq!(built, [json!({"sessions": 12})]);
    assert_eq!((model(&lake).await, models()), (None, 0));
    // The same settings again are no reason.
    world(&stack, "shop", json!({"k": 13})).await;
    let built = state_machine::changed(&function, false, &|_| ()).await.unwrap();
    assert_eq!(built, Vec::<Value>::new());
}

fn in_days<const DAYS: u64>() -> u64 {
    now_ms() + DAYS * 24 * 60 * MINUTE
}

#[tokio::test(flavor = "multi_thread")]
async fn days_that_leave_retention_leave_the_model_though_nobody_comes() {
    let stack = Stack::start();
    let now = now_ms();
    let lake = world(&stack, "shop", json!({"k": 2, "retention_days": 30})).await;
    for (ago, sessions) in [(9, 8), (3, 5)] {
        lake.put(&recorded_from(now - ago * 24 * 60 * MINUTE, sessions)).await;
    }
    let mut unread = recorded_from(now - 9 * 24 * 60 * MINUTE, 1).remove(0);
    unread.frame.push(' ');
    lake.put_packed(&unread, &unread.batch(), vec![99]).await;
    lake.archive(now).await.unwrap();
    let sessions = |answers: Vec<Value>| {
        answers
            .iter()
            .map(|answer| answer["sessions"].as_u64())
            .collect::<Vec<_>>()
    };
    let quarantined = || {
        stack
            .objects("testgram-archive/tenant=acme/world=shop/quarantine")
            .len()
    };
    let mut left = Vec::new();
    let mut files = Vec::new();
    let moments: [fn() -> u64; 7] = [
        in_days::<0>,
        in_days::<0>,
        in_days::<19>,
        in_days::<24>,
        in_days::<24>,
        in_days::<29>,
        in_days::<29>,
    ];
    for moment in moments {
        let built = state_machine::changed(&at(&lake, moment), false, &|_| ())
            .await
            .unwrap();
        left.push(sessions(built));
        files.push((lake.files().await.len(), quarantined()));
    }
    let all = |many| vec![Some(many)];
    assert_eq!(left, [all(13), vec![], vec![], all(5), vec![], all(0), vec![]]);
    // What is not retained is deleted, not only left out.
    let (all, later) = (files[0], files[3]);
    assert!(all.0 > later.0 && later.0 > 0 && all.1 == 1, "{files:?}");
    assert_eq!(files, [all, all, all, (later.0, 0), (later.0, 0), (0, 0), (0, 0)]);
    // Nor what was made of it: vocabularies of before the threshold, counts of before the noise.
    for made in ["partials/inventory", "partials/counts"] {
        let made = stack.objects(&format!("testgram-archive/tenant=acme/world=shop/{made}"));
        assert_eq!(made, Vec::<std::path::PathBuf>::new());
    }
    assert_eq!(model(&lake).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_aside_goes_in_its_time_though_there_is_nothing_else() {
    let stack = Stack::start();
    let now = now_ms();
    let lake = world(&stack, "shop", json!({"k": 2, "retention_days": 30})).await;
    let unread = recorded_from(now - 9 * 24 * 60 * MINUTE, 1).remove(0);
    lake.put_packed(&unread, &unread.batch(), vec![99]).await;
    lake.archive(now).await.unwrap();
    let quarantined = || {
        stack
            .objects("testgram-archive/tenant=acme/world=shop/quarantine")
            .len()
    };
    let mut left = Vec::new();
    let moments: [fn() -> u64; 3] = [in_days::<0>, in_days::<19>, in_days::<24>];
    for moment in moments {
        state_machine::changed(&at(&lake, moment), false, &|_| ())
            .await
            .unwrap();
        left.push(quarantined());
    }
    assert_eq!(left, [1, 1, 0]);
}

/// A world that keeps thirty days, with archived traffic of nine days ago.
async fn of_nine_days_ago(stack: &Stack) -> Lake {
    let now = now_ms();
    let lake = world(stack, "shop", json!({"k": 2, "retention_days": 30})).await;
    lake.put(&recorded_from(now - 9 * 24 * 60 * MINUTE, 5)).await;
    lake.archive(now).await.unwrap();
    lake
}

/// What builds have kept of a world: vocabularies and counts, which say more than models do.
fn kept(stack: &Stack) -> usize {
    let made = ["inventory", "counts"].map(|made| format!("testgram-archive/tenant=acme/world=shop/partials/{made}"));
    made.iter().map(|made| stack.objects(made).len()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_another_build_may_need_goes_when_none_can_need_it() {
    let stack = Stack::start();
    let lake = of_nine_days_ago(&stack).await;
    let built = async |moment| {
        state_machine::changed(&at(&lake, moment), false, &|_| ())
            .await
            .unwrap()
            .len()
    };
    assert_eq!(built(in_days::<0>).await, 1);
    // All days leave retention, minutes after a build of them.
    world(&stack, "shop", json!({"k": 2, "retention_days": 1})).await;
    assert_eq!(built(in_days::<0>).await, 1);
    assert!(lake.files().await.is_empty() && kept(&stack) > 0);
    assert_eq!(built(in_days::<0>).await, 0);
    // Nothing is there that could call for a build, and it is made all the same.
    assert_eq!((built(in_days::<1>).await, kept(&stack)), (1, 0));
    assert_eq!(built(in_days::<2>).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn retention_is_kept_where_no_build_comes_to_its_end() {
    let stack = Stack::start();
    let lake = of_nine_days_ago(&stack).await;
    state_machine::changed(&at(&lake, in_days::<0>), false, &|_| ())
        .await
        .unwrap();
    assert!(model(&lake).await.is_some() && kept(&stack) > 0);
    let of = json!({"tenant": "acme", "world": "shop", "full": false});
    Steps(&at(&lake, in_days::<45>)).take(&of, "snapshot").await;
    assert!(lake.files().await.is_empty());
    assert_eq!((kept(&stack), model(&lake).await), (0, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_world_that_is_no_more_is_not_called_for_again() {
    let stack = Stack::start();
    let now = now_ms();
    let lake = Lake::new(&stack.aws, "acme", "nowhere");
    lake.put(&recorded_from(now - 9 * 24 * 60 * MINUTE, 1)).await;
    lake.archive(now).await.unwrap();
    let noted = async || lake.stores.build().due(now_ms()).await.unwrap().len();
    assert_eq!(noted().await, 1);
    drop(state_machine::changed(&at(&lake, in_days::<0>), false, &|_| ()).await);
    assert_eq!(noted().await, 0);
}

/// A build, step by step.
struct Steps<'a>(&'a Arc<dyn Function>);

impl Steps<'_> {
    async fn take(&self, of: &Value, word: &str) -> Value {
        let mut event = of.clone();
        event["step"] = json!(word);
        self.0.invoke(event).await.unwrap()
    }

    async fn over(&self, found: &Value, word: &str) {
        for partition in found["partitions"].as_array().unwrap() {
            let mut of = found["build"].clone();
            of["partition"] = partition.clone();
            self.take(&of, word).await;
        }
    }

    /// From its snapshot to its counts.
    async fn count(&self, found: &Value) -> Value {
        self.over(found, "inventory").await;
        let found = self.take(&found["build"], "catalog").await;
        self.over(&found, "count").await;
        found
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_build_that_is_overtaken_takes_nothing_back() {
    let stack = Stack::start();
    let now = now_ms();
    let lake = world(&stack, "shop", json!({"k": 2})).await;
    let function = handlers::build(&lake.stores);
    let steps = Steps(&function);
    let received = recorded_from(now - 20 * 60 * MINUTE, 20);
    let (first, more) = received.split_at(received.len() / 2);
    lake.put(first).await;
    lake.archive(now).await.unwrap();
    // One build gets as far as its counts, and another one comes by with more and is through.
    let snapshot = steps.take(&of(&lake, false), "snapshot").await;
    let counted = steps.count(&snapshot).await;
    lake.put(more).await;
    lake.archive(now).await.unwrap();
    let newer = build(&function, &lake, false).await.unwrap();
    let before = model(&lake).await.unwrap();
    // What the first one has kept is there still, and its model does not take the place of the newer one.
    let older = steps.take(&counted["build"], "publish").await;
    assert!(older["sessions"].as_u64() < newer["sessions"].as_u64());
    assert_eq!(older["new"], false);
    assert!(model(&lake).await.unwrap() == before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_archived_while_a_build_runs_is_the_next_ones() {
    let stack = Stack::start();
    let now = now_ms();
    let lake = world(&stack, "shop", json!({"k": 2})).await;
    let function = handlers::build(&lake.stores);
    let steps = Steps(&function);
    let received = recorded_from(now - 20 * 60 * MINUTE, 12);
    let (first, more) = received.split_at(received.len() / 2);
    lake.put(first).await;
    lake.archive(now).await.unwrap();
    let snapshot = steps.take(&of(&lake, false), "snapshot").await;
    lake.put(more).await;
    lake.archive(now).await.unwrap();
    let counted = steps.count(&snapshot).await;
    steps.take(&counted["build"], "publish").await;
    assert_eq!(
        state_machine::changed(&function, false, &|_| ()).await.unwrap().len(),
        1
    );
    assert_eq!(
        state_machine::changed(&function, false, &|_| ()).await.unwrap().len(),
        0
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_read_costs_itself_and_is_told() {
    let stack = Stack::start();
    let now = now_ms();
    let lake = world(&stack, "shop", json!({"k": 2})).await;
    let function = handlers::build(&lake.stores);
    let steps = Steps(&function);
    lake.put(&recorded_from(now - 20 * 60 * MINUTE, 12)).await;
    lake.archive(now).await.unwrap();
    let before = build(&function, &lake, false).await.unwrap();
    let (partition, _) = lake.files().await.remove(0);
    let repository = lake.stores.archive();
    let damaged = b"PAR1 and nothing else".to_vec();
    let put = repository.world(&lake.tenant, &lake.world);
    put.put_file(&partition, Window::at(now), damaged).await.unwrap();
    let snapshot = steps.take(&of(&lake, false), "snapshot").await;
    let mut of = snapshot["build"].clone();
    of["partition"] = json!(partition);
    assert_eq!(steps.take(&of, "inventory").await["unread"], 1);
    let counted = steps.count(&snapshot).await;
    let after = steps.take(&counted["build"], "publish").await;
    assert_eq!(after["version"], before["version"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn fewer_sessions_than_k_are_no_model() {
    let stack = Stack::start();
    let now = now_ms();
    let lake = world(&stack, "few", json!({"k": 5})).await;
    lake.put(&recorded_from(now - 20 * 60 * MINUTE, 4)).await;
    lake.archive(now).await.unwrap();
    let function = handlers::build(&lake.stores);
    let answer = build(&function, &lake, false).await.unwrap();
    assert_eq!(answer, json!({"sessions": 4}));
    assert_eq!(model(&lake).await, None);
    // Nor is there one of a world that is none.
    let none = Lake::new(&stack.aws, "acme", "none");
    assert_eq!(build(&function, &none, false).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_world_that_wants_noise_gets_other_numbers_and_the_same_ones_again() {
    let stack = Stack::start();
    let now = now_ms();
    let received = recorded_from(now - 20 * 60 * MINUTE, 12);
    let mut models = Vec::new();
    for (name, set) in [
        ("exact", json!({"k": 2})),
        ("noisy", json!({"k": 2, "epsilon": 0.5})),
        ("other", json!({"k": 2, "epsilon": 0.5})),
    ] {
        let lake = world(&stack, name, set).await;
        lake.put(&received).await;
        lake.archive(now).await.unwrap();
        let function = handlers::build(&lake.stores);
        assert_eq!(build(&function, &lake, false).await.unwrap()["new"], true);
        assert_eq!(build(&function, &lake, true).await.unwrap()["new"], false, "{name}");
        models.push(model(&lake).await.unwrap());
    }
    assert!(
        models[0] != models[1] && models[1] != models[2],
        "noise, and of each world its own"
    );
}
