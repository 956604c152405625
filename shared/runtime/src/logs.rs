//! Structured logs: one JSON object a line on standard output, where CloudWatch reads.
//!
//! Lines have a `timestamp`, though CloudWatch stamps them itself: one without is INFO to Lambda, whatever its level
//! says.
//! <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html>
//!
//! Alarms are set on levels. ERROR: data is or may be lost or withheld by our fault. WARN: we refused or retried
//! something by our fault and lost nothing. INFO: life cycle. What came in is logged at no level.

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Starts logging at `level` (`debug`, `info`, …); without one that is understood, `info`.
pub fn init(level: Option<&str>) {
    let level = level.and_then(|level| level.parse().ok()).unwrap_or(LevelFilter::INFO);
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        // The runtime's span carries the request id.
        .with_span_list(true)
        .with_target(false);
    // A second start in one process (tests) keeps the first.
    drop(
        tracing_subscriber::registry()
            .with(lines)
            .with(levels(level))
            .try_init(),
    );
}

/// `level` holds for our own crates. Others log warnings and errors only, whatever is asked: at lower levels the SDK
/// and its HTTP client log whole requests.
fn levels(level: LevelFilter) -> Targets {
    Targets::new()
        .with_default(level.min(LevelFilter::WARN))
        .with_target("testgram", level)
        // Its span at this level carries the request id into our lines.
        .with_target("lambda_runtime", level.min(LevelFilter::INFO))
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

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn only_our_own_crates_log_more_than_warnings() {
        let levels = levels(LevelFilter::TRACE);
        assert!(levels.would_enable("testgram_ingest::message", &Level::TRACE));
        for others in [
            "hyper::client",
            "aws_smithy_runtime::client",
            "lambda_runtime",
            "aws_sdk_dynamodb",
        ] {
            assert!(!levels.would_enable(others, &Level::DEBUG), "{others}");
            assert!(levels.would_enable(others, &Level::WARN), "{others}");
        }
    }
}
