//! What one partition, or several merged, know about sessions.

use crate::alphabet::{Alphabet, Symbol};
use crate::counts::count::count;
use crate::counts::sample::Sample;
use crate::counts::table::Counts;
use crate::varint::Reader;

/// Most sessions a sample holds.
pub const SAMPLE: usize = 50_000;

/// Most continuations of contexts, in some 250 MB: more than a million sessions of people have. Made-up sessions have
/// as many as they like.
const MOST_CONTINUATIONS: usize = 1 << 23;

/// The first byte of [`Evidence::to_bytes`]; another one for other levels of contexts.
const FORMAT: u8 = 2;

/// Counts and sample over one alphabet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    alphabet: Alphabet,
    counts: Counts,
    sample: Sample,
    /// Of the hash by which contexts stay where not all fit. Without one, all of them do.
    seed: Option<u64>,
}

impl Evidence {
    /// Nothing yet. `sample` bounds the sessions kept whole; [`SAMPLE`] is what a build uses.
    #[must_use]
    pub fn new(alphabet: Alphabet, sample: usize) -> Self {
        Self {
            alphabet,
            counts: Counts::default(),
            sample: Sample::new(sample),
            seed: None,
        }
    }

    /// The same with a bound on contexts, which stay by hashes of this seed.
    #[must_use]
    pub fn bounded(self, seed: Option<u64>) -> Self {
        Self { seed, ..self }
    }

    fn bound(&mut self) {
        if let Some(seed) = self.seed {
            self.counts.bound(seed, MOST_CONTINUATIONS);
        }
    }

    /// Adds sessions, each with a hash of its id; each session is added once, in one partition. Many at a time: what is
    /// known already is read once for all of them.
    pub fn extend<S: AsRef<[Symbol]>>(&mut self, sessions: impl IntoIterator<Item = (u64, S)>) {
        let sample = &mut self.sample;
        let counted = count(sessions.into_iter().map(|(hash, session)| {
            sample.add(hash, session.as_ref());
            session
        }));
        self.counts.merge(&counted);
        self.bound();
    }

    /// Adds the evidence of another partition. Commutative and associative; exact.
    pub fn merge(&mut self, other: Self) {
        if self.alphabet != other.alphabet {
            let alphabet = self.alphabet.union(&other.alphabet);
            let mine = std::mem::replace(self, Self::new(Alphabet::default(), 0));
            *self = mine.renumbered(&alphabet);
            return self.merge(other.renumbered(&alphabet));
        }
        self.counts.merge(&other.counts);
        self.sample.merge(other.sample);
        self.seed = self.seed.or(other.seed);
        self.bound();
    }

    /// The evidence of both: see [`Evidence::merge`].
    #[must_use]
    pub fn merged(mut self, other: Self) -> Self {
        self.merge(other);
        self
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
            seed: self.seed,
        }
    }

    /// The names of the symbols.
    #[must_use]
    pub fn alphabet(&self) -> &Alphabet {
        &self.alphabet
    }

    /// What followed which context.
    #[must_use]
    pub const fn counts(&self) -> &Counts {
        &self.counts
    }

    /// The sessions that are kept whole.
    #[must_use]
    pub fn sample(&self) -> &Sample {
        &self.sample
    }

    /// The evidence as bytes: equal evidence gives equal bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![FORMAT];
        self.alphabet.write(&mut bytes);
        self.counts.write(&mut bytes);
        self.sample.write(&mut bytes);
        bytes
    }

    /// Reads [`Evidence::to_bytes`]. None for anything that it would not have written: what is read gives the same
    /// bytes again.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (format, rest) = bytes.split_first()?;
        let mut reader = Reader::new(rest);
        let alphabet = Alphabet::read(&mut reader).filter(|_| *format == FORMAT)?;
        let counts = Counts::read(&mut reader, alphabet.outcomes())?;
        let sample = Sample::read(&mut reader, alphabet.outcomes())?;
        let evidence = Self {
            alphabet,
            counts,
            sample,
            seed: None,
        };
        reader.at_end().then_some(evidence)
    }
}
