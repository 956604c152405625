//! A model, ready to be asked.

use crate::alphabet::{Alphabet, END, Symbol};
use crate::counts::context::{ContextKey, History};
use crate::counts::table::Index;
use crate::math::exp;
use crate::predict::backoff::Row;
use crate::predict::candidates;
use crate::predict::experts::{Experts, Source};
use crate::predict::mixture::Mixing;
use crate::predict::personas::{PersonaCounts, PersonaTables, StepCount};
use crate::release::model::{Model, Named, Persona};

/// Where a context's continuations stand, and what it leaves to a more general one.
#[derive(Debug, Clone, Copy)]
struct Place {
    from: u32,
    len: u16,
    confidence: u8,
    backoff: f32,
}

/// A model with its probabilities worked out.
#[derive(Debug)]
pub struct Predictor {
    alphabet: Alphabet,
    outcomes: usize,
    keys: Vec<ContextKey>,
    index: Index,
    places: Vec<Place>,
    items: Vec<(Symbol, f32)>,
    /// Level 0 by symbol, and what each other symbol has.
    base: Vec<f32>,
    base_of_others: f32,
    frequent: Vec<Symbol>,
    personas: PersonaTables,
    mixing: Mixing,
}

impl Predictor {
    /// Works out the probabilities of a model.
    #[must_use]
    pub fn new<S: Named>(model: &Model<S>) -> Self {
        let (mut keys, mut places, mut items) = (Vec::new(), Vec::new(), Vec::new());
        let alphabet = model.alphabet();
        let outcomes = (model.outcomes as usize).max(alphabet.outcomes());
        let base_of_others = 1.0 / outcomes as f32;
        let (mut base, mut base_of_others) = (vec![base_of_others; outcomes], base_of_others);
        let (mut row, mut frequent) = (Row::default(), Vec::new());
        for context in &model.contexts {
            let Some(Some(level)) = model.smoothing.get(context.key.level()) else {
                continue;
            };
            let weights = context.next.iter().map(|next| (next.symbol, next.weight()));
            level.smoothing.fill(weights, &mut row);
            if context.key == ContextKey::nothing() {
                base_of_others *= row.backoff;
                frequent = candidates::frequent(&row);
                base.fill(base_of_others);
                for (symbol, share) in &row.items {
                    if let Some(chance) = base.get_mut(usize::from(*symbol)) {
                        *chance += share;
                    }
                }
                continue;
            }
            let (from, len) = (items.len() as u32, row.items.len() as u16);
            keys.push(context.key);
            places.push(Place {
                from,
                len,
                confidence: row.confidence,
                backoff: row.backoff,
            });
            items.append(&mut row.items);
        }
        Self {
            alphabet,
            outcomes,
            index: Index::of(&keys),
            keys,
            places,
            items,
            base,
            base_of_others,
            frequent,
            personas: PersonaTables::of(&model.personas.iter().map(persona).collect::<Vec<_>>()),
            mixing: model.mixing.weights.clone(),
        }
    }

    /// The names of the symbols. A symbol that the model does not name has any number from `alphabet().outcomes()` on.
    #[must_use]
    pub fn alphabet(&self) -> &Alphabet {
        &self.alphabet
    }

    /// How many symbols can come next, unnamed ones and the end among them.
    #[must_use]
    pub fn outcomes(&self) -> usize {
        self.outcomes
    }

    /// A walk through sessions, at the start of the first one.
    #[must_use]
    pub fn walk(&self) -> Walk<'_> {
        let mut walk = Walk {
            predictor: self,
            experts: Experts::new(),
            logs: Vec::new(),
        };
        walk.restart();
        walk
    }
}

fn persona(persona: &Persona) -> PersonaCounts {
    let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let steps = persona.steps.iter().map(|step| StepCount {
        after: step.after,
        next: step.next,
        count: small(step.times.count()),
        support: small(step.times.support()),
    });
    PersonaCounts {
        sessions: small(persona.sessions.support()),
        steps: steps.collect(),
    }
}

impl Source for Predictor {
    fn outcomes(&self) -> usize {
        self.outcomes
    }

    fn frequent(&self) -> &[Symbol] {
        &self.frequent
    }

