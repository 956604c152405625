//! `GET /js/world/<key>.js`: the snippet with its world's settings inside, so that a page makes no second request.
//!
//! It fails towards doing nothing. A world that accepts no data now gets a script without code, since a page must never
//! break for our sake; settings that cannot be read close the world.
//!
//! ```text
//! http, wire, snippet ◄─ answer ◄─ handle
//! ```
//!
//! ```
//! // An event is read leniently, and never printed: it holds a visitor's address.
//! let event = r#"{"rawPath": "/js/world/demo.js", "requestContext": {"http": {"method": "GET"}}}"#;
//! let request: testgram_script::Request = serde_json::from_str(event).unwrap();
//! assert_eq!(format!("{request:?}"), "Request");
//! ```

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
use testgram_store::cache::WorldKeyCache;
use testgram_store::repository::script::{ClientWorld, ScriptRepository};

use answer::Answer;
use snippet::{Script, ServedWorld};
pub use wire::{Request, Response};

/// Scripts in the cache: some 12 KB each, most of it the compressed snippet.
const SCRIPTS: NonZeroUsize = NonZeroUsize::new(512).unwrap();

/// What outlives an invocation: made once by `main`, or by local mode.
#[derive(Debug)]
pub struct State {
    worlds: ScriptRepository,
    cache: WorldKeyCache<ServedWorld>,
    socket: String,
    metrics: Sink,
    now_ms: fn() -> u64,
}

impl State {
    /// A state with an empty cache. `socket` is the address where browsers connect, without the query; `now_ms` is the
    /// clock, milliseconds since 1970.
    #[must_use]
    pub fn new(worlds: ScriptRepository, socket: String, metrics: Sink, now_ms: fn() -> u64) -> Self {
        Self {
            worlds,
            cache: WorldKeyCache::with_capacity(SCRIPTS),
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

/// Answers one request of the HTTP API. It always answers: what goes wrong is a status and a word, not a failed
/// invocation.
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
    let world = match state.cache.get(&key, now_ms) {
        Some(world) => world,
        None => match find(state, &key, now_ms).await {
            Ok(found) => state.cache.put(key, found, now_ms),
            Err(_) => return Answer::Unavailable,
        },
    };
    world.map_or(Answer::UnknownKey, Answer::World)
}

/// Looks the world up. Its script is made again only if its settings have changed.
async fn find(state: &State, key: &WorldKey, now_ms: u64) -> Result<Option<Arc<ServedWorld>>, StoreError> {
    let ClientWorld { settings, salt } = match state.worlds.find(key).await {
        Ok(Some(world)) => world,
        Ok(None) => return Ok(None),
        Err(StoreError::Damaged) => return Ok(Some(Arc::new(ServedWorld::Closed("settings_unreadable")))),
        Err(error) => return Err(error),
    };
    if let Err(refusal) = settings.open(now_ms) {
        return Ok(Some(Arc::new(ServedWorld::Closed(refusal.as_str()))));
    }
    let client_settings = settings.for_client(key, &state.socket, &salt).to_script();
    let before = state.cache.stale(key);
    if let Some(same) =
        before.filter(|world| matches!(&**world, ServedWorld::Script(script) if script.is_of(&client_settings)))
    {
        return Ok(Some(same));
    }
    Ok(Some(Arc::new(ServedWorld::Script(Script::of(client_settings)))))
}
