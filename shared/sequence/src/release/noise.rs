//! Noise on every support and count that is published.
//!
//! Suppression below k is not enough: the published whole less its published parts is what the suppressed parts are. So
//! every number is perturbed by the cell-key method of national statistical offices (Fraser and Wooton 2005). A sum of
//! few numbers is then off by more than k can hide.
//!
//! The noise is a function of a secret, of what the number is about, and of the number, in two layers. One lasts while
//! the number stays about as large: it does not go away for an attacker who adds sessions, or compares many models. The
//! other is new for each number and each place: two numbers that differ by one look no more different than two that are
//! equal.

use std::hash::{Hash, Hasher};

use sha2::{Digest, Sha256};

use crate::math::ln;

/// What noise is made with.
#[derive(Clone, Copy, PartialEq, Default)]
pub struct Noise {
    epsilon: Option<f32>,
    secret: [u8; 32],
}

impl std::fmt::Debug for Noise {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Noise")
            .field("epsilon", &self.epsilon)
            .finish_non_exhaustive()
    }
}

/// How far each layer of noise reaches either way, for what a session has once: k / 2, so that a difference of two
/// numbers hides whatever is below k. Nothing for k = 1, which hides nothing.
pub(crate) const fn layer(k: u32) -> u64 {
    k as u64 / 2
}

/// How far both layers together reach.
pub const fn reach(k: u32) -> u64 {
    2 * layer(k)
}

/// More of it would only make a huge number less even.
const MOST_OFTEN: u64 = 1 << 20;

/// A number that gets noise.
#[derive(Clone, Copy)]
struct Number {
    k: u32,
    many: u64,
    /// How much a session has of it.
    often: u64,
}

impl Noise {
    /// With the secret known it is no noise: an attacker who guesses a number right can make the same and take it off.
    ///
    /// With `epsilon`, noise of differential privacy of one number comes on top: see docs/model.md.
    #[must_use]
    pub fn new(epsilon: Option<f64>, secret: [u8; 32]) -> Self {
        let epsilon = epsilon.map(|epsilon| epsilon as f32).filter(|epsilon| *epsilon > 0.0);
        Self { epsilon, secret }
    }

    /// Support and count with noise; never below k, which all that is published has reached. `lasting` is what the
    /// lasting layer is about, which may be the same for numbers that are nearly one.
    pub(crate) fn on(
        &self,
        k: u32,
        (lasting, fresh): (impl Hash, impl Hash),
        (support, count): (u64, u64),
    ) -> (u64, u64) {
        if layer(k) == 0 && self.epsilon.is_none() {
            return (support, count);
        }
        // A session changes a support by one at most, and a count by what it did: on average this much.
        let often = count.div_ceil(support.max(1)).min(MOST_OFTEN);
        let number = |many, often| Number { k, many, often };
        let noise = self.of(("support", &lasting), ("support", &fresh), number(support, 1));
        let support = support.saturating_add_signed(noise).max(u64::from(k));
        let noise = self.of(("count", &lasting, often), ("count", &fresh), number(count, often));
        let count = count.saturating_add_signed(noise);
        (support, count.max(support))
    }

    /// A number of sessions, or of other things of which a session has one, with noise; never below `least`.
    pub(crate) fn once(&self, k: u32, about: impl Hash, many: u64, least: u64) -> u64 {
        let noise = self.of(("once", &about), ("once", &about), Number { k, many, often: 1 });
        many.saturating_add_signed(noise).max(least)
    }

    fn of(&self, lasting: impl Hash, fresh: impl Hash, number: Number) -> i64 {
        let Number { k, many, often } = number;
        // Not a multiple of `often`: what is left of a count by it would be exact.
        let reach = layer(k).saturating_mul(often);
        let roughly = many / (2 * u64::from(k) * often).max(1);
        let lasting = self.draws(("lasting", lasting, roughly)).near(reach);
        let mut fresh = self.draws(("fresh", fresh, many));
        let more = self.epsilon.map(|epsilon| epsilon / often as f32);
        lasting
            .saturating_add(fresh.near(reach))
            .saturating_add(fresh.laplace(more))
    }

    fn draws(&self, of: impl Hash) -> Draws {
        let mut hasher = Sha(Sha256::new_with_prefix(self.secret));
        of.hash(&mut hasher);
        Draws(hasher.0.finalize().into(), 0)
    }
}

/// Random numbers of one hash: eight of four bytes, of which three are drawn at most.
struct Draws([u8; 32], usize);

impl Draws {
    fn next(&mut self) -> u32 {
        let (words, _) = self.0.as_chunks::<4>();
        let word = words.get(self.1 % words.len().max(1)).copied().unwrap_or_default();
        self.1 += 1;
        u32::from_le_bytes(word)
    }

    /// Any of the numbers that are no further from 0 than this, each as likely.
    fn near(&mut self, reach: u64) -> i64 {
        if reach == 0 {
            return 0;
        }
        let drawn = u64::from(self.next()) % (2 * reach + 1);
        drawn.cast_signed().saturating_sub_unsigned(reach)
    }

