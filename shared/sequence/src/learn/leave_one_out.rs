//! The counts as if one session had never been seen.
//!
//! Mixing weights are learned on sessions that are in the counts. Taken as they are, every context of such a session
//! would be known and right, and the longest would win. So each session is first taken out again, from the counts, the
//! continuation counts and the supports: what is left is exactly what the other sessions know. Personas cannot be taken
//! apart like that; those asked about one half of the sample are learned from the other half.

use crate::alphabet::Symbol;
use crate::counts::context::ContextKey;
use crate::counts::table::{Next, steps_of};
use crate::predict::backoff::{IndexedCounts, Nexts, Row, Smoothing};
use crate::predict::candidates;
use crate::predict::experts::Source;
use crate::predict::personas::PersonaTables;

/// What stays the same from session to session.
#[derive(Clone, Copy)]
pub(crate) struct Kept<'a> {
    pub(crate) counts: &'a IndexedCounts<'a>,
    pub(crate) smoothing: &'a [Smoothing],
    pub(crate) outcomes: usize,
    pub(crate) k: u32,
}

impl Kept<'_> {
    /// The share of level 0 that is left to all symbols alike, its whole weight, and its most frequent symbols. One
    /// session changes none of them by much.
    fn base_shares(&self) -> ((f32, f32), Vec<Symbol>) {
        let Some(smoothing) = self.smoothing.first() else {
            return ((1.0, 1.0), Vec::new());
        };
        let nexts = self.counts.get(ContextKey::nothing());
        let kept = nexts.weighed().filter(|(next, _)| next.support >= self.k);
        let mut row = Row::default();
        smoothing.fill(kept.clone().map(|(next, weight)| (next.symbol, weight)), &mut row);
        let suppressed = kept.clone().count() as f32 * smoothing.suppressed;
        let whole = kept.map(|(_, weight)| weight).sum::<u64>() as f32 + suppressed;
        ((row.backoff, whole), candidates::frequent(&row))
    }
}

/// Counts without one session.
pub(crate) struct LeaveOut<'a> {
    kept: Kept<'a>,
    personas: &'a PersonaTables,
    own: Vec<(ContextKey, Next)>,
    /// Short suffixes with a continuation that this session alone saw after one of the symbols before.
    own_continuations: Vec<(ContextKey, Symbol)>,
    /// The share of level 0 that is left to all symbols alike, and its whole weight.
    base: (f32, f32),
    frequent: Vec<Symbol>,
}

impl<'a> LeaveOut<'a> {
    pub(crate) fn new(kept: Kept<'a>, personas: &'a PersonaTables) -> Self {
        let (base, frequent) = kept.base_shares();
        Self {
            kept,
            personas,
            own: Vec::new(),
            own_continuations: Vec::new(),
            base,
            frequent,
        }
    }

    pub(crate) fn k(&self) -> u32 {
        self.kept.k
    }

    /// Leaves out this session. `personas` must not have been learned from it.
    pub(crate) fn leave(&mut self, session: &[Symbol], personas: &'a PersonaTables) {
        steps_of(session, &mut self.own);
        self.personas = personas;
        self.own_continuations.clear();
        for (key, own) in &self.own {
            let Some(shorter) = key.shorter_suffix() else { continue };
            if find(self.kept.counts.get(*key), own.symbol).is_some_and(|(all, _)| all.count == own.count) {
                self.own_continuations.push((shorter, own.symbol));
            }
        }
        self.own_continuations.sort_unstable();
    }

    fn own(&self, key: ContextKey) -> &[(ContextKey, Next)] {
        let from = self.own.partition_point(|(known, _)| *known < key);
        let rest = self.own.get(from..).unwrap_or_default();
        rest.get(..rest.partition_point(|(known, _)| *known == key))
            .unwrap_or_default()
    }

