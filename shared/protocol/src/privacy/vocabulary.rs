//! Which words are of the site's own code. A word must pass the rules and, where a world has a vocabulary, be in it.

/// A set of words. The snippet, ingest's archiver and the reader of the archive ask it of every word that passed the
/// rules.
pub trait Vocabulary {
    /// Whether `word` is of the site's code.
    fn knows(&self, word: &str) -> bool;
}

/// What a world without a vocabulary has: the rules alone decide, so every word that passed them is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Guess;

impl Vocabulary for Guess {
    fn knows(&self, _: &str) -> bool {
        true
    }
}
