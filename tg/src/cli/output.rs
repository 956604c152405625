//! The only place that prints: standard output carries results, standard error the one failure of a command. Logs go
//! through `tracing`.
#![expect(clippy::print_stderr, reason = "a command line says on standard error why it failed")]

use std::io::{self, Write};

use super::Failure;

/// Tells that the stack serves: one line that scripts wait for. Flushed, since a pipe is not a terminal.
///
/// # Errors
/// When nobody reads any more.
pub(super) fn ready(url: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "ready {url}")?;
    out.flush()
}

/// Text that was asked for, such as help. Who reads only its beginning (`tg --help | head`) misses nothing.
pub(super) fn text(text: &str) {
    drop(write!(io::stdout(), "{text}"));
}

/// A file that was asked for, as it is.
///
/// # Errors
/// When nobody takes all of it.
pub(super) fn bytes(bytes: &[u8]) -> Result<(), Failure> {
    let written = io::stdout().write_all(bytes);
    written.map_err(|error| Failure::new(super::Reason::Failed, error.to_string()))
}

/// An outcome for programs.
pub(super) fn json(value: &serde_json::Value) {
    text(&format!("{value}\n"));
}

/// Why the command failed.
pub(super) fn failure(failure: &Failure, json: bool) {
    if json {
        eprintln!("{}", failure.json());
    } else {
        eprintln!("{}", failure.text());
    }
}
