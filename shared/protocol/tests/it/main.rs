//! What the protocol promises, tested from outside. One binary, so that the crate is linked once.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

/// What holds for any bytes: also of the fuzz target.
#[path = "../common/invariants.rs"]
mod invariants;

mod display;
mod docs;
mod frames;
mod generated;
mod golden;
mod properties;
mod rates;
mod reason;
mod settings;
mod vectors;
mod words;
