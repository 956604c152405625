//! Sessions as lines of text: learned from one file, measured on another.

use crate::alphabet::{Alphabet, MOST, Symbol};
use crate::fidelity::{evidence, measure, renumbered};
use crate::learn::{LearnSettings, learn};
use crate::predictor::Predictor;
use crate::release::model::Model;
use crate::release::noise::Noise;
use crate::release::threshold::Threshold;
use serde::Serialize;

/// Why files cannot be learned from. Its text is a stable word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Something else than text.
    #[error("not_utf8")]
    NotUtf8,
    /// Nothing to learn from, or nothing to measure on.
    #[error("empty")]
    Empty,
    /// More different symbols than an [`Alphabet`] holds.
    #[error("too_many_symbols")]
    TooManySymbols,
    /// Fewer sessions than are to be behind every number of a model.
    #[error("too_few_sessions")]
    TooFewSessions,
}

/// Two sets of sessions over one alphabet. A line is a session, its symbols separated by blanks; a blank line is a
/// session that ended at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corpus {
    alphabet: Alphabet,
    train: Vec<Vec<Symbol>>,
    test: Vec<Vec<Symbol>>,
}

/// How well a model learned from one file predicts the other: what `tg fidelity` prints.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Report {
    /// Mean −log2 of the probability that the symbol had which came, the end of each session among them.
    pub bits_per_symbol: f64,
    /// How often, in percent, the likeliest symbol came.
    pub top1: f64,
    /// Top-5 accuracy, percent: the action was among the five most likely.
    pub top5: f64,
    /// Seconds that counting and learning took.
    pub train_seconds: f64,
    /// Symbols predicted, each with its rank.
    pub symbols_per_second: f64,
    /// Bytes of the model as JSON.
    pub model_bytes: u64,
}

impl Corpus {
    /// Reads files. The vocabulary is closed: all symbols of both, and of `names` if it has any.
    ///
    /// # Errors
    ///
    /// [`Refused`], for any but [`Refused::TooFewSessions`].
    pub fn parse(train: &[u8], test: &[u8], names: &[u8]) -> Result<Self, Refused> {
        let [train, test, names] =
            [train, test, names].map(|file| std::str::from_utf8(file).map_err(|_| Refused::NotUtf8));
        let (train, test, names) = (train?, test?, names?);
        if train.trim().is_empty() || test.is_empty() {
            return Err(Refused::Empty);
        }
        let files = [train, test, names].into_iter();
        let mut words: Vec<&str> = files.flat_map(str::split_whitespace).collect();
        words.sort_unstable();
        words.dedup();
        if words.len() > MOST {
            return Err(Refused::TooManySymbols);
        }
        let alphabet: Alphabet = words.into_iter().map(str::to_owned).collect::<Vec<_>>().into();
        Ok(Self {
            train: numbered(train, &alphabet),
            test: numbered(test, &alphabet),
            alphabet,
        })
    }

    /// Learns and measures. `seconds` gives the time: there is no clock here.
    ///
    /// # Errors
    ///
    /// [`Refused::TooFewSessions`].
    pub fn report(&self, k: u32, mut seconds: impl FnMut() -> f64) -> Result<(Report, Model), Refused> {
        let start = seconds();
        let settings = LearnSettings {
            threshold: Threshold::new(k, Noise::default()),
            ..LearnSettings::default()
        };
        let sessions = self.train.iter().map(Vec::as_slice);
        let learned = learn(&evidence(self.alphabet.clone(), sessions), settings);
        let trained = seconds();
        let model = learned.model.ok_or(Refused::TooFewSessions)?;
        let test = self.test_in(&model);
        let predictor = Predictor::new(&model);
        let ready = seconds();
        let measured = measure(&predictor, test.iter());
        let took = (seconds() - ready).max(f64::MIN_POSITIVE);
        let report = Report {
            bits_per_symbol: measured.bits_per_symbol,
            top1: measured.top1,
            top5: measured.top5,
            train_seconds: trained - start,
            symbols_per_second: measured.symbols as f64 / took,
            model_bytes: serde_json::to_vec(&model).map_or(0, |bytes| bytes.len() as u64),
        };
        Ok((report, model))
    }

    /// The sessions to be measured on, in the numbers of a model.
    #[must_use]
    pub fn test_in(&self, model: &Model) -> Vec<Vec<Symbol>> {
        let named = model.alphabet();
        let test = self.test.iter();
        test.map(|session| renumbered(&self.alphabet, &named, session))
            .collect()
    }
}

fn numbered(text: &str, alphabet: &Alphabet) -> Vec<Vec<Symbol>> {
    let session = |line: &str| {
        line.split_whitespace()
            .filter_map(|name| alphabet.symbol(name))
            .collect()
    };
    text.lines().map(session).collect()
}
