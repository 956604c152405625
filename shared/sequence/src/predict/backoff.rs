//! Smoothing: from counts behind a context to probabilities, the rest left to a more general context.
//!
//! Modified Kneser–Ney (Chen and Goodman 1998): each count gives up a discount, and what is given up goes to the more
//! general context. Short suffixes weigh a continuation by its *continuation count*, the number of different symbols it
//! was seen after, not by its count. With a threshold two more masses go to the general context: see
//! [`Smoothing::suppressed`].

use crate::alphabet::Symbol;
use crate::counts::context::{ContextKey, LEVELS};
use crate::counts::table::{Counts, Index, Next};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How one level is smoothed: averages over the whole level.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Smoothing {
    /// What a weight of 1, of 2, and of 3 or more gives up.
    pub discounts: [f32; 3],
    /// Weight that fell below the threshold, for each continuation that did not: without it a thresholded context would
    /// seem to know all that can follow.
    pub suppressed: f32,
}

/// Continuations of a context as probabilities.
#[derive(Debug, Clone, Default)]
pub(crate) struct Row {
    /// Symbols with their own share.
    pub(crate) items: Vec<(Symbol, f32)>,
    /// The share left to the more general context. 1 with no items if nothing is known.
    pub(crate) backoff: f32,
    /// How much is known, in [`CONFIDENCES`] steps; 0 for nothing.
    pub(crate) confidence: u8,
}

/// Averages are published to one part of so many.
const GRAIN: f32 = 64.0;

/// Steps of [`Row::confidence`].
pub(crate) const CONFIDENCES: usize = 8;

impl Row {
    /// Nothing is known.
    pub(crate) fn clear(&mut self) {
        self.items.clear();
        self.backoff = 1.0;
        self.confidence = 0;
    }

    /// The own share of a symbol.
    pub(crate) fn own(&self, symbol: Symbol) -> f32 {
        self.items
            .iter()
            .find(|(known, _)| *known == symbol)
            .map_or(0.0, |(_, share)| *share)
    }
}

impl Smoothing {
    fn discount(&self, weight: u64) -> f32 {
        let [one, two, more] = self.discounts;
        match weight {
            0 => 0.0,
            1 => one,
            2 => two,
            _ => more,
        }
    }

    /// What a weight keeps.
    pub(crate) fn discounted(&self, weight: u64) -> f32 {
        weight as f32 - self.discount(weight)
    }

    /// Fills a row from weights.
    pub(crate) fn fill(&self, weights: impl Iterator<Item = (Symbol, u64)> + Clone, row: &mut Row) {
        row.clear();
        let (mut total, mut given_up) = (0_u64, 0.0_f32);
        for (_, weight) in weights.clone() {
            total += weight;
            given_up += self.discount(weight) + self.suppressed;
            row.backoff = 0.0;
        }
        if total == 0 {
            row.backoff = 1.0;
            return;
        }
        let suppressed = weights.clone().count() as f32 * self.suppressed;
        let whole = total as f32 + suppressed;
        row.items
            .extend(weights.map(|(symbol, weight)| (symbol, self.discounted(weight) / whole)));
        row.backoff = given_up / whole;
        row.confidence = match total {
            0..=1 => 1,
            2..=3 => 2,
            4..=7 => 3,
            8..=23 => 4,
            24..=99 => 5,
            100..=999 => 6,
            _ => 7,
        };
    }

    /// Learns the smoothing of every level. Averages over all contexts of a level, also those below the threshold.
    pub(crate) fn of_levels(known: &IndexedCounts<'_>, k: u32) -> Vec<Self> {
        let mut tallies = vec![LevelTally::default(); LEVELS];
        for (key, nexts) in known.sorted() {
            if let Some(tally) = tallies.get_mut(key.level()) {
                tally.add(nexts.weighed(), k);
            }
        }
        tallies.iter().map(LevelTally::smoothing).collect()
    }
}

impl Smoothing {
    /// Learns the smoothing of one level from the weights that are published.
    pub(crate) fn of_published(contexts: impl Iterator<Item = impl Iterator<Item = u64>>) -> Self {
        let mut tally = LevelTally::default();
        contexts.flatten().for_each(|weight| tally.add_weight(weight));
        tally.smoothing()
    }
}

/// Continuations of one level, by weight.
#[derive(Clone, Default)]
struct LevelTally {
    /// How many have the weight 1, 2, 3, 4.
    of_weight: [u64; 4],
    kept: u64,
    suppressed: u64,
}

impl LevelTally {
    fn add_weight(&mut self, weight: u64) {
        let place = usize::try_from(weight.wrapping_sub(1)).unwrap_or(usize::MAX);
        if let Some(count) = self.of_weight.get_mut(place) {
            *count += 1;
        }
    }

