//! The dispatcher: a task for every closed window that has batches.

use testgram_runtime::metrics::{Line, Unit};
use testgram_store::StoreError;
use testgram_store::key::{GRACE_SECONDS, WINDOW_SECONDS, Window};

use crate::state::State;
use crate::wire::Response;

const MINUTE_MS: u64 = 60_000;

/// Queues closed windows that are due, or all of them. A window that a worker is still archiving may be queued again:
/// to archive it twice is harmless, to miss it is not.
pub(crate) async fn dispatch(state: &State, all: bool) -> Result<Response, StoreError> {
    let now_ms = (state.now_ms)();
    let pending = state.archive.pending_before(Window::first_open(now_ms)).await?;
    let due: Vec<_> = pending
        .iter()
        .filter(|pending| all || is_due(pending.window, now_ms))
        .cloned()
        .collect();
    let queued = state.queue.send(&due).await?;
    // How long the oldest window has been closed: an alarm watches it for a stuck archive.
    let oldest = pending.iter().map(|pending| pending.window.number()).min();
    let lag = oldest.map_or(0, |window| now_ms.saturating_sub((window + 1) * WINDOW_SECONDS * 1000));
    let line = Line::new("archive")
        .metric("Windows", Unit::Count, pending.len() as f64)
        .metric("WindowsQueued", Unit::Count, queued as f64)
        .metric("ArchiveLag", Unit::Milliseconds, lag as f64);
    state.metrics.emit(line, now_ms);
    Ok(Response::Dispatched {
        windows: pending.len(),
        queued,
    })
}

/// Whether a closed window is due: in the first minutes after it has closed, and then twice every half an hour, which
/// is how long a failed message stays hidden. Queued every minute, windows that cannot be archived would fill the
/// queue, and others would wait behind them.
const fn is_due(window: Window, now_ms: u64) -> bool {
    let closed_ms = ((window.number() + 1) * WINDOW_SECONDS + GRACE_SECONDS) * 1000;
    let minutes = now_ms.saturating_sub(closed_ms) / MINUTE_MS;
    minutes < 3 || minutes % 30 < 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_queued_at_once_and_then_every_half_hour() {
        let window = Window::numbered(7);
        let closed_ms = 8 * WINDOW_SECONDS * 1000 + GRACE_SECONDS * 1000;
        assert!(Window::first_open(closed_ms) > window);
        let due: Vec<u64> = (0..95)
            .filter(|minute| is_due(window, closed_ms + minute * MINUTE_MS))
            .collect();
        assert_eq!(due, [0, 1, 2, 30, 31, 60, 61, 90, 91]);
    }
}
