//! The `$connect` authorizer: which connections are admitted, and for which tenant and world.
//!
//! API Gateway hands its answer to every message of the connection, so that ingest looks nothing up. It fails closed:
//! it denies what it does not understand, and gives the same reason for a malformed key as for one that no world has.
//!
//! ```text
//! wire, decide ◄─ handle
//! ```
//!
//! ```
//! // An event is read leniently, and never printed: it holds a visitor's address.
//! let event = r#"{"queryStringParameters": {"world": "demo", "v": "1"}, "headers": {"Origin": "https://a.example"}}"#;
//! let request: testgram_authorize::Request = serde_json::from_str(event).unwrap();
//! assert_eq!(format!("{request:?}"), "Request");
//! ```

mod decide;
mod wire;

use std::num::NonZeroUsize;
use std::sync::Arc;

use testgram_protocol::id::WorldKey;
use testgram_protocol::reason::Refusal;
use testgram_runtime::metrics::{Line, Sink, Unit};
use testgram_store::cache::WorldKeyCache;
use testgram_store::repository::authorizer::{AuthorizerRepository, AuthorizerWorld};

pub use decide::Admission;
pub use wire::{Request, Response};

/// Worlds in the cache; a record is a few hundred bytes. Changed settings reach new connections when the entry is no
/// longer fresh, and open ones when ingest next sends them back here.
const WORLDS: NonZeroUsize = NonZeroUsize::new(4_096).unwrap();

/// What outlives an invocation: made once by `main`, or by local mode.
#[derive(Debug)]
pub struct State {
    worlds: AuthorizerRepository,
    cache: WorldKeyCache<AuthorizerWorld>,
    metrics: Sink,
    now_ms: fn() -> u64,
}

impl State {
    /// A state with an empty cache. `now_ms` is the clock, milliseconds since 1970.
    #[must_use]
    pub fn new(worlds: AuthorizerRepository, metrics: Sink, now_ms: fn() -> u64) -> Self {
        Self {
            worlds,
            cache: WorldKeyCache::with_capacity(WORLDS),
            metrics,
            now_ms,
        }
    }

    /// Opens a connection to the store before the first visitor waits for it.
    pub async fn warm(&self) {
        self.worlds.warm().await;
    }
}

/// Answers one `$connect`. Every refusal is a policy that denies, also that of an unknown key. A failure instead, which
/// the gateway would turn into 401, would count among the function's errors, and made-up keys could set off alarms and
/// stop a deployment.
pub async fn handle(state: &State, request: Request) -> Response {
    let now_ms = (state.now_ms)();
    let decision = admit(state, &request, now_ms).await;
    let code = decision
        .as_ref()
        .map_or_else(|refusal| refusal.as_str(), |_| "admitted");
    let line = Line::new("authorize")
        .by("Code", code)
        .metric("Connects", Unit::Count, 1.0);
    state
        .metrics
        .emit(line.property("request_id", request.request_id()), now_ms);
    match decision {
        Ok(admission) => Response::allow(&request, &admission),
        Err(refusal) => Response::deny(&request, refusal),
    }
}

async fn admit(state: &State, request: &Request, now_ms: u64) -> Result<Admission, Refusal> {
    let key = request.world_key().and_then(WorldKey::new).ok_or(Refusal::UnknownKey)?;
    if request.version() != Some("1") {
        return Err(Refusal::UnsupportedVersion);
    }
    let world = match state.cache.get(&key, now_ms) {
        Some(known) => known,
        None => {
            let found = state
                .worlds
                .find(&key, now_ms)
                .await
                .map_err(|_| Refusal::Unavailable)?;
            state.cache.put(key, found.map(Arc::new), now_ms)
        }
    };
    decide::decide(world.as_deref(), request.origin(), now_ms)
}
