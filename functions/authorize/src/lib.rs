//! The `$connect` authorizer: who may come in, and as whom.
//!
//! It answers with the tenant and world that API Gateway then hands to every message of the connection, so that ingest looks
//! nothing up. It fails closed: whatever it does not understand, it denies, and it says the same of a key that is malformed
//! and one that nobody has.

mod decide;
mod wire;

use std::num::NonZeroUsize;
use std::sync::Arc;

use testgram_protocol::id::WorldKey;
use testgram_protocol::reason::Refusal;
use testgram_runtime::metrics::{Line, Sink, Unit};
use testgram_store::authorizer::{WorldRecord, Worlds};
use testgram_store::recent::Recent;

pub use decide::Admission;
pub use wire::{Request, Response};

/// Worlds remembered; a record is a few hundred bytes. A change of settings reaches new connections when it is forgotten, and open
/// ones when ingest next sends them back here.
const WORLDS: NonZeroUsize = NonZeroUsize::new(4_096).unwrap();

/// What outlives an invocation.
#[derive(Debug)]
pub struct State {
    worlds: Worlds,
    recent: Recent<WorldRecord>,
    metrics: Sink,
    now_ms: fn() -> u64,
}

impl State {
    /// Puts a state together.
    #[must_use]
    pub fn new(worlds: Worlds, metrics: Sink, now_ms: fn() -> u64) -> Self {
        Self {
            worlds,
            recent: Recent::of(WORLDS),
            metrics,
            now_ms,
        }
    }

    /// Opens a connection to the store before the first visitor waits for it.
    pub async fn warm(&self) {
        self.worlds.warm().await;
    }
}

/// Answers one `$connect`. Every refusal is a policy that denies, that of an unknown key, too: as a failure, which the gateway would turn into 401,
/// it would count among the function's errors, and whoever sends made-up keys could set off alarms and stop a deployment.
pub async fn handle(state: &State, request: Request) -> Response {
    let now_ms = (state.now_ms)();
    let decision = admit(state, &request, now_ms).await;
    let code = decision.as_ref().map_or_else(|refusal| refusal.word(), |_| "admitted");
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
    let world = match state.recent.get(&key, now_ms) {
        Some(known) => known,
        None => {
            let found = state
                .worlds
                .find(&key, now_ms)
                .await
                .map_err(|_| Refusal::Unavailable)?;
            state.recent.put(key, found.map(Arc::new), now_ms)
        }
    };
    decide::decide(world.as_deref(), request.origin(), now_ms)
}
