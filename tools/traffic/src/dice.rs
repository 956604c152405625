//! Seeded chance.

use fastrand::Rng;

/// A source of chance that gives the same again for the same seed.
#[derive(Debug, Clone)]
pub(crate) struct Dice(Rng);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Rng::with_seed(seed))
    }

    /// Independent dice for the part `name` and `number` of what `seed` stands for.
    pub(crate) fn for_part(seed: u64, name: &str, number: u64) -> Self {
        let mixed = name
            .bytes()
            .fold(seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15), |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3).rotate_left(23)
            });
        Self::new(mixed)
    }

    pub(crate) fn u128(&mut self) -> u128 {
        self.0.u128(..)
    }

    /// From 0 up to, not including, 1.
    pub(crate) fn unit(&mut self) -> f64 {
        self.0.f64()
    }

    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// `low..=high`, evenly.
    pub(crate) fn between(&mut self, low: u32, high: u32) -> u32 {
        self.0.u32(low..=high.max(low))
    }

    /// Normal enough: mean 0, deviation 1, never beyond 6.
    pub(crate) fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }

    /// Skewed as waiting times are: half of them under `median`, few above three times of it.
    pub(crate) fn around(&mut self, median: f64) -> u32 {
        (median * (0.6 * self.normal()).exp()).min(600_000.0) as u32
    }

    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        if items.is_empty() {
            None
        } else {
            items.get(self.0.usize(..items.len()))
        }
    }

    /// The first ones far more often than the last, as links of a page are.
    pub(crate) fn pick_early<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let place = self.unit().powf(1.6) * items.len() as f64;
        items.get(place as usize)
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut out = [0; N];
        self.0.fill(&mut out);
        out
    }
}
