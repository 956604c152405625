//! What followed which context, how often, and in how many distinct sessions.

use crate::alphabet::{END, Symbol};
use crate::context::{History, Key};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// One continuation of a context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Next {
    /// What came next.
    pub symbol: Symbol,
    /// In how many distinct sessions.
    pub support: u32,
    /// How often.
    pub count: u64,
}

/// Hashes a [`Key`], which is all a map here is asked for. Not keyed: who fills the counts is a build task, not a request.
#[derive(Default)]
pub(crate) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u128(u128::from(*byte)));
    }

    fn write_u128(&mut self, x: u128) {
        let (high, low) = ((x >> 64) as u64, x as u64);
        let mut z = (self.0 ^ high.wrapping_mul(0x9E37_79B9_7F4A_7C15)).rotate_left(29) ^ low;
        z = (z ^ (z >> 32)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 29)).wrapping_mul(0x94D0_49BB_1331_11EB);
        self.0 = z ^ (z >> 32);
    }
}

/// A map from contexts. Its order of iteration means nothing: sort, or do what commutes.
pub(crate) type ByKey<V> = HashMap<Key, V, BuildHasherDefault<KeyHasher>>;

/// Counts of continuations by context. Made of integers that add, over sessions that lie in one place only: merging is
/// commutative, associative and exact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    by_key: ByKey<Vec<Next>>,
    sessions: u64,
}

impl Counts {
    /// Counts one session.
    pub fn add(&mut self, session: &[Symbol]) {
        self.sessions += 1;
        let mut steps = Vec::new();
        steps_of(session, &mut steps);
        for (key, next) in steps {
            self.add_next(key, next);
        }
    }

    /// Adds what another partition counted, over the same alphabet.
    pub fn merge(&mut self, other: Self) {
        self.sessions += other.sessions;
        for (key, nexts) in other.by_key {
            for next in nexts {
                self.add_next(key, next);
            }
        }
    }

    fn add_next(&mut self, key: Key, next: Next) {
        let known = self.by_key.entry(key).or_default();
        match known.binary_search_by_key(&next.symbol, |known| known.symbol) {
            Ok(place) => known.iter_mut().skip(place).take(1).for_each(|known| {
                known.support += next.support;
                known.count += next.count;
            }),
            Err(place) => known.insert(place, next),
        }
    }

    /// The same counts in the numbers of a larger alphabet.
    #[must_use]
    pub(crate) fn renumbered(self, numbers: &[Symbol]) -> Self {
        let number = |symbol: Symbol| numbers.get(usize::from(symbol)).copied().unwrap_or(symbol);
        let renumber = |next: Next| Next {
            symbol: number(next.symbol),
            ..next
        };
        let by_key = self.by_key.into_iter();
        let by_key = by_key.map(|(key, nexts)| (key.renumbered(numbers), nexts.into_iter().map(renumber).collect()));
        Self {
            by_key: by_key.collect(),
            sessions: self.sessions,
        }
    }

    /// How many sessions were counted.
    #[must_use]
    pub fn sessions(&self) -> u64 {
        self.sessions
    }

    /// What followed a context, by symbol.
    #[must_use]
    pub fn get(&self, key: Key) -> &[Next] {
        self.by_key.get(&key).map_or(&[], Vec::as_slice)
    }

    /// All contexts with what followed them, sorted.
    #[must_use]
    pub fn sorted(&self) -> Vec<(Key, &[Next])> {
        let mut all: Vec<_> = self
            .by_key
            .iter()
            .map(|(key, nexts)| (*key, nexts.as_slice()))
            .collect();
        all.sort_unstable_by_key(|(key, _)| *key);
        all
    }

    pub(crate) fn contexts(&self) -> usize {
        self.by_key.len()
    }
}

/// What one session counts for: each of its contexts with each continuation once, support 1, sorted.
pub(crate) fn steps_of(session: &[Symbol], steps: &mut Vec<(Key, Next)>) {
    steps.clear();
    let mut history = History::default();
    for &symbol in session.iter().chain([&END]) {
        history.contexts(|_, key| {
            steps.push((
                key,
                Next {
                    symbol,
                    support: 1,
                    count: 1,
                },
            ))
        });
        if symbol != END {
            history.push(symbol);
        }
    }
    steps.sort_unstable();
    steps.dedup_by(|later, first| {
        let same = first.0 == later.0 && first.1.symbol == later.1.symbol;
        if same {
            first.1.count += later.1.count;
        }
        same
    });
}
