//! Structured logs: one JSON object a line on standard output, where CloudWatch reads.
//!
//! Levels, so that alarms can be set on them: ERROR means that data is or may be lost or withheld by our fault; WARN that we
//! refused or retried something by our fault and lost nothing; INFO is life cycle. What came in is logged at no level.

use tracing_subscriber::EnvFilter;

/// Starts logging. `filter` is as in `RUST_LOG`; without one, `info`.
pub fn init(filter: Option<&str>) {
    let filter = EnvFilter::try_new(filter.unwrap_or("info")).unwrap_or_else(|_| EnvFilter::new("info"));
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        // The runtime's span carries the request id.
        .with_span_list(true)
        .without_time() // CloudWatch stamps lines itself
        .with_target(false)
        .with_env_filter(filter);
    // A second start in one process (tests) keeps the first.
    drop(subscriber.try_init());
}

/// Keeps the text of a panic out of the logs: it may quote what was being worked on. The place is enough to find it.
pub fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(|at| format!("{}:{}", at.file(), at.line()))
            .unwrap_or_default();
        tracing::error!(place, "panic");
    }));
}
