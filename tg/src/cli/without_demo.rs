//! Takes the place of `demo` in a build without that feature: no command, no flag, no site.

use std::convert::Infallible;

use testgram_local::front::Router;
use testgram_local::stack::{MakeClients, Stack};

use super::failure::CommandFailure;

/// There is no such command.
pub(super) type DemoCommand = Infallible;

/// There are no such flags.
pub(super) type UpFlags = ();

/// Never called.
///
/// # Errors
/// None.
pub(super) fn run(command: DemoCommand, _: impl MakeClients) -> Result<(), CommandFailure> {
    match command {}
}

/// No site.
///
/// # Errors
/// None.
pub(super) fn sites() -> Result<Vec<Router>, CommandFailure> {
    Ok(Vec::new())
}

/// Nothing to do once the stack serves.
pub(super) async fn on_start(_: &UpFlags, _: &Stack) {}
