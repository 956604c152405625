//! The published model: numbers over at least k distinct sessions, and what was learned from them.

use crate::alphabet::{Alphabet, Symbol};
use crate::counts::context::Key;
use crate::predict::backoff::Smoothing;
use crate::predict::mixture::Mixing;
use crate::predict::personas::Persona;
use serde::{Deserialize, Serialize};

/// The version of the format.
pub const VERSION: u32 = 1;

/// A model of what visitors do next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// [`VERSION`].
    pub version: u32,
    /// The threshold: distinct sessions behind every number.
    pub k: u32,
    /// How many sessions it was learned from.
    pub sessions: u64,
    /// How many symbols can come next, the end and those withheld among them.
    pub outcomes: usize,
    /// The names of the symbols that reached the threshold.
    pub alphabet: Alphabet,
    /// Of each level of contexts.
    pub smoothing: Vec<Smoothing>,
    /// Contexts with what followed them, sorted.
    pub contexts: Vec<Context>,
    /// Groups of sessions of the sample.
    pub personas: Vec<Persona>,
    /// How much each expert counts.
    pub mixing: Mixing,
    /// What fell below the threshold.
    pub withheld: Withheld,
}

/// A context as published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Context {
    /// Level, bucket of the run's length, symbols.
    pub key: Key,
    /// What followed, by symbol.
    pub next: Vec<Published>,
}

/// A continuation as published: `[symbol, support, count, variety]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(Symbol, u32, u64, u32)", into = "(Symbol, u32, u64, u32)")]
pub struct Published {
    /// What came next.
    pub symbol: Symbol,
    /// In how many distinct sessions.
    pub support: u32,
    /// How often.
    pub count: u64,
    /// Short suffixes: after how many different symbols. 0 elsewhere.
    pub variety: u32,
}

impl Published {
    /// What smoothing goes by.
    pub(crate) fn weight(&self) -> u64 {
        if self.variety > 0 {
            u64::from(self.variety)
        } else {
            self.count
        }
    }
}

impl From<(Symbol, u32, u64, u32)> for Published {
    fn from((symbol, support, count, variety): (Symbol, u32, u64, u32)) -> Self {
        Self {
            symbol,
            support,
            count,
            variety,
        }
    }
}

impl From<Published> for (Symbol, u32, u64, u32) {
    fn from(next: Published) -> Self {
        (next.symbol, next.support, next.count, next.variety)
    }
}

/// How much fell below the threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Withheld {
    /// Symbols.
    pub symbols: u64,
    /// Contexts.
    pub contexts: u64,
    /// Continuations, those of withheld contexts among them.
    pub continuations: u64,
}
