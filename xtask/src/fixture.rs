//! Fixtures for tests in other languages: recorded traffic as the archive's files, and what must be found in them.

pub mod archive;
mod batches;
pub mod transitions;
