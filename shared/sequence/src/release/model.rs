//! The published model: numbers over at least k distinct sessions, and what was learned from them. It has one wire
//! form, this one: a [`Predictor`](crate::Predictor) reads what a document holds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::alphabet::{Alphabet, Symbol};
use crate::counts::context::ContextKey;
use crate::predict::backoff::Smoothing;
use crate::predict::mixture::Mixing;
use crate::release::threshold::Published;

/// What a model says of a symbol beside its number: at least its name.
pub trait Named {
    /// The name, different from those of all other symbols.
    fn name(&self) -> &str;
}

/// What visitors do next: see the crate's README for how it predicts.
///
/// Learned from [`Evidence`](crate::Evidence) by [`learn`](fn@crate::learn), read by a [`Predictor`](crate::Predictor).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Behaviour")]
pub struct Model<S = SymbolCount> {
    /// Sessions, and their actions with an end each.
    #[serde(flatten)]
    pub sessions: Published,
    /// How many actions can come next, the end and those without a name among them.
    pub outcomes: u32,
    /// Actions, by name. Their numbers elsewhere are their places here, from 1; 0 is the end of a session, 65,535 its
    /// start.
    pub symbols: Vec<S>,
    /// How contexts of each level are smoothed; none for a level that has none.
    pub smoothing: Vec<Option<Level>>,
    /// Contexts with what followed them, sorted.
    pub contexts: Vec<Context>,
    /// Groups of sessions of the sample.
    pub personas: Vec<Persona>,
    /// How much each expert counts.
    pub mixing: Weights,
}

impl<S> Model<S> {
    /// The same model with other words about its symbols: one for each, in the same order.
    #[must_use]
    pub fn with_symbols<T>(self, symbols: Vec<T>) -> Model<T> {
        Model {
            symbols,
            sessions: self.sessions,
            outcomes: self.outcomes,
            smoothing: self.smoothing,
            contexts: self.contexts,
            personas: self.personas,
            mixing: self.mixing,
        }
    }
}

impl<S: Named> Model<S> {
    /// The names of the symbols that reached the threshold.
    #[must_use]
    pub fn alphabet(&self) -> Alphabet {
        let names = self.symbols.iter().map(|symbol| symbol.name().to_owned());
        names.collect::<Vec<_>>().into()
    }
}

/// A symbol that reached the threshold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SymbolCount {
    /// The name of the symbol.
    pub name: String,
    /// In how many sessions it came, and how often.
    #[serde(flatten)]
    pub times: Published,
}

impl Named for SymbolCount {
    fn name(&self) -> &str {
        &self.name
    }
}

/// How one level of contexts is smoothed: averages over the whole level.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Level {
    /// At least so many sessions.
    pub support: u64,
    /// The averages over the level.
    #[serde(flatten)]
    pub smoothing: Smoothing,
}

/// A context, with what followed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ContextRow")]
pub struct Context {
    /// Level, bucket of the run's length, symbols.
    #[schemars(with = "Vec<u16>")]
    pub key: ContextKey,
    /// What followed it, sorted by symbol.
    pub next: Vec<Continuation>,
}

/// What followed a context: `[support, count, symbol, continuation count]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "NextRow", into = "NextRow")]
pub struct Continuation {
    /// In how many sessions, and how often.
    pub times: Published,
    /// The symbol that came next.
    pub symbol: Symbol,
    /// Short suffixes: after how many different symbols it came there, which smoothing goes by in place of the count. 0
    /// elsewhere.
    pub continuation_count: u32,
}

impl Continuation {
    /// What smoothing goes by.
    pub(crate) const fn weight(&self) -> u64 {
        if self.continuation_count > 0 {
            self.continuation_count as u64
        } else {
            self.times.count()
        }
    }
}

/// A [`Continuation`] as a document holds it. Private, so that only reading a document makes one of bare numbers.
#[derive(Serialize, Deserialize, JsonSchema)]
struct NextRow(u64, u64, Symbol, u32);

impl From<NextRow> for Continuation {
    fn from(NextRow(support, count, symbol, continuation_count): NextRow) -> Self {
        Self {
            times: Published::of_row(support, count),
            symbol,
            continuation_count,
        }
    }
}

impl From<Continuation> for NextRow {
    fn from(row: Continuation) -> Self {
        Self(
            row.times.support(),
            row.times.count(),
            row.symbol,
            row.continuation_count,
        )
    }
}

/// A group of sessions that go about things in the same way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "PersonaRow")]
pub struct Persona {
    /// How many sessions of the sample are its own, and their actions with an end each, as far as they are below.
    #[serde(flatten)]
    pub sessions: Published,
    /// What followed what in them, sorted.
    pub steps: Vec<PersonaStep>,
}

/// What followed a symbol in a persona's sessions: `[support, count, after, next]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "StepRow", into = "StepRow")]
pub struct PersonaStep {
    /// In how many of its sessions, and how often.
    pub times: Published,
    /// The symbol before; [`START`](crate::START) before the first one.
    pub after: Symbol,
    /// The symbol that came; [`END`](crate::END) at the end of a session.
    pub next: Symbol,
}

/// A [`PersonaStep`] as a document holds it; private like [`NextRow`].
#[derive(Serialize, Deserialize, JsonSchema)]
struct StepRow(u64, u64, Symbol, Symbol);

impl From<StepRow> for PersonaStep {
    fn from(StepRow(support, count, after, next): StepRow) -> Self {
        Self {
            times: Published::of_row(support, count),
            after,
            next,
        }
    }
}

impl From<PersonaStep> for StepRow {
    fn from(step: PersonaStep) -> Self {
        Self(step.times.support(), step.times.count(), step.after, step.next)
    }
}

/// Weights learned from the sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Weights {
    /// Sessions of the sample. A weight in which fewer than k of them had a say has the value it began with.
    pub support: u64,
    /// The weights, expert by expert.
    #[schemars(with = "Vec<f32>")]
    pub weights: Mixing,
}

/// How much fell below the threshold, exactly: for the maker of a document, who says it roughly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Suppressed {
    /// Symbols that fewer than k sessions had.
    pub symbols: u64,
    /// Contexts none of whose continuations k sessions had.
    pub contexts: u64,
    /// Continuations that fewer than k sessions had, those of suppressed contexts among them.
    pub continuations: u64,
}
