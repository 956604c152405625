//! `GET /js/world/<key>.js`: the snippet with its world's settings inside, so that a page makes no second request.
//!
//! It fails towards doing nothing. A world that takes no data now gets a script without code in it, since a page must never break
//! for our sake; and what cannot be read is taken for closed.

mod answer;
mod http;
mod snippet;
mod wire;

use std::num::NonZeroUsize;
use std::sync::Arc;

use testgram_protocol::id::WorldKey;
use testgram_runtime::clock::Stopwatch;
use testgram_runtime::metrics::{Line, Sink, Unit};
use testgram_store::StoreError;
use testgram_store::recent::Recent;
use testgram_store::script::{Scripts, Told};

use answer::Answer;
use snippet::Script;
pub use wire::{Request, Response};

/// Scripts remembered: some 12 KB each, most of it the compressed snippet.
const SCRIPTS: NonZeroUsize = NonZeroUsize::new(512).unwrap();

/// What a world's browsers get.
#[derive(Debug)]
enum Known {
    /// The snippet.
    Script(Script),
    /// Nothing, for a reason that a stable word names.
    Closed(&'static str),
}

/// What outlives an invocation.
#[derive(Debug)]
pub struct State {
    worlds: Scripts,
    recent: Recent<Known>,
    socket: String,
    metrics: Sink,
    now_ms: fn() -> u64,
}

impl State {
    /// Puts a state together. `socket` is where browsers connect, without the query.
    #[must_use]
    pub fn new(worlds: Scripts, socket: String, metrics: Sink, now_ms: fn() -> u64) -> Self {
        Self {
            worlds,
            recent: Recent::of(SCRIPTS),
            socket,
            metrics,
            now_ms,
        }
    }

    /// Opens a connection to the store before the first visitor waits for it.
    pub async fn warm(&self) {
        self.worlds.warm().await;
    }
}

/// Answers one request of the HTTP API. It always answers: what goes wrong is a status and a word, not a failed invocation.
pub async fn handle(state: &State, request: Request) -> Response {
    let began = Stopwatch::start();
    let now_ms = (state.now_ms)();
    let answer = answer(state, &request, now_ms).await;
    let word = answer.word();
    let response = answer.response(&request);
    let line = Line::new("script")
        .by("Code", word)
        .metric("Scripts", Unit::Count, 1.0)
        .property("request_id", request.request_id())
        .property("bytes", response.bytes())
        .property("ms", began.ms());
    state.metrics.emit(line, now_ms);
    response
}

async fn answer(state: &State, request: &Request, now_ms: u64) -> Answer {
    let Some(name) = request.path().strip_prefix("/js/world/") else {
        return Answer::NotFound;
    };
    if !matches!(request.method(), "GET" | "HEAD") {
        return Answer::MethodNotAllowed;
    }
    let Some(key) = name.strip_suffix(".js").and_then(WorldKey::new) else {
        return Answer::UnknownKey;
    };
    let known = match state.recent.get(&key, now_ms) {
        Some(known) => known,
        None => match find(state, &key, now_ms).await {
            Ok(found) => state.recent.put(key, found, now_ms),
            Err(_) => return Answer::Unavailable,
        },
    };
    known.map_or(Answer::UnknownKey, Answer::Known)
}

/// Looks the world up. Its script is made anew only if its settings have changed.
async fn find(state: &State, key: &WorldKey, now_ms: u64) -> Result<Option<Arc<Known>>, StoreError> {
    let Told { settings, salt } = match state.worlds.find(key).await {
        Ok(Some(told)) => told,
        Ok(None) => return Ok(None),
        Err(StoreError::Damaged) => return Ok(Some(Arc::new(Known::Closed("settings_unreadable")))),
        Err(error) => return Err(error),
    };
    if let Err(refusal) = settings.open(now_ms) {
        return Ok(Some(Arc::new(Known::Closed(refusal.word()))));
    }
    let baked = settings.for_client(key, &state.socket, &salt).to_script();
    let before = state.recent.stale(key);
    if let Some(same) = before.filter(|known| matches!(&**known, Known::Script(script) if script.is_of(&baked))) {
        return Ok(Some(same));
    }
    Ok(Some(Arc::new(Known::Script(Script::of(baked)))))
}
