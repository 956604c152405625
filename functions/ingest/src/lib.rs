//! The WebSocket's routes: `$connect`, `batch`, `$disconnect`, `$default`.
//!
//! A batch is parsed and validated, packed, put with one write, and acknowledged — in that order, so that an acknowledgement
//! says that the batch is stored. Who sent it comes from the authorizer's context and from nowhere else.

mod connection;
mod message;
mod report;
mod wire;

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use testgram_protocol::event::Collected;
use testgram_protocol::id::{TenantId, WorldId};
use testgram_runtime::metrics::Sink;
use testgram_store::ingest::Ingest;
use testgram_store::key::Window;

pub use wire::{Request, Response};

/// What outlives an invocation.
#[derive(Debug)]
pub struct State {
    store: Ingest,
    marked: Mutex<Marked>,
    metrics: Sink,
    now_ms: fn() -> u64,
}

/// Who is talking: the authorizer's word, as API Gateway hands it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) tenant: TenantId,
    pub(crate) world: WorldId,
    pub(crate) kinds: Collected,
    /// When the authorizer said so, milliseconds since 1970.
    pub(crate) admitted_ms: u64,
}

/// The worlds whose mark this instance has left in the current window. A new window empties it, which bounds it.
#[derive(Debug, Default)]
struct Marked {
    window: Option<Window>,
    worlds: HashSet<(TenantId, WorldId)>,
}

impl State {
    /// Puts a state together.
    #[must_use]
    pub fn new(store: Ingest, metrics: Sink, now_ms: fn() -> u64) -> Self {
        Self {
            store,
            marked: Mutex::default(),
            metrics,
            now_ms,
        }
    }

    /// Opens a connection to the store before the first message waits for it.
    pub async fn warm(&self) {
        self.store.warm().await;
    }

    fn is_marked(&self, caller: &Caller, window: Window) -> bool {
        let marked = self.marked.lock().unwrap_or_else(PoisonError::into_inner);
        marked.window == Some(window) && marked.worlds.contains(&(caller.tenant.clone(), caller.world.clone()))
    }

    fn remember_mark(&self, caller: &Caller, window: Window) {
        let mut marked = self.marked.lock().unwrap_or_else(PoisonError::into_inner);
        if marked.window != Some(window) {
            *marked = Marked {
                window: Some(window),
                worlds: HashSet::new(),
            };
        }
        marked.worlds.insert((caller.tenant.clone(), caller.world.clone()));
    }
}

/// Answers one event of the WebSocket API. It always answers: what goes wrong is a reply with a code, not a failed invocation.
pub async fn handle(state: &State, request: Request) -> Response {
    match request.event_type() {
        "CONNECT" => connection::connect(state, &request).await,
        "DISCONNECT" => connection::disconnect(state, &request).await,
        // `batch` and `$default` alike: what a message is, its content decides.
        _ => message::message(state, &request).await,
    }
}
