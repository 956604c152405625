//! Digests of well-known values without a salt: whoever sends one forgot the salt, and everything else it sends could be
//! looked up as well. Made from `data/well-known-values.txt`; a test keeps the two the same.

/// Sorted SHA-256 digests.
pub(super) const UNSALTED: &[[u8; 32]] = include_bytes!("unsalted.bin").as_chunks().0;
