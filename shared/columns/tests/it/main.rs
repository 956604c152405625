//! What the archive's file promises, tested from outside. One binary, so that the crate is linked once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

#[path = "../common/batches.rs"]
mod batches;

mod damage;
mod round_trip;
mod sessions;
