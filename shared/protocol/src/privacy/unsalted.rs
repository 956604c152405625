//! Digests of well-known values without a salt: a client that sends one forgot the salt, and everything else it sends
//! could be looked up as well. Made from `data/well-known-values.txt`; a test keeps the two the same.

/// SHA-256 digests of the well-known values, sorted for a binary search.
pub(super) const UNSALTED: &[[u8; 32]] = include_bytes!("unsalted.bin").as_chunks().0;
