//! Sessions drawn from a model, and how their lengths compare with real ones.

use crate::alphabet::{END, Symbol};
use crate::math::scramble;
use crate::predictor::Predictor;

/// A session that has not ended after so many symbols is cut.
pub const LONGEST: usize = 10_000;

/// Draws sessions, the same ones for the same seed.
pub fn sessions(predictor: &Predictor, seed: u64) -> impl Iterator<Item = Vec<Symbol>> {
    let mut walk = predictor.walk();
    let mut state = scramble(seed, 0);
    std::iter::repeat_with(move || {
        let mut session = Vec::new();
        while session.len() < LONGEST {
            state = scramble(state, 1);
            let symbol = walk.draw((state >> 40) as f32 / (1_u64 << 24) as f32);
            if symbol == END {
                break;
            }
            session.push(symbol);
            walk.push(symbol);
        }
        walk.restart();
        session
    })
}

/// Kolmogorov–Smirnov distance: the largest difference between the shares of lengths up to any length. 0 for the same
/// distribution, 1 for two that do not overlap.
#[must_use]
pub fn length_distance(mut one: Vec<usize>, mut other: Vec<usize>) -> f64 {
    one.sort_unstable();
    other.sort_unstable();
    let up_to = |lengths: &[usize], length: usize| {
        lengths.partition_point(|known| *known <= length) as f64 / lengths.len().max(1) as f64
    };
    let all = one.iter().chain(&other);
    all.map(|length| (up_to(&one, *length) - up_to(&other, *length)).abs())
        .fold(0.0, f64::max)
}
