//! The dispatcher: a task for every closed window that has batches in it.

use testgram_runtime::metrics::{Line, Unit};
use testgram_store::StoreError;
use testgram_store::key::{WINDOW_SECONDS, Window};

use crate::State;
use crate::wire::Response;

/// Queues every closed window. One that is still being worked on is queued again: doing it twice is harmless, missing it is not.
pub(crate) async fn dispatch(state: &State) -> Result<Response, StoreError> {
    let now_ms = (state.now_ms)();
    let marks = state.archive.marks_before(Window::first_open(now_ms)).await?;
    let queued = state.queue.send(&marks).await?;
    // How long the oldest window has been closed: what an alarm on a stuck archive goes by.
    let oldest = marks.iter().map(|mark| mark.window.number()).min();
    let lag = oldest.map_or(0, |window| now_ms.saturating_sub((window + 1) * WINDOW_SECONDS * 1000));
    let line = Line::new("archive")
        .metric("Windows", Unit::Count, marks.len() as f64)
        .metric("WindowsQueued", Unit::Count, queued as f64)
        .metric("ArchiveLag", Unit::Milliseconds, lag as f64);
    state.metrics.emit(line, now_ms);
    Ok(Response::Dispatched {
        windows: marks.len(),
        queued,
    })
}
