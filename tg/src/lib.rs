//! `tg`: the command line of Testgram and the local stack behind `tg up`.
//!
//! What this crate is for: to run the very same handlers that run in Lambda, behind a front and stores that behave as
//! AWS does, in one process. What it may not know: any rule of the product. A rule that lives here is a rule that
//! production does not have.

pub mod cli;
pub mod local;
