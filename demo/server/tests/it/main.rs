//! The demo shop as a browser sees it, over HTTP: pages, pictures, the API, and its bounds.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

mod account;
mod bounds;
mod checkout;
mod files;
mod products;
mod shop;
