//! Logs to standard error.

use std::{
    io,
    panic::{self, PanicHookInfo},
};

use tracing_subscriber::{
    Layer,
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

/// The level of our own events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Level {
    /// Something was lost, or may be.
    Error,
    /// Something failed, and was dealt with.
    Warn,
    /// Starts, ends and builds of the stack.
    Info,
    /// What every connection and message does.
    Debug,
}

/// Logs our own events at a level, and nothing but errors of libraries, whatever the environment says: some of them
/// log requests whole at their lower levels (`dynoxide`, `s3s`), and content is never logged.
pub(super) fn start(level: Level, json: bool) {
    let ours = match level {
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
    };
    let filter = Targets::new()
        .with_default(LevelFilter::ERROR)
        .with_target("testgram", ours);
    let layer = fmt::layer().with_writer(io::stderr);
    let lines = if json {
        layer.json().flatten_event(true).boxed()
    } else {
        layer.with_ansi(false).boxed()
    };
    tracing_subscriber::registry().with(lines.with_filter(filter)).init();
    panic::set_hook(Box::new(without_payload));
}

/// No logs, for commands that end: standard error has their progress and the one failure.
pub(super) fn quiet() {
    panic::set_hook(Box::new(without_payload));
}

/// A panic in a handler is answered as a function error. Its message may quote what the handler was working on, so the
/// place is logged and the message is not.
fn without_payload(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(place, "a panic was caught");
}
