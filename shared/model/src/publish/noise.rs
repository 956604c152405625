//! Noise on published counts, for worlds that want it.

use sha2::{Digest, Sha256};

use crate::math::ln;

/// A source of noise that is a function of what is published and of a secret: the same evidence gives the same file, byte for byte.
#[derive(Debug)]
pub(super) struct Noise {
    epsilon: Option<f32>,
    seed: [u8; 32],
    drawn: u64,
}

impl Noise {
    /// Noise over some content. Without `epsilon`, none.
    ///
    /// The seed comes from the content *and* a secret. From the content alone, who guessed it right could make the same noise and
    /// take it off: that would be a puzzle, not noise.
    pub(super) fn new(epsilon: Option<f64>, secret: &[u8; 32], content: &[u8]) -> Self {
        let epsilon = epsilon.map(|epsilon| epsilon as f32).filter(|epsilon| *epsilon > 0.0);
        let content = match epsilon {
            Some(_) => Sha256::digest(content).into(),
            None => [0; 32],
        };
        Self {
            epsilon,
            seed: Sha256::digest([*secret, content].as_flattened()).into(),
            drawn: 0,
        }
    }

    /// Support and count with noise; never below k, which all that is published has reached.
    pub(super) fn on(&mut self, support: u64, count: u64, k: u64) -> (u64, u64) {
        let Some(epsilon) = self.epsilon else {
            return (support, count);
        };
        // A session changes a support by one at most, and a count by what it did: on average this much.
        let often = count.div_ceil(support.max(1));
        let support = support.saturating_add_signed(self.draw(epsilon)).max(k);
        let noise = self
            .draw(epsilon)
            .saturating_mul(i64::try_from(often).unwrap_or(i64::MAX));
        (support, count.saturating_add_signed(noise).max(support))
    }

    /// A two-sided geometric number, the whole-numbered Laplace: the difference of two geometric ones.
    fn draw(&mut self, epsilon: f32) -> i64 {
        let mut hasher = Sha256::new();
        hasher.update(self.seed);
        hasher.update(self.drawn.to_le_bytes());
        self.drawn += 1;
        let bytes: [u8; 32] = hasher.finalize().into();
        let geometric = |bytes: [u8; 4]| {
            // From 0 exclusive to 1 inclusive.
            let uniform = (f64::from(u32::from_le_bytes(bytes)) + 1.0) / f64::from(u32::MAX) * 0.999_999_9;
            (-ln(uniform as f32).min(0.0) / epsilon) as i64
        };
        let [a, b, c, d, e, f, g, h, ..] = bytes;
        geometric([a, b, c, d]) - geometric([e, f, g, h])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_epsilon_nothing_changes() {
        let mut noise = Noise::new(None, &[7; 32], b"content");
        assert_eq!(noise.on(5, 12, 5), (5, 12));
    }

    #[test]
    fn it_is_the_same_for_the_same_content_and_secret_only() {
        let many = |secret, content: &[u8]| {
            let mut noise = Noise::new(Some(0.5), &[secret; 32], content);
            [(); 32].map(|()| noise.on(100, 300, 5))
        };
        assert_eq!(many(1, b"a"), many(1, b"a"));
        assert_ne!(many(1, b"a"), many(2, b"a"));
        assert_ne!(many(1, b"a"), many(1, b"b"));
    }

    #[test]
    fn it_is_spread_as_laplace_is() {
        let mut noise = Noise::new(Some(0.5), &[1; 32], b"");
        let drawn: Vec<i64> = (0..20_000).map(|_| noise.draw(0.5)).collect();
        let mean = drawn.iter().sum::<i64>() as f64 / drawn.len() as f64;
        let spread = drawn.iter().map(|x| x.abs()).sum::<i64>() as f64 / drawn.len() as f64;
        assert!(mean.abs() < 0.1, "{mean}");
        // 2a / (1 - a²) with a = e^-ε.
        assert!((spread - 1.919).abs() < 0.06, "{spread}");
    }

    #[test]
    fn it_never_goes_below_the_threshold() {
        let mut noise = Noise::new(Some(0.05), &[1; 32], b"");
        for _ in 0..1_000 {
            let (support, count) = noise.on(6, 7, 5);
            assert!(support >= 5 && count >= support);
        }
    }
}
