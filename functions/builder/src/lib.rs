//! From the archive to a published model, in steps that a state machine calls:
//!
//! ```text
//! plan ─► for each world with a rebuild request that is due:
//!           snapshot ─► for each partition: inventory ─► catalog ─► for each partition: count ─► publish
//! ```
//!
//! What a step makes is kept under a digest of everything that it is made of. So only what has changed is made again, a
//! step may be repeated or crash, two builds of a world do not disturb each other, and a build of everything gives the
//! same bytes. All steps of a build read the files of one snapshot: what is archived meanwhile belongs to the next
//! build.
//!
//! ```text
//! error, digest, state, step ◄─ sampling ◄─ snapshot ◄─ fold ◄─ publish ◄─ handle
//! ```
//!
//! ```
//! use testgram_builder::Step;
//!
//! let step: Step = serde_json::from_str(r#"{"step": "plan", "full": false}"#).unwrap();
//! assert_eq!(step.word(), "plan");
//! assert!(serde_json::from_str::<Step>(r#"{"step": "erase"}"#).is_err());
//! ```

mod digest;
mod error;
mod fold;
mod publish;
mod sampling;
mod snapshot;
mod state;
mod step;

use testgram_runtime::metrics::{Line, Unit};

pub use error::StepError;
pub use state::State;
pub use step::{BuildRef, Step, StepOutput};

/// Takes one step, and writes its metrics.
///
/// # Errors
/// [`StepError`]. What was kept stays, and taking the step again completes it.
pub async fn handle(state: &State, step: Step) -> Result<StepOutput, StepError> {
    let began = testgram_runtime::clock::Stopwatch::start();
    let word = step.word();
    let taken = take(state, step).await;
    let now_ms = (state.now_ms)();
    if let Err(error) = taken {
        tracing::error!(step = word, code = %error, "a step of a build failed");
        let line = Line::new("build").by("Step", word);
        state.metrics.emit(line.metric("StepsFailed", Unit::Count, 1.0), now_ms);
    }
    let mut line = Line::new("build").by("Step", word);
    if let Ok(StepOutput::Made { unread, .. }) = &taken {
        line = line.metric("FilesUnread", Unit::Count, *unread as f64);
    }
    state
        .metrics
        .emit(line.metric("Latency", Unit::Milliseconds, began.ms()), now_ms);
    taken
}

async fn take(state: &State, step: Step) -> Result<StepOutput, StepError> {
    match step {
        Step::Plan { full } => snapshot::plan(state, full).await,
        Step::Snapshot(build) => snapshot::snapshot(state, build).await,
        Step::Inventory { build, partition } => fold::inventory(state, build, partition).await,
        Step::Catalog(build) => fold::catalog(state, build).await,
        Step::Count { build, partition } => fold::count(state, build, partition).await,
        Step::Publish(build) => publish::publish(state, build).await,
    }
}
