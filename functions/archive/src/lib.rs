//! From the buffer to the archive: a dispatcher that finds closed windows and queues a task for each, and a worker that writes a window's
//! batches to Parquet.
//!
//! Any step may be repeated, may crash, or run twice at once. A file is named by its content and a mark is cleared only when all of its
//! window stands in the archive, so that the worst that happens is a batch in two files, and readers count it once.

mod dispatch;
mod wire;
mod worker;

use testgram_runtime::metrics::Sink;
use testgram_store::StoreError;
use testgram_store::archive::Archive;
use testgram_store::queue::Queue;

pub use wire::{Failed, Request, Response};
pub use worker::{Archived, archive};

/// What outlives an invocation.
#[derive(Debug)]
pub struct State {
    archive: Archive,
    queue: Queue,
    metrics: Sink,
    now_ms: fn() -> u64,
}

impl State {
    /// Puts a state together.
    #[must_use]
    pub const fn new(archive: Archive, queue: Queue, metrics: Sink, now_ms: fn() -> u64) -> Self {
        Self {
            archive,
            queue,
            metrics,
            now_ms,
        }
    }
}

/// Answers a schedule's call with a dispatch, and a queue's with work.
///
/// # Errors
/// [`Failed`] if windows cannot be found or queued: the schedule calls again, and marks stay until then. Work never fails as a whole:
/// it answers which messages are to come again.
pub async fn handle(state: &State, request: Request) -> Result<Response, Failed> {
    match request {
        Request::Dispatch { all } => dispatch::dispatch(state, all).await.map_err(Failed::from),
        Request::Work(messages) => Ok(worker::work(state, messages).await),
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self(error.word())
    }
}
