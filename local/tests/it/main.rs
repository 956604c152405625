//! The local stack from the outside: its gateway over WebSocket, its AWS endpoint through SDKs.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that fails should fail loudly"
)]

mod aws;
mod gateway;
