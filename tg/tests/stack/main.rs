//! The AWS endpoint and `tg up` as a process: unmodified clients, and a process that is killed.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that fails should fail loudly"
)]

mod cli;
mod crash;
mod dynamodb;
mod s3;
mod support;
mod up;
