//! The whole ingest path as its users see it: a real `tg up` process, real WebSocket clients, and what then stands in the store.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

mod archive;
mod batches;
mod client;
mod connect;
mod durability;
mod frames;
mod lake;
mod limits;
mod models;
mod proxy;
mod samples;
mod script;
mod stack;
mod tenancy;
