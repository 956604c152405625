//! A sample of whole sessions that merges exactly: the smallest by hash.

use crate::alphabet::Symbol;
use std::collections::BTreeSet;

/// Sessions longer than this are counted but not sampled: one robot must not fill the sample.
pub const LONGEST_SAMPLED: usize = 500;

/// One session of the sample. Its order is that of the hash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sampled {
    /// A hash of the session's id: uniform, and the same wherever the session is met.
    pub hash: u64,
    /// Its symbols.
    pub symbols: Vec<Symbol>,
}

/// The `size` sessions with the smallest hashes. Which they are depends on the set of sessions only, not on the order or the
/// grouping in which they came, so samples merge exactly.
///
/// It holds whole sessions: a sample belongs into a partition's partial, never into a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    size: usize,
    sessions: BTreeSet<Sampled>,
}

impl Sample {
    /// An empty sample.
    #[must_use]
    pub fn new(size: usize) -> Self {
        Self {
            size,
            sessions: BTreeSet::new(),
        }
    }

    /// Offers a session.
    pub fn add(&mut self, hash: u64, symbols: &[Symbol]) {
        let beyond = self.sessions.len() >= self.size && self.sessions.last().is_none_or(|last| last.hash < hash);
        if symbols.len() <= LONGEST_SAMPLED && !beyond {
            self.insert(Sampled {
                hash,
                symbols: symbols.to_vec(),
            });
        }
    }

    /// Joins the sample of another partition.
    pub fn merge(&mut self, other: Self) {
        self.size = self.size.min(other.size);
        other.sessions.into_iter().for_each(|sampled| self.insert(sampled));
        self.trim();
    }

    fn insert(&mut self, sampled: Sampled) {
        self.sessions.insert(sampled);
        self.trim();
    }

    fn trim(&mut self) {
        while self.sessions.len() > self.size {
            self.sessions.pop_last();
        }
    }

    /// The same sample in the numbers of a larger alphabet.
    #[must_use]
    pub(crate) fn renumbered(self, numbers: &[Symbol]) -> Self {
        let number = |symbol: Symbol| numbers.get(usize::from(symbol)).copied().unwrap_or(symbol);
        let renumber = |sampled: Sampled| Sampled {
            symbols: sampled.symbols.into_iter().map(number).collect(),
            ..sampled
        };
        Self {
            sessions: self.sessions.into_iter().map(renumber).collect(),
            ..self
        }
    }

    /// The sessions by hash.
    pub fn sessions(&self) -> impl Iterator<Item = &Sampled> {
        self.sessions.iter()
    }
}
