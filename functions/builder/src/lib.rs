//! From the archive to a published model, in steps that a state machine calls:
//!
//! ```text
//! plan ─► for each world that has changed:
//!           snapshot ─► for each partition: inventory ─► catalog ─► for each partition: count ─► publish
//! ```
//!
//! What a step makes is kept under a digest of all that it is made of. So only what has changed is made again, a step may be repeated or
//! crash at will, two builds of a world do not hurt each other, and a build of everything gives the same bytes. All steps of a build read the files of one snapshot: what is archived
//! meanwhile is the next build's.

mod digest;
mod fold;
mod publish;
mod sampling;
mod snapshot;
mod step;

use testgram_protocol::id::{TenantId, WorldId};
use testgram_runtime::metrics::{Line, Sink, Unit};
use testgram_store::StoreError;
use testgram_store::build::{Build, World};

pub use step::{Answer, Of, Step};

/// What outlives an invocation.
#[derive(Debug)]
pub struct State {
    build: Build,
    metrics: Sink,
    now_ms: fn() -> u64,
}

impl State {
    /// Puts a state together.
    #[must_use]
    pub const fn new(build: Build, metrics: Sink, now_ms: fn() -> u64) -> Self {
        Self { build, metrics, now_ms }
    }

    fn world<'a>(&'a self, tenant: &'a TenantId, world: &'a WorldId) -> World<'a> {
        self.build.world(tenant, world)
    }
}

/// Why a step failed: a stable word. The state machine tries again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Failed {
    /// The store failed.
    #[error("{}", .0.word())]
    Store(#[from] StoreError),
    /// There is no such world, or no more.
    #[error("no_such_world")]
    NoSuchWorld,
    /// The world has no secret to sample and to make noise with: put its settings again.
    #[error("no_secret")]
    NoSecret,
    /// What an earlier step kept is not there, or cannot be read.
    #[error("step_missing")]
    StepMissing,
}

impl From<Failed> for lambda_runtime::Diagnostic {
    fn from(failed: Failed) -> Self {
        Self {
            error_type: "Failed".to_owned(),
            error_message: failed.to_string(),
        }
    }
}

/// Takes one step.
///
/// # Errors
/// [`Failed`]; what was kept stays, and taking the step again completes it.
pub async fn handle(state: &State, step: Step) -> Result<Answer, Failed> {
    let began = testgram_runtime::clock::Stopwatch::start();
    let word = step.word();
    let taken = take(state, step).await;
    let now_ms = (state.now_ms)();
    if let Err(failed) = taken {
        tracing::error!(step = word, code = %failed, "a step of a build failed");
        let line = Line::new("build").by("Step", word);
        state.metrics.emit(line.metric("StepsFailed", Unit::Count, 1.0), now_ms);
    }
    let mut line = Line::new("build").by("Step", word);
    if let Ok(Answer::Made { unread, .. }) = &taken {
        line = line.metric("FilesUnread", Unit::Count, *unread as f64);
    }
    state
        .metrics
        .emit(line.metric("Latency", Unit::Milliseconds, began.ms()), now_ms);
    taken
}

async fn take(state: &State, step: Step) -> Result<Answer, Failed> {
    match step {
        Step::Plan { full } => snapshot::plan(state, full).await,
        Step::Snapshot(of) => snapshot::snapshot(state, of).await,
        Step::Inventory { of, partition } => fold::inventory(state, of, partition).await,
        Step::Catalog(of) => fold::catalog(state, of).await,
        Step::Count { of, partition } => fold::count(state, of, partition).await,
        Step::Publish(of) => publish::publish(state, of).await,
    }
}
