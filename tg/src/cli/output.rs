//! The only place that prints: standard output carries results, standard error the one failure of a command. Logs go
//! through `tracing`.
#![expect(clippy::print_stderr, reason = "a command line says on standard error why it failed")]

use std::io::{self, Write};

use super::failure::{CommandFailure, FailureReason};

/// Prints that the stack serves: one line that scripts wait for. Flushed, since a pipe is not a terminal.
///
/// # Errors
/// When standard output is closed.
pub(super) fn ready(url: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "ready {url}")?;
    out.flush()
}

/// Prints a result as text, such as help. A closed standard output is no error: `tg --help | head` got what it wanted.
pub(super) fn text(text: &str) {
    drop(write!(io::stdout(), "{text}"));
}

/// Prints a file as it is.
///
/// # Errors
/// `failed`, when standard output is closed before the end: half a file is none.
pub(super) fn bytes(bytes: &[u8]) -> Result<(), CommandFailure> {
    let written = io::stdout().write_all(bytes);
    written.map_err(|error| CommandFailure::new(FailureReason::Failed, error.to_string()))
}

/// Prints a result as one line of JSON.
pub(super) fn json(value: &serde_json::Value) {
    text(&format!("{value}\n"));
}

/// Prints why the command failed: two lines for people, or one JSON object.
pub(super) fn failure(failure: &CommandFailure, json: bool) {
    if json {
        eprintln!("{}", failure.json());
    } else {
        eprintln!("{}", failure.text());
    }
}

/// Prints a line of progress to standard error. A closed one is no error: progress is for people who watch.
pub(super) fn progress(line: &str) {
    drop(writeln!(io::stderr(), "{line}"));
}
