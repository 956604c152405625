//! `tg` from the outside: its commands as a process (`process`), and the whole way of the data through `tg up` (`e2e`).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "tests"
)]

mod e2e;
mod process;
