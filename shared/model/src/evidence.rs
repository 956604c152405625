//! What one partition, or several merged, know about sessions.

use crate::alphabet::{Alphabet, Symbol};
use crate::counts::Counts;
use crate::sample::Sample;

/// Most sessions a sample holds.
pub const SAMPLE: usize = 50_000;

/// Counts and sample over one alphabet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    alphabet: Alphabet,
    counts: Counts,
    sample: Sample,
}

impl Evidence {
    /// Nothing yet. `sample` bounds the sessions kept whole; [`SAMPLE`] is what a build uses.
    #[must_use]
    pub fn new(alphabet: Alphabet, sample: usize) -> Self {
        Self {
            alphabet,
            counts: Counts::default(),
            sample: Sample::new(sample),
        }
    }

    /// Adds a session. `hash` is a hash of its id; each session is added once, in one partition.
    pub fn add(&mut self, hash: u64, session: &[Symbol]) {
        self.counts.add(session);
        self.sample.add(hash, session);
    }

    /// Evidence of both. Commutative and associative; exact.
    #[must_use]
    pub fn merged(self, other: Self) -> Self {
        let alphabet = self.alphabet.union(&other.alphabet);
        let (mut mine, theirs) = (self.renumbered(&alphabet), other.renumbered(&alphabet));
        mine.counts.merge(theirs.counts);
        mine.sample.merge(theirs.sample);
        mine
    }

    fn renumbered(self, alphabet: &Alphabet) -> Self {
        if self.alphabet == *alphabet {
            return self;
        }
        let numbers = self.alphabet.numbers_in(alphabet);
        Self {
            counts: self.counts.renumbered(&numbers),
            sample: self.sample.renumbered(&numbers),
            alphabet: alphabet.clone(),
        }
    }

    /// The names of the symbols.
    #[must_use]
    pub fn alphabet(&self) -> &Alphabet {
        &self.alphabet
    }

    /// The counts.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The sample.
    #[must_use]
    pub fn sample(&self) -> &Sample {
        &self.sample
    }
}