    fn add<'a>(&mut self, nexts: impl Iterator<Item = (&'a Next, u64)> + Clone, k: u32) {
        for (_, weight) in nexts.clone() {
            self.add_weight(weight);
        }
        let kept = nexts.clone().filter(|(next, _)| next.support >= k).count() as u64;
        if kept > 0 {
            self.kept += kept;
            self.suppressed += nexts
                .filter(|(next, _)| next.support < k)
                .map(|(_, weight)| weight)
                .sum::<u64>();
        }
    }

    fn smoothing(&self) -> Smoothing {
        let [n1, n2, n3, n4] = self.of_weight.map(|n| n as f32);
        let y = n1 / (n1 + 2.0 * n2).max(1.0);
        let discount = |weight: f32, n: f32, more: f32| {
            (weight - (weight + 1.0) * y * more / n.max(1.0)).clamp(0.05, weight - 0.05)
        };
        // More digits would show every single session.
        let rounded = |x: f32| (x * GRAIN).round() / GRAIN;
        Smoothing {
            discounts: [discount(1.0, n1, n2), discount(2.0, n2, n3), discount(3.0, n3, n4)].map(rounded),
            suppressed: rounded(self.suppressed as f32 / (self.kept as f32).max(1.0)),
        }
    }
}

/// Counts with the continuation counts of short suffixes: of each continuation, after how many different symbols it was
/// seen. 0 where counts weigh.
#[derive(Debug)]
pub(crate) struct IndexedCounts<'a> {
    pub(crate) counts: &'a Counts,
    /// Beside all continuations, in their order.
    continuation_counts: Vec<u32>,
    index: Index,
}

impl<'a> IndexedCounts<'a> {
    pub(crate) fn new(counts: &'a Counts) -> Self {
        Self {
            counts,
            continuation_counts: continuation_counts(counts),
            index: Index::of(counts.keys()),
        }
    }

    /// What followed a context, with continuation counts.
    pub(crate) fn get(&self, key: ContextKey) -> Nexts<'_> {
        let place = self.index.find(self.counts.keys(), key);
        place.map_or_else(Nexts::default, |place| self.at(place))
    }

    /// All contexts, sorted, with what followed them.
    pub(crate) fn sorted(&self) -> impl Iterator<Item = (ContextKey, Nexts<'_>)> {
        let keys = self.counts.keys().iter().enumerate();
        keys.map(|(place, key)| (*key, self.at(place)))
    }

    fn at(&self, place: usize) -> Nexts<'_> {
        let continuation_counts = self
            .continuation_counts
            .get(self.counts.range(place))
            .unwrap_or_default();
        Nexts {
            nexts: self.counts.at(place),
            continuation_counts,
        }
    }
}

/// Continuations of one context and, beside them, their continuation counts.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Nexts<'a> {
    pub(crate) nexts: &'a [Next],
    continuation_counts: &'a [u32],
}

impl<'a> Nexts<'a> {
    pub(crate) fn with_continuation_counts(self) -> impl Iterator<Item = (&'a Next, u32)> + Clone {
        self.nexts.iter().zip(self.continuation_counts.iter().copied())
    }

    /// Continuations with their weights: continuation count, or where there is none, count.
    pub(crate) fn weighed(self) -> impl Iterator<Item = (&'a Next, u64)> + Clone {
        self.with_continuation_counts()
            .map(|(next, continuations)| match continuations {
                0 => (next, next.count),
                _ => (next, u64::from(continuations)),
            })
    }
}

/// Suffixes that are longer by one stand in the order of the shorter ones, so one pass over both suffices.
fn continuation_counts(counts: &Counts) -> Vec<u32> {
    let keys = counts.keys();
    let mut continuation_counts = vec![0_u32; keys.len().checked_sub(1).map_or(0, |last| counts.range(last).end)];
    if counts.is_full() {
        // Some contexts were let go, and with them some continuation counts: counts weigh instead.
        return continuation_counts;
    }
    let mut shorter = 0;
    for (place, key) in keys.iter().enumerate() {
        let Some(wanted) = key.shorter_suffix() else { continue };
        while keys.get(shorter).is_some_and(|known| *known < wanted) {
            shorter += 1;
        }
        let known = counts.at(shorter);
        let of_shorter = continuation_counts.get_mut(counts.range(shorter)).unwrap_or_default();
        for next in counts.at(place) {
            let place = known.partition_point(|known| known.symbol < next.symbol);
            if let Some(count) = of_shorter.get_mut(place) {
                *count += 1;
            }
        }
    }
    continuation_counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counts::count::count;

    #[test]
    fn contexts_that_were_let_go_make_up_no_continuation_count() {
        let sessions: Vec<Vec<Symbol>> = (0..60).map(|nth| vec![1 + nth % 7, 9, 1 + nth % 5]).collect();
        let mut counts = count(sessions.iter());
        let most = |counts: &Counts| {
            let known = IndexedCounts::new(counts);
            let continuation_counts = known.sorted().flat_map(|(_, nexts)| {
                nexts
                    .with_continuation_counts()
                    .map(|(_, continuation_count)| continuation_count)
            });
            continuation_counts.max()
        };
        assert!(most(&counts) > Some(3));
        counts.bound(7, 100);
        assert!(counts.is_full());
        assert_eq!(most(&counts), Some(0));
    }
}
