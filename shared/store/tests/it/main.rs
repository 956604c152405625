//! The repositories over stand-ins of DynamoDB and S3: keys, conditions and errors, call by call.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that fails should fail loudly"
)]

mod admin;
mod archive;
mod authorizer;
mod build;
mod errors;
mod ingest;
mod queue;
mod script;
mod support;
