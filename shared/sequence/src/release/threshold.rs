//! The threshold: the only maker of a published number.
//!
//! A [`Published`] has private fields. A [`Threshold`] makes one only where at least k distinct sessions are behind it,
//! and adds [`Noise`] to it. What is made of published numbers alone may be made of them anywhere:
//! [`Published::added`], [`Published::with_counts`].

use std::hash::Hash;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::release::noise::Noise;

/// In how many distinct sessions, and how often.
///
/// A [`Threshold`] makes it, with noise. Reading a document gives what was published in it. There is no other way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Published {
    /// At least so many distinct sessions.
    support: u64,
    /// How often.
    count: u64,
}

impl Published {
    /// In how many distinct sessions: at least k.
    #[must_use]
    pub const fn support(self) -> u64 {
        self.support
    }

    /// How often: at least as often as there are sessions.
    #[must_use]
    pub const fn count(self) -> u64 {
        self.count
    }

    /// Both together, of things that may share their sessions: counts add, and the support is the larger one.
    #[must_use]
    pub fn added(self, other: Self) -> Self {
        Self {
            support: self.support.max(other.support),
            count: self.count.saturating_add(other.count),
        }
    }

    /// The same sessions, counted by their published parts.
    #[must_use]
    pub fn with_counts(self, parts: impl Iterator<Item = Self>) -> Self {
        Self {
            count: parts.map(Self::count).sum(),
            ..self
        }
    }

    /// What a row of a model holds of it, which was published before it was written.
    pub(super) const fn of_row(support: u64, count: u64) -> Self {
        Self { support, count }
    }
}

/// How many distinct sessions a number must stand for, and the noise that it then gets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    k: u32,
    noise: Noise,
}

impl Default for Threshold {
    /// Five sessions, and noise that anybody can take off: for models that stay where they are made.
    fn default() -> Self {
        Self::new(5, Noise::default())
    }
}

impl Threshold {
    /// A threshold of k distinct sessions, at least 1.
    #[must_use]
    pub fn new(k: u32, noise: Noise) -> Self {
        Self { k: k.max(1), noise }
    }

    /// The fewest distinct sessions behind a published number.
    #[must_use]
    pub const fn k(&self) -> u32 {
        self.k
    }

    /// What is published of something that so many sessions did so often; `None` if they are fewer than k.
    #[must_use]
    pub fn publish(&self, about: impl Hash, support: u64, count: u64) -> Option<Published> {
        self.publish_alike((&about, &about), support, count)
    }

    /// The same of a number that is nearly another one: the lasting layer of the noise is that of `lasting`, which both
    /// share.
    #[must_use]
    pub(crate) fn publish_alike(
        &self,
        (lasting, about): (impl Hash, impl Hash),
        support: u64,
        count: u64,
    ) -> Option<Published> {
        self.reached(support)?;
        let (support, count) = self.noise.on(self.k, (lasting, about), (support, count));
        Some(Published { support, count })
    }

    /// What is published of something that a session does once; `None` if fewer than k sessions did it.
    #[must_use]
    pub fn publish_sessions(&self, about: impl Hash, sessions: u64) -> Option<Published> {
        self.reached(sessions)?;
        let sessions = self.noise.once(self.k, about, sessions, u64::from(self.k));
        Some(Published {
            support: sessions,
            count: sessions,
        })
    }

    /// A continuation count: a statistic of the at least k sessions behind a continuation. With noise, since what is
    /// below k counts in it as what is not. 0 stays 0, which stands for none.
    pub(crate) fn continuation_count(&self, about: impl Hash, count: u32) -> u32 {
        match count {
            0 => 0,
            _ => {
                // This word is part of the noise: with another one, every model would change.
                let noisy = self.noise.once(self.k, ("variety", about), u64::from(count), 1);
                u32::try_from(noisy).unwrap_or(u32::MAX)
            }
        }
    }

    fn reached(&self, sessions: u64) -> Option<()> {
        (sessions >= u64::from(self.k)).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fewer_sessions_did_is_not_published() {
        let threshold = Threshold::new(5, Noise::new(None, [1; 32]));
        for about in 0..200_u32 {
            assert_eq!(threshold.publish(about, 4, 1_000), None);
            assert_eq!(threshold.publish_sessions(about, 4), None);
            let published = threshold.publish(about, 5, 7).unwrap();
            assert!(published.support() >= 5 && published.count() >= published.support());
            assert!(threshold.publish_sessions(about, 5).unwrap().support() >= 5);
        }
    }

    #[test]
    fn published_numbers_add_up_to_published_numbers() {
        let threshold = Threshold::new(1, Noise::default());
        let [one, other] = [(3, 9), (5, 6)].map(|(support, count)| threshold.publish("a", support, count).unwrap());
        assert_eq!((one.added(other).support(), one.added(other).count()), (5, 15));
        let whole = one.with_counts([one, other].into_iter());
        assert_eq!((whole.support(), whole.count()), (3, 15));
    }
}
