//! One repository a function, and one for the operator: each is exactly the calls that its owner's IAM role grants.
//!
//! ```text
//! world_record    ◄─ authorizer, script, build, admin
//! rebuild_request ◄─ archive, build, admin
//!                    ingest
//! ```

pub mod admin;
pub mod archive;
pub mod authorizer;
pub mod build;
pub mod ingest;
mod rebuild_request;
pub mod script;
mod world_record;
