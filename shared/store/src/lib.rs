//! Tables, keys and items: the only crate that names the AWS SDK's data services.
//!
//! A function opens the one room it may enter — [`authorizer::Worlds`], [`script::Scripts`], [`ingest::Ingest`], [`archive::Archive`], [`build::Build`] — and the room's methods are the
//! actions that its IAM role grants. Whatever belongs to a tenant is reached through a handle that already holds the
//! tenant, so that a call without one cannot be written. Nothing here scans.

pub mod admin;
pub mod archive;
pub mod authorizer;
pub mod bucket;
pub mod build;
mod error;
pub mod ingest;
pub mod key;
pub mod layout;
mod lookup;
mod note;
pub mod queue;
pub mod recent;
pub mod script;
mod tables;
#[cfg(feature = "kms")]
pub mod tenant_key;

pub use error::StoreError;
pub use tables::{Tables, client};
