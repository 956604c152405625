//! The gateway against a real WebSocket client, with a test double behind it.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails should fail loudly"
)]

mod connect;
mod double;
mod ends;
mod management;
mod messages;
mod shutdown;