    /// A two-sided geometric number, the whole-numbered Laplace: the difference of two geometric ones.
    fn laplace(&mut self, epsilon: Option<f32>) -> i64 {
        let Some(epsilon) = epsilon else { return 0 };
        let mut geometric = || {
            // From 0 exclusive to 1 inclusive.
            let uniform = (f64::from(self.next()) + 1.0) / f64::from(u32::MAX) * 0.999_999_9;
            (-ln(uniform as f32).min(0.0) / epsilon) as i64
        };
        geometric() - geometric()
    }
}

/// What a number is about, hashed alike on all machines.
struct Sha(Sha256);

macro_rules! little_endian {
    ($($method:ident: $number:ty,)+) => {$(
        fn $method(&mut self, number: $number) {
            self.write(&number.to_le_bytes());
        }
    )+};
}

impl Hasher for Sha {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let hash: [u8; 32] = self.0.clone().finalize().into();
        hash.first_chunk().map_or(0, |first| u64::from_le_bytes(*first))
    }

    little_endian! { write_u16: u16, write_u32: u32, write_u64: u64, write_u128: u128, }

    fn write_usize(&mut self, number: usize) {
        self.write_u64(number as u64);
    }

    fn write_isize(&mut self, number: isize) {
        self.write_u64(number as u64);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const K: u32 = 5;

    fn on(noise: Noise, about: &str, many: (u64, u64)) -> (u64, u64) {
        noise.on(K, (about, about), many)
    }

    #[test]
    fn where_nothing_is_hidden_nothing_changes() {
        let noise = Noise::new(None, [7; 32]);
        assert_eq!(noise.on(1, ("a", "a"), (5, 12)), (5, 12));
        assert_eq!(noise.once(1, "a", 5, 0), 5);
    }

    #[test]
    fn the_same_number_about_the_same_thing_has_the_same_noise() {
        let many = |secret, about, from: u64| {
            let noise = Noise::new(None, [secret; 32]);
            (from..from + 100)
                .map(|many| on(noise, about, (many, 3 * many)).0 as i64 - many as i64)
                .collect::<Vec<_>>()
        };
        assert_eq!(many(1, "a", 50), many(1, "a", 50));
        for (secret, about, from) in [(2, "a", 50), (1, "b", 50), (1, "a", 51)] {
            assert_ne!(many(1, "a", 50), many(secret, about, from));
        }
    }

    #[test]
    fn a_part_of_it_lasts_while_a_number_grows_a_little() {
        // An attacker who sees 1,000 to 1,009 of one thing, and takes off what they added, averages to what lasts: not
        // to what it was.
        let mean_of = |about: u32| {
            let noise = Noise::new(None, [1; 32]);
            let off = (1_000..1_010_u64).map(|many| noise.once(K, about, many, 0) as i64 - many as i64);
            off.sum::<i64>() as f64 / 10.0
        };
        let means: Vec<f64> = (0..200).map(mean_of).collect();
        let spread = (means.iter().map(|mean| mean * mean).sum::<f64>() / 200.0).sqrt();
        assert!(spread > 1.2, "{spread}");
    }

    #[test]
    fn counts_are_not_off_by_multiples_of_what_a_session_does() {
        let noise = Noise::new(None, [1; 32]);
        let odd = (0..1_000_u64)
            .filter(|about| noise.on(K, (about, about), (30, 55)).1 % 2 == 1)
            .count();
        assert!((400..600).contains(&odd), "{odd}");
    }

    #[test]
    fn it_reaches_as_far_as_it_says_and_is_even() {
        let noise = Noise::new(None, [1; 32]);
        let mut often = [0_i32; 9];
        for about in 0..9_000_u32 {
            let off = noise.once(K, about, 1_000, 0) as i64 - 1_000;
            *often.get_mut((off + 4) as usize).unwrap() += 1;
        }
        // The sum of two even ones.
        let expected = [1, 2, 3, 4, 5, 4, 3, 2, 1].map(|of| of * 360);
        let off = often
            .iter()
            .zip(expected)
            .map(|(often, expected)| (often - expected).abs());
        assert!(off.max() < Some(140), "{often:?}");
    }

    #[test]
    fn with_epsilon_it_is_spread_as_laplace_is() {
        let noise = Noise::new(Some(0.5), [1; 32]);
        let drawn: Vec<i64> = (0..20_000_u32).map(|of| noise.draws(of).laplace(Some(0.5))).collect();
        let mean = drawn.iter().sum::<i64>() as f64 / drawn.len() as f64;
        let spread = drawn.iter().map(|x| x.abs()).sum::<i64>() as f64 / drawn.len() as f64;
        assert!(mean.abs() < 0.1, "{mean}");
        // 2a / (1 - a²) with a = e^-ε.
        assert!((spread - 1.919).abs() < 0.06, "{spread}");
    }

    #[test]
    fn it_never_goes_below_the_threshold() {
        for noise in [None, Some(0.05)].map(|epsilon| Noise::new(epsilon, [1; 32])) {
            for about in 0..1_000_u32 {
                let (support, count) = noise.on(K, (about, about), (6, 7));
                assert!(support >= 5 && count >= support);
            }
        }
    }
}
