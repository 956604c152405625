//! What an instance of the function remembers between messages.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use testgram_protocol::id::{TenantId, WorldId};
use testgram_runtime::metrics::Sink;
use testgram_store::key::Window;
use testgram_store::repository::ingest::IngestRepository;

use crate::caller::Caller;

/// What outlives an invocation: made once by `main`, or by local mode.
#[derive(Debug)]
pub struct State {
    pub(crate) store: IngestRepository,
    marked: Mutex<MarkedWorlds>,
    pub(crate) metrics: Sink,
    pub(crate) now_ms: fn() -> u64,
}

/// The worlds whose pending-window marker this instance has put in the current window. A new window empties it, which
/// bounds it.
#[derive(Debug, Default)]
struct MarkedWorlds {
    window: Option<Window>,
    worlds: HashSet<(TenantId, WorldId)>,
}

impl State {
    /// A state that has put no marker yet. `now_ms` is the clock, milliseconds since 1970.
    #[must_use]
    pub fn new(store: IngestRepository, metrics: Sink, now_ms: fn() -> u64) -> Self {
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

    /// Whether this instance has put the marker of the caller's world in a window.
    pub(crate) fn is_marked(&self, caller: &Caller, window: Window) -> bool {
        let marked = self.marked.lock().unwrap_or_else(PoisonError::into_inner);
        marked.window == Some(window) && marked.worlds.contains(&(caller.tenant.clone(), caller.world.clone()))
    }

    /// Remembers that this instance has put the marker of the caller's world in a window.
    pub(crate) fn remember_marker(&self, caller: &Caller, window: Window) {
        let mut marked = self.marked.lock().unwrap_or_else(PoisonError::into_inner);
        if marked.window != Some(window) {
            *marked = MarkedWorlds {
                window: Some(window),
                worlds: HashSet::new(),
            };
        }
        marked.worlds.insert((caller.tenant.clone(), caller.world.clone()));
    }
}
