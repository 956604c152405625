//! The archive's bucket: where objects are ([`layout`]), and puts, gets, lists and deletes below one world's prefix.

pub mod layout;
mod objects;

pub use objects::{Bucket, KmsKeys, client};
pub(crate) use objects::{Listed, WorldPrefix};
