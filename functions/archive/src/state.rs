//! What both parts of the function work with.

use testgram_runtime::metrics::Sink;
use testgram_store::queue::Queue;
use testgram_store::repository::archive::ArchiveRepository;

/// What outlives an invocation: made once by `main`, or by local mode.
#[derive(Debug)]
pub struct State {
    pub(crate) archive: ArchiveRepository,
    pub(crate) queue: Queue,
    pub(crate) metrics: Sink,
    pub(crate) now_ms: fn() -> u64,
}

impl State {
    /// A state over a repository and a queue. `now_ms` is the clock, milliseconds since 1970.
    #[must_use]
    pub const fn new(archive: ArchiveRepository, queue: Queue, metrics: Sink, now_ms: fn() -> u64) -> Self {
        Self {
            archive,
            queue,
            metrics,
            now_ms,
        }
    }
}
