//! The handlers as functions: what each Lambda's `main` does, around clients of the local stores.

use std::sync::Arc;

use lambda_runtime::Diagnostic;
use testgram_runtime::clock;
use testgram_runtime::metrics::Sink;
use testgram_store::repository::authorizer::AuthorizerRepository;
use testgram_store::repository::ingest::IngestRepository;
use testgram_store::repository::script::ScriptRepository;

use crate::function::{self, Function};
use crate::scheduler::Scheduled;
use crate::stores::Stores;

/// The authorizer of `$connect`.
pub fn authorize(stores: &Stores) -> Arc<dyn Function> {
    let worlds = AuthorizerRepository::new(stores.dynamodb.clone(), stores.tables.clone());
    let state = Arc::new(testgram_authorize::State::new(worlds, metrics(), clock::now_ms));
    function::typed(move |request| {
        let state = Arc::clone(&state);
        async move { Ok::<_, Diagnostic>(testgram_authorize::handle(&state, request).await) }
    })
}

/// Ingest: the integration of `$connect`, `$disconnect` and of every message.
pub fn ingest(stores: &Stores) -> Arc<dyn Function> {
    let ingest = IngestRepository::new(stores.dynamodb.clone(), stores.tables.clone());
    let state = Arc::new(testgram_ingest::State::new(ingest, metrics(), clock::now_ms));
    function::typed(move |request| {
        let state = Arc::clone(&state);
        async move { Ok::<_, Diagnostic>(testgram_ingest::handle(&state, request).await) }
    })
}

/// The function that serves the snippet, with `socket` as the address that the snippet connects to.
pub fn script(stores: &Stores, socket: String) -> Arc<dyn Function> {
    let worlds = ScriptRepository::new(stores.dynamodb.clone(), stores.tables.clone());
    let state = Arc::new(testgram_script::State::new(worlds, socket, metrics(), clock::now_ms));
    function::typed(move |request| {
        let state = Arc::clone(&state);
        async move { Ok::<_, Diagnostic>(testgram_script::handle(&state, request).await) }
    })
}

/// The two functions that the scheduler calls.
pub fn scheduled(stores: &Stores) -> Scheduled {
    let state = Arc::new(testgram_archive::State::new(
        stores.archive(),
        stores.queue.clone(),
        metrics(),
        clock::now_ms,
    ));
    let archive = function::typed(move |request| {
        let state = Arc::clone(&state);
        async move {
            testgram_archive::handle(&state, request)
                .await
                .map_err(Diagnostic::from)
        }
    });
    Scheduled {
        archive,
        build: build(stores),
    }
}

/// The builder: one step of a build an invocation.
pub fn build(stores: &Stores) -> Arc<dyn Function> {
    let state = Arc::new(testgram_builder::State::new(stores.build(), metrics(), clock::now_ms));
    function::typed(move |step| {
        let state = Arc::clone(&state);
        async move { testgram_builder::handle(&state, step).await.map_err(Diagnostic::from) }
    })
}

/// Metrics go to the log: standard output is for results.
fn metrics() -> Sink {
    Sink::to(|line| tracing::debug!(line, "metrics"))
}
