//! A sample of whole sessions that merges exactly: the smallest by hash.

use crate::alphabet::{END, Symbol};
use crate::varint::{Reader, put};
use std::collections::BTreeSet;

/// Sessions longer than this are counted but not sampled: one robot must not fill the sample.
pub const LONGEST_SAMPLED: usize = 500;

/// One session of the sample. Its order is that of the hash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sampled {
    /// A hash of the session's id: uniform, and the same wherever the session is met.
    pub hash: u64,
    /// The session's symbols, in order, without the end.
    pub symbols: Vec<Symbol>,
}

/// The `size` sessions with the smallest hashes. Which they are depends on the set of sessions only, not on the order
/// or the grouping in which they came, so samples merge exactly.
///
/// It holds whole sessions: a sample belongs into a partition's partial, never into a model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    size: usize,
    sessions: BTreeSet<Sampled>,
}

impl Sample {
    /// An empty sample of at most so many sessions.
    #[must_use]
    pub fn new(size: usize) -> Self {
        Self {
            size,
            sessions: BTreeSet::new(),
        }
    }

    /// Offers a session, which stays if its hash is among the smallest.
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

    /// The sessions, those with the smallest hashes first.
    pub fn sessions(&self) -> impl Iterator<Item = &Sampled> + Clone {
        self.sessions.iter()
    }

    pub(crate) fn write(&self, bytes: &mut Vec<u8>) {
        put(bytes, self.size as u64);
        put(bytes, self.sessions.len() as u64);
        let mut before = 0;
        for Sampled { hash, symbols } in &self.sessions {
            put(bytes, hash - before);
            before = *hash;
            put(bytes, symbols.len() as u64);
            symbols.iter().for_each(|symbol| put(bytes, u64::from(*symbol)));
        }
    }

    /// Reads what was written over an alphabet of so many outcomes.
    pub(crate) fn read(reader: &mut Reader<'_>, outcomes: usize) -> Option<Self> {
        let mut sample = Self::new(reader.small()?);
        let mut before = 0_u64;
        for _ in 0..reader.many().filter(|many| *many <= sample.size)? {
            let hash = before.checked_add(reader.number()?)?;
            before = hash;
            let length = reader.many().filter(|length| *length <= LONGEST_SAMPLED)?;
            let known = |symbol: &Symbol| *symbol != END && usize::from(*symbol) < outcomes;
            let symbols: Option<Vec<Symbol>> = (0..length).map(|_| reader.small().filter(known)).collect();
            let sampled = Sampled {
                hash,
                symbols: symbols?,
            };
            if sample.sessions.last().is_some_and(|last| *last >= sampled) {
                return None;
            }
            sample.sessions.insert(sampled);
        }
        Some(sample)
    }
}
