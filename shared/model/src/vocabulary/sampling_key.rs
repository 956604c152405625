//! What decides which sessions and facts stay where not all fit: hashes that cannot be worked out without the world's
//! secret.
//!
//! Clients choose their session's id, and the words they send. With a hash that anybody can compute they could choose
//! those that stay, and thereby drive everybody else's out.

use sha2::{Digest, Sha256};

/// The secret of the hashes; none in what was read back, which is only merged.
#[derive(Clone, Copy)]
pub(crate) struct SamplingKey(Option<[u8; 32]>);

impl SamplingKey {
    pub(crate) const fn new(secret: &[u8; 32]) -> Self {
        Self(Some(*secret))
    }

    /// Of what was read back: the bytes do not hold the secret.
    pub(crate) const fn unknown() -> Self {
        Self(None)
    }

    /// This key, or if it is not known the other one.
    pub(crate) fn or(self, other: Self) -> Self {
        Self(self.0.or(other.0))
    }

    /// The hash of a session's id.
    pub(crate) fn session(self, id: [u8; 16]) -> u64 {
        debug_assert!(self.0.is_some(), "sessions are added to what was made with the secret");
        hash(b"session", self.0.unwrap_or_default(), &id)
    }

    /// The seed of the hashes of facts in the numbers of one naming.
    pub(crate) fn facts(self, naming: u64) -> Option<u64> {
        self.0.map(|secret| hash(b"facts", secret, &naming.to_le_bytes()))
    }
}

fn hash(of: &[u8], secret: [u8; 32], what: &[u8]) -> u64 {
    let hash: [u8; 32] = Sha256::new()
        .chain_update(secret)
        .chain_update(of)
        .chain_update(what)
        .finalize()
        .into();
    hash.first_chunk().map_or(0, |first| u64::from_be_bytes(*first))
}
