//! Facts with the number of distinct sessions in which they held, and how often. Bounded, and merged exactly all the
//! same.
//!
//! What visitors send is anybody's to make up, so the number of facts has to have a bound. The facts kept are those of
//! the *subjects* with the smallest hashes, as many as fit: which ones these are depends on the set of all subjects
//! only, not on the order or grouping in which they came. A subject beyond the bound is gone as a whole, so none is
//! counted in part. The hash is seeded with the world's secret and the catalog's naming: so an attacker cannot choose
//! subjects that stay.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hash, Hasher};

use super::fact::Subject;
use testgram_sequence::math::scramble;

/// How often, and in how many distinct sessions.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cell {
    pub(crate) support: u32,
    /// The session that counted last, by its number in this tally. Not part of what is known.
    last: u32,
    pub(crate) count: u64,
}

impl Cell {
    pub(crate) const fn new(support: u32, count: u64) -> Self {
        Self {
            support,
            last: 0,
            count,
        }
    }

    fn join(&mut self, other: Self) {
        self.support = self.support.saturating_add(other.support);
        self.count = self.count.saturating_add(other.count);
    }
}

/// What facts are named by.
pub(crate) trait Fact: Ord + Hash {
    /// The hash of its subject: uniform, and different for different subjects, or so nearly never that they may share a
    /// fate.
    fn spread(&self, seed: u64) -> u64;
}

impl Fact for u64 {
    fn spread(&self, seed: u64) -> u64 {
        Subject::of(*self).spread(seed)
    }
}

impl Fact for Box<str> {
    fn spread(&self, seed: u64) -> u64 {
        spread_text(self, seed)
    }
}

fn spread_text(text: &str, seed: u64) -> u64 {
    twox_hash::XxHash3_64::oneshot_with_seed(seed, text.as_bytes())
}

/// Mixes a number, which is all it is given; texts come in as their bytes. Not keyed: see the bound above.
#[derive(Default)]
pub(crate) struct FactHasher(u64);

impl Hasher for FactHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = twox_hash::XxHash3_64::oneshot_with_seed(self.0, bytes);
    }

    fn write_u8(&mut self, _: u8) {
        // What ends a str: nothing follows it here.
    }

    fn write_u64(&mut self, x: u64) {
        self.0 = scramble(0, x);
    }
}

/// A table of facts.
#[derive(Debug, Clone)]
pub(crate) struct Tally<K> {
    cells: HashMap<K, Cell, BuildHasherDefault<FactHasher>>,
    /// None in what was read back: nothing goes until it is merged into one that has it.
    seed: Option<u64>,
    /// Most cells.
    most: usize,
    /// The hash of the first subject that does not fit, if there is one.
    limit: Option<u64>,
    /// The session being counted.
    session: u32,
}

impl<K: Fact> Tally<K> {
    /// An empty one for at most so many facts, give or take those of one subject.
    pub(crate) fn new(seed: Option<u64>, most: usize) -> Self {
        Self {
            cells: HashMap::default(),
            seed,
            most,
            limit: None,
            session: 0,
        }
    }

    /// What is counted from now on belongs to another session.
    pub(crate) fn next_session(&mut self) {
        if let Some(session) = self.session.checked_add(1) {
            self.session = session;
        } else {
            // After four billion sessions the numbers begin again.
            self.cells.values_mut().for_each(|cell| cell.last = 0);
            self.session = 1;
        }
    }

    fn fits(limit: Option<u64>, spread: impl FnOnce() -> u64) -> bool {
        limit.is_none_or(|limit| spread() < limit)
    }

    /// Adds what another partition counted. Sessions lie in one partition, so supports add.
    pub(crate) fn merge(&mut self, other: Self) {
        self.most = self.most.min(other.most);
        self.seed = self.seed.or(other.seed);
        self.limit = [self.limit, other.limit].into_iter().flatten().min();
        for (fact, cell) in other.cells {
            self.cells.entry(fact).or_default().join(cell);
        }
        self.settle();
    }

    /// Lets go of what does not fit. Afterwards equal tallies look the same.
    pub(crate) fn settle(&mut self) {
        let (limit, Some(seed)) = (self.limit, self.seed) else {
            return;
        };
        self.cells.retain(|fact, _| Self::fits(limit, || fact.spread(seed)));
        if self.cells.len() <= self.most {
            return;
        }
        let mut spreads: Vec<u64> = self.cells.keys().map(|fact| fact.spread(seed)).collect();
        // The subject of the fact after the last one that fits; all facts of it go.
        let (_, limit, _) = spreads.select_nth_unstable(self.most);
        let limit = *limit;
        self.limit = Some(limit);
        self.cells.retain(|fact, _| fact.spread(seed) < limit);
    }

    fn settle_if_large(&mut self) {
        if self.cells.len() >= self.most.saturating_mul(2) {
            self.settle();
        }
    }

    /// Whether something did not fit.
    pub(crate) const fn is_full(&self) -> bool {
        self.limit.is_some()
    }

    /// The hash of the first subject that did not fit.
    pub(crate) const fn limit(&self) -> Option<u64> {
        self.limit
    }

    /// All facts in order.
    pub(crate) fn sorted(&self) -> Vec<(&K, Cell)> {
        let mut all: Vec<_> = self.cells.iter().map(|(fact, cell)| (fact, *cell)).collect();
        all.sort_unstable_by(|a, b| a.0.cmp(b.0));
        all
    }

    /// From what [`Tally::sorted`] and [`Tally::limit`] gave.
    pub(crate) fn restored(mut self, limit: Option<u64>, facts: impl Iterator<Item = (K, Cell)>) -> Self {
        self.limit = limit;
        self.cells.extend(facts);
        self.settle();
        self
    }
}

fn count(cell: &mut Cell, session: u32, times: u64) {
    cell.count = cell.count.saturating_add(times);
    if cell.last != session {
        cell.last = session;
        cell.support = cell.support.saturating_add(1);
    }
}

impl Tally<u64> {
    /// The fact held, so many times, in the present session.
    pub(crate) fn add(&mut self, fact: u64, times: u64) {
        if let Some(cell) = self.cells.get_mut(&fact) {
            count(cell, self.session, times);
        } else if Self::fits(self.limit, || fact.spread(self.seed.unwrap_or_default())) {
            count(self.cells.entry(fact).or_default(), self.session, times);
            self.settle_if_large();
        }
    }
}

impl Tally<Box<str>> {
    /// The fact held, so many times, in the present session.
    pub(crate) fn add(&mut self, fact: &str, times: u64) {
        if let Some(cell) = self.cells.get_mut(fact) {
            count(cell, self.session, times);
        } else if Self::fits(self.limit, || spread_text(fact, self.seed.unwrap_or_default())) {
            count(self.cells.entry(fact.into()).or_default(), self.session, times);
            self.settle_if_large();
        }
    }
}
