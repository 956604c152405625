//! The key by which sessions and facts are sampled, and evicted where not all fit.

use sha2::{Digest as _, Sha256};
use testgram_store::build::World;

use crate::Failed;

/// A key of the world's secret that is not the secret: what noise is made with keeps to itself.
pub(crate) struct Sampling([u8; 32]);

impl Sampling {
    /// The key of a world. One that has no secret, in a record of long ago, gets no model: put its settings again.
    pub(crate) async fn of(world: &World<'_>) -> Result<Self, Failed> {
        let terms = world.terms().await?.ok_or(Failed::NoSuchWorld)?;
        Ok(Self::from_secret(&terms.noise.ok_or(Failed::NoSecret)?))
    }

    fn from_secret(secret: &[u8; 32]) -> Self {
        Self(
            Sha256::new()
                .chain_update(b"sampling")
                .chain_update(secret)
                .finalize()
                .into(),
        )
    }

    pub(crate) const fn key(&self) -> &[u8; 32] {
        &self.0
    }

    /// Tells keys apart in the names of what is kept, and does not tell the key: what another one sampled must not be merged.
    pub(crate) fn print(&self) -> [u8; 8] {
        let hash: [u8; 32] = Sha256::digest(self.0).into();
        std::array::from_fn(|place| hash.get(place).copied().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::Sampling;

    #[test]
    fn neither_the_secret_nor_the_key_is_in_the_print() {
        let [one, other] = [[1; 32], [2; 32]].map(|secret| Sampling::from_secret(&secret));
        assert_ne!(one.print(), other.print());
        assert_ne!(one.key(), &[1; 32]);
        assert_ne!(one.print(), one.key()[..8]);
    }
}
