//! The key of the hashes that decide which sessions and facts are sampled, and which are evicted where not all fit.

use sha2::{Digest as _, Sha256};
use testgram_store::repository::build::BuildWorld;

use crate::error::StepError;

/// A key derived from the world's secret. It is not the secret itself, which only makes noise.
pub(crate) struct Sampling([u8; 32]);

impl Sampling {
    /// The key of a world. A world without a secret, in a record from before there was noise, gets no model: put its
    /// settings again.
    pub(crate) async fn of(world: &BuildWorld<'_>) -> Result<Self, StepError> {
        let inputs = world.inputs().await?.ok_or(StepError::NoSuchWorld)?;
        Ok(Self::from_secret(&inputs.noise.ok_or(StepError::NoSecret)?))
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

    /// Distinguishes keys in the digests of what is kept, and does not reveal the key: what another key sampled must
    /// not be merged.
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