    /// The weight of a continuation without the session; none if it falls below the threshold.
    fn weight(&self, key: ContextKey, own: &[(ContextKey, Next)], next: &Next, continuation_count: u32) -> Option<u64> {
        let mine = own.iter().find(|(_, own)| own.symbol == next.symbol);
        let (support, count) = mine.map_or((0, 0), |(_, own)| (own.support, own.count));
        if next.support.saturating_sub(support) < self.kept.k {
            return None;
        }
        let left = if continuation_count == 0 {
            next.count.saturating_sub(count)
        } else {
            let from = self
                .own_continuations
                .partition_point(|known| *known < (key, next.symbol));
            let rest = self.own_continuations.get(from..).unwrap_or_default();
            u64::from(continuation_count)
                .saturating_sub(rest.partition_point(|known| *known == (key, next.symbol)) as u64)
        };
        Some(left.max(1))
    }
}

/// A continuation and its continuation count.
fn find(nexts: Nexts<'_>, symbol: Symbol) -> Option<(&Next, u32)> {
    let place = nexts.nexts.binary_search_by_key(&symbol, |next| next.symbol).ok()?;
    nexts.with_continuation_counts().nth(place)
}

impl Source for LeaveOut<'_> {
    fn outcomes(&self) -> usize {
        self.kept.outcomes
    }

    fn frequent(&self) -> &[Symbol] {
        &self.frequent
    }

    fn base(&self, symbol: Symbol) -> f32 {
        let (backoff, whole) = self.base;
        let uniform = backoff / self.kept.outcomes as f32;
        let (key, Some(smoothing)) = (ContextKey::nothing(), self.kept.smoothing.first()) else {
            return uniform;
        };
        let Some((next, continuation_count)) = find(self.kept.counts.get(key), symbol) else {
            return uniform;
        };
        let left = self.weight(key, self.own(key), next, continuation_count).unwrap_or(0);
        uniform + smoothing.discounted(left) / whole
    }

    fn row(&self, level: usize, key: ContextKey, row: &mut Row) {
        row.clear();
        let own = self.own(key);
        let nexts = self.kept.counts.get(key).with_continuation_counts();
        let left = nexts.filter_map(|(next, continuation_count)| {
            Some((next.symbol, self.weight(key, own, next, continuation_count)?))
        });
        if let Some(smoothing) = self.kept.smoothing.get(level) {
            smoothing.fill(left, row);
        }
    }

    fn persona_row(&self, after: Symbol, posterior: &[f32], row: &mut Row) {
        self.personas.row(after, posterior, row);
    }

    fn observe(&self, after: Symbol, came: (Symbol, f32), posterior: &mut [f32]) {
        self.personas.observe(after, came, posterior);
    }

    fn prior(&self, posterior: &mut Vec<f32>) {
        self.personas.prior(posterior);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counts::context::History;
    use crate::counts::count::count;

    /// Rows without a session are the rows of counts that never saw it.
    #[test]
    fn left_out_is_never_seen() {
        let sessions: [&[Symbol]; 6] = [
            &[1, 1, 2, 3],
            &[1, 2, 3],
            &[2, 2, 2, 1],
            &[1, 2, 1, 2, 3, 3],
            &[4],
            &[1, 2, 3],
        ];
        let all = count(sessions.iter());
        let known = IndexedCounts::new(&all);
        let personas = PersonaTables::default();
        for k in 1..4 {
            let smoothing = Smoothing::of_levels(&known, k);
            let kept = Kept {
                counts: &known,
                smoothing: &smoothing,
                outcomes: 5,
                k,
            };
            for (place, session) in sessions.iter().enumerate() {
                let others: Vec<_> = sessions
                    .iter()
                    .enumerate()
                    .filter(|(other, _)| *other != place)
                    .collect();
                let without = count(others.into_iter().map(|(_, session)| *session));
                let without = IndexedCounts::new(&without);
                let mut left_out = LeaveOut::new(kept, &personas);
                left_out.leave(session, &personas);
                let mut history = History::default();
                for symbol in session.iter() {
                    history.contexts(|level, key| {
                        let (mut row, mut expected) = (Row::default(), Row::default());
                        left_out.row(level, key, &mut row);
                        let others = without.get(key).weighed().filter(|(next, _)| next.support >= k);
                        let others = others.map(|(next, weight)| (next.symbol, weight));
                        smoothing[level].fill(others, &mut expected);
                        assert_eq!(
                            (row.items, row.backoff),
                            (expected.items, expected.backoff),
                            "{session:?} {key:?} {k}"
                        );
                    });
                    history.push(*symbol);
                }
            }
        }
    }
}
