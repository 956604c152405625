//! The tests of the crate, in one binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    reason = "tests"
)]

mod catalog;
mod catalog_laws;
mod catalog_recorded;
mod common;
mod document;
mod hostile;
mod pipeline;
mod privacy;
mod schema;
mod summary;
