//! The v1 protocol of Testgram: wire types, limits, validation, privacy rules and the buffer format.
//!
//! Pure: no IO, no clock, no AWS, no async. What is built here has passed the rules — a type that exists is valid
//! ("parse, don't validate"): every string that came over the wire sits in a newtype whose only constructor applies its rule,
//! and none of them prints its content.
//!
//! Order of a batch: [`batch::Batch::parse`] → [`buffer::encode`] → the store. Rules are in [`privacy`]; their twin in
//! TypeScript runs the same vector files (`vectors/*.json`).

pub mod batch;
pub mod buffer;
pub mod calendar;
pub mod event;
pub mod id;
pub mod limits;
pub mod list;
pub mod privacy;
pub mod reason;
pub mod reply;
pub mod schema;
pub mod session;
pub mod settings;
mod strict;
mod text;
