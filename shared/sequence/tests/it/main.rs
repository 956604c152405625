//! The tests of the crate, in one binary.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod cases;
mod laws;
