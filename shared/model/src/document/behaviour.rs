//! The behaviour model in the document: a [`Model`] with its rows in the document's shape.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use testgram_protocol::event::NamedKey;

use super::tallied::Tallied;
use testgram_sequence::context::Key;
use testgram_sequence::{Alphabet, Context, Mixing, Model, Persona, Published, Smoothing, Symbol};

/// What visitors do next: see the crate's README for how it predicts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Behaviour {
    /// Sessions, and their actions with an end each.
    #[serde(flatten)]
    pub sessions: Tallied,
    /// How many actions can come next, the end and those without a name among them.
    pub outcomes: u32,
    /// Actions. Their numbers elsewhere are their places here, from 1; 0 is the end of a session, 65,535 its start.
    pub symbols: Vec<SymbolRow>,
    /// How contexts of each level are smoothed; none for a level that has none.
    pub smoothing: Vec<Option<Level>>,
    /// Contexts with what followed them, sorted.
    pub contexts: Vec<ContextRow>,
    /// Groups of sessions of the sample.
    pub personas: Vec<PersonaRow>,
    /// How much each expert counts.
    pub mixing: Weights,
}

/// An action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SymbolRow {
    /// Its name: `click /product/:param button#add-to-cart`.
    pub name: String,
    /// What is done: a kind of event.
    pub verb: String,
    /// With which key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_pressed: Option<NamedKey>,
    /// On which page; none for pages too rare to name.
    pub page: Option<String>,
    /// With which element; none if with none, or one too rare to name.
    pub element: Option<String>,
    /// The name that the site gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom: Option<String>,
    /// Times.
    #[serde(flatten)]
    pub times: Tallied,
}

/// How one level of contexts is smoothed: averages over the whole level.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Level {
    /// At least so many sessions.
    pub support: u64,
    /// What a weight of 1, of 2, and of 3 or more gives up.
    pub discounts: [f32; 3],
    /// Weight below the threshold for each continuation above it.
    pub withheld: f32,
}

/// A context.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ContextRow {
    /// Level, bucket of the run's length, symbols.
    #[schemars(with = "Vec<u16>")]
    pub key: Key,
    /// What followed.
    pub next: Vec<NextRow>,
}

/// A continuation: `[support, count, symbol, variety]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NextRow(pub u64, pub u64, pub Symbol, pub u32);

/// A step of a persona: `[support, count, after, next]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StepRow(pub u64, pub u64, pub Symbol, pub Symbol);

/// A persona.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PersonaRow {
    /// How many sessions of the sample are its own, and their actions with an end each, as far as they are below.
    #[serde(flatten)]
    pub sessions: Tallied,
    /// What followed what in them.
    pub steps: Vec<StepRow>,
}

/// Weights learned from the sample.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Weights {
    /// Sessions of the sample. A weight in which fewer than k of them had a say has the value it began with.
    pub support: u64,
    /// Expert by expert.
    #[schemars(with = "Vec<f32>")]
    pub weights: Mixing,
}

fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Behaviour {
    /// The model, to be asked by a [`testgram_sequence::Predictor`].
    #[must_use]
    pub fn model(&self, k: u32) -> Model {
        let names: Vec<String> = self.symbols.iter().map(|symbol| symbol.name.clone()).collect();
        let none = Smoothing {
            discounts: [0.0; 3],
            withheld: 0.0,
        };
        let smoothing = |level: &Option<Level>| {
            level.map_or(none, |level| Smoothing {
                discounts: level.discounts,
                withheld: level.withheld,
            })
        };
        Model {
            version: testgram_sequence::VERSION,
            k,
            sessions: self.sessions.support,
            outcomes: self.outcomes as usize,
            alphabet: Alphabet::from(names),
            smoothing: self.smoothing.iter().map(smoothing).collect(),
            contexts: self.contexts.iter().map(ContextRow::context).collect(),
            personas: self.personas.iter().map(PersonaRow::persona).collect(),
            mixing: self.mixing.weights.clone(),
            withheld: testgram_sequence::Withheld::default(),
        }
    }
}

impl ContextRow {
    fn context(&self) -> Context {
        let next = |row: &NextRow| Published {
            symbol: row.2,
            support: small(row.0),
            count: row.1,
            variety: row.3,
        };
        Context {
            key: self.key,
            next: self.next.iter().map(next).collect(),
        }
    }
}

impl PersonaRow {
    fn persona(&self) -> Persona {
        let step = |row: &StepRow| (row.2, row.3, small(row.1), small(row.0));
        Persona {
            sessions: small(self.sessions.support),
            steps: self.steps.iter().map(step).collect(),
        }
    }
}
