//! The mixture of the experts, and how much each of them counts.
//!
//! A weight is the sum of five: by how sure the expert is, by the position in the session, by the length of the present
//! run, by the number of different symbols so far, and by the kind of the candidate (the end, the same again, back,
//! seen, new). None belongs to a symbol or to a context: some hundred numbers for the whole model. How they are
//! learned: `learn/weights.rs`.

use crate::math::log_sum_exp;
use crate::predict::backoff::CONFIDENCES;
use crate::predict::experts::{EXPERTS, Experts, GATE_STEPS, GATES, KINDS};
use serde::{Deserialize, Serialize};

/// Weights of one expert: by confidence, by the steps of each gate, by the kind of the candidate.
const OF_EXPERT: usize = CONFIDENCES + GATES * GATE_STEPS + KINDS;

/// The weights of the experts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mixing(pub(crate) Vec<f32>);

/// Places of an expert's weights that are the same for all candidates.
pub(crate) fn places(expert: usize, confidence: u8, gates: &[u8; GATES]) -> impl Iterator<Item = usize> {
    let from = expert * OF_EXPERT;
    let by_gate = gates
        .iter()
        .enumerate()
        .map(|(gate, step)| CONFIDENCES + gate * GATE_STEPS + usize::from(*step));
    std::iter::once(usize::from(confidence))
        .chain(by_gate)
        .map(move |place| from + place)
}

/// The place of an expert's first weight by kind.
pub(crate) fn kinds_from(expert: usize) -> usize {
    (expert + 1) * OF_EXPERT - KINDS
}

impl Mixing {
    /// Kneser–Ney: suffixes count fully, all else not at all.
    pub(crate) fn suffixes(longest: usize) -> Self {
        let weight = |place: usize| place / OF_EXPERT <= longest && place % OF_EXPERT < CONFIDENCES;
        Self(
            (0..EXPERTS * OF_EXPERT)
                .map(|place| f32::from(u8::from(weight(place))))
                .collect(),
        )
    }

    /// The logarithm of each candidate's probability.
    pub(crate) fn mix(&self, experts: &Experts, logs: &mut Vec<f32>) {
        logs.clear();
        logs.resize(experts.candidates().places(), 0.0);
        for (expert, (numbers, confidence)) in experts.numbers().zip(experts.confidences()).enumerate() {
            let weights = places(expert, *confidence, experts.gates()).filter_map(|place| self.0.get(place));
            let weight: f32 = weights.sum();
            let by_kind = self.by_kind(expert).map(|of_kind| weight + of_kind);
            for ((log, number), kind) in logs.iter_mut().zip(numbers).zip(experts.kinds()) {
                *log += by_kind.get(usize::from(*kind)).copied().unwrap_or(weight) * number;
            }
        }
        let all = log_sum_exp(logs);
        logs.iter_mut().for_each(|log| *log -= all);
    }

    fn by_kind(&self, expert: usize) -> [f32; KINDS] {
        let from = kinds_from(expert);
        let weights = self.0.get(from..from + KINDS);
        weights
            .and_then(|weights| weights.first_chunk())
            .copied()
            .unwrap_or_default()
    }
}