    fn base(&self, symbol: Symbol) -> f32 {
        self.base
            .get(usize::from(symbol))
            .copied()
            .unwrap_or(self.base_of_others)
    }

    fn row(&self, _level: usize, key: ContextKey, row: &mut Row) {
        let place = self
            .index
            .find(&self.keys, key)
            .and_then(|place| self.places.get(place));
        let Some(place) = place else { return };
        let from = place.from as usize;
        row.items
            .extend(self.items.get(from..from + usize::from(place.len)).unwrap_or_default());
        row.backoff = place.backoff;
        row.confidence = place.confidence;
    }

    fn persona_row(&self, after: Symbol, posterior: &[f32], row: &mut Row) {
        self.personas.row(after, posterior, row);
    }

    fn observe(&self, after: Symbol, came: (Symbol, f32), posterior: &mut [f32]) {
        self.personas.observe(after, came, posterior);
    }

    fn prior(&self, posterior: &mut Vec<f32>) {
        self.personas.prior(posterior);
    }
}

/// A session as it goes on, with the prediction of its next symbol.
#[derive(Debug)]
pub struct Walk<'a> {
    predictor: &'a Predictor,
    experts: Experts,
    logs: Vec<f32>,
}

impl Walk<'_> {
    /// Back to the start of a session.
    pub fn restart(&mut self) {
        self.experts.start(self.predictor);
        self.predict();
    }

    /// The session goes on with this symbol.
    pub fn push(&mut self, symbol: Symbol) {
        self.experts.push(self.predictor, symbol);
        self.predict();
    }

    fn predict(&mut self) {
        self.experts.consider(self.predictor);
        self.predictor.mixing.mix(&self.experts, &mut self.logs);
    }

    /// The session up to now.
    #[must_use]
    pub fn history(&self) -> &History {
        self.experts.history()
    }

    /// Natural logarithm of the probability that this symbol comes next; [`END`] for the end.
    #[must_use]
    pub fn log_probability(&self, symbol: Symbol) -> f32 {
        let place = self.experts.candidates().place(symbol);
        let log = self.logs.get(place).copied().unwrap_or(f32::NEG_INFINITY);
        let share = self.experts.share(self.predictor, symbol);
        if share == 1.0 {
            log
        } else {
            log + crate::math::ln(share)
        }
    }

    /// Symbols weighed one by one, with their probabilities, in no order. What is missing to 1 is shared by all others.
    pub fn weighed(&self) -> impl Iterator<Item = (Symbol, f32)> {
        self.experts
            .candidates()
            .symbols()
            .iter()
            .zip(&self.logs)
            .map(|(symbol, log)| (*symbol, exp(*log)))
    }

    /// How many symbols are likelier to come next than this one; equals by number. A symbol that is not weighed one by
    /// one counts as less likely than all that are.
    #[must_use]
    pub fn rank(&self, symbol: Symbol) -> usize {
        let candidates = self.experts.candidates();
        let own = candidates.named(symbol).and_then(|place| self.logs.get(place));
        let Some(own) = own else {
            return candidates.symbols().len();
        };
        let weighed = candidates.symbols().iter().zip(&self.logs);
        weighed
            .filter(|(other, log)| *log > own || (*log == own && **other < symbol))
            .count()
    }

    /// The symbol at which the probabilities, added up in order, reach `at`, a number from 0 to 1. With a random number
    /// this draws the next symbol. Symbols that are not weighed one by one are drawn as the ends of sessions are not:
    /// by the last symbol.
    #[must_use]
    pub fn draw(&self, at: f32) -> Symbol {
        let mut sum = 0.0;
        for (symbol, chance) in self.weighed() {
            sum += chance;
            if at < sum {
                return symbol;
            }
        }
        let others = (0..self.predictor.outcomes).filter_map(|symbol| Symbol::try_from(symbol).ok());
        let others = others.filter(|symbol| self.experts.candidates().named(*symbol).is_none());
        let mut last = END;
        for symbol in others {
            sum += exp(self.log_probability(symbol));
            last = symbol;
            if at < sum {
                break;
            }
        }
        last
    }
}
