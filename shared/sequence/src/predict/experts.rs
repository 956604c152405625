//! Experts: what each context, the personas and the session itself say about every candidate.
//!
//! Each expert gives each candidate one number, and the prediction is proportional to exp(Σ weight · number): a
//! log-linear mixture. A context's number is the logarithm of how much likelier it makes the candidate than the context
//! it backs off to does. So with weights of 1 along the suffixes and 0 elsewhere the prediction is Kneser–Ney's, and
//! learning starts from there. A context never seen before says nothing: 0.

use crate::alphabet::{END, START, Symbol};
use crate::counts::context::{BACKS_OFF_TO, ContextKey, History, LEVELS, bucket};
use crate::math::ln;
use crate::predict::backoff::Row;
use crate::predict::candidates::Candidates;

/// The place of the personas' row, after those of the contexts.
const PERSONAS: usize = LEVELS;

/// What a session says about its own future: 1 or, for `times`, a logarithm.
const TRAITS: usize = 6;

/// Kinds of candidates: see [`Experts::kinds`].
pub(crate) const KINDS: usize = 5;

/// Number of experts.
pub(crate) const EXPERTS: usize = LEVELS + 1 + TRAITS;

/// What else decides how far an expert is trusted: position, run, different symbols so far.
pub(crate) const GATES: usize = 3;

/// Steps of each gate.
pub(crate) const GATE_STEPS: usize = 16;

/// Where rows come from: a model, or counts with one session left out.
pub(crate) trait Source {
    /// How many symbols can come next.
    fn outcomes(&self) -> usize;
    /// The most frequent symbols.
    fn frequent(&self) -> &[Symbol];
    /// Level 0: the probability of a symbol whatever came before.
    fn base(&self, symbol: Symbol) -> f32;
    /// The row of a context of level 1 and up.
    fn row(&self, level: usize, key: ContextKey, row: &mut Row);
    /// The row of the personas.
    fn persona_row(&self, after: Symbol, posterior: &[f32], row: &mut Row);
    /// What is known of a session's persona before it starts.
    fn prior(&self, posterior: &mut Vec<f32>);
    /// A symbol came that had the probability `general` after the one before.
    fn observe(&self, after: Symbol, came: (Symbol, f32), posterior: &mut [f32]);
}

/// One context while a prediction is made.
#[derive(Debug, Default, Clone)]
struct Level {
    row: Row,
    chances: Vec<f32>,
    logs: Vec<f32>,
}

/// A session so far and what the experts say about its next symbol.
#[derive(Debug)]
pub(crate) struct Experts {
    history: History,
    posterior: Vec<f32>,
    candidates: Candidates,
    levels: Vec<Level>,
    /// An expert after the other, a number a place.
    numbers: Vec<f32>,
    kinds: Vec<u8>,
    confidences: [u8; EXPERTS],
    gates: [u8; GATES],
}

impl Experts {
    pub(crate) fn new() -> Self {
        Self {
            history: History::default(),
            posterior: Vec::new(),
            candidates: Candidates::default(),
            levels: vec![Level::default(); LEVELS + 1],
            numbers: Vec::new(),
            kinds: Vec::new(),
            confidences: [0; EXPERTS],
            gates: [0; GATES],
        }
    }

    /// A session starts.
    pub(crate) fn start(&mut self, source: &impl Source) {
        self.history.clear();
        source.prior(&mut self.posterior);
    }

    /// The session goes on with this symbol, about which [`Experts::consider`] has been asked.
    pub(crate) fn push(&mut self, source: &impl Source, symbol: Symbol) {
        let general = self.general(source, symbol);
        source.observe(self.last(), (symbol, general), &mut self.posterior);
        if symbol != END {
            self.history.push(symbol);
        }
    }

    fn last(&self) -> Symbol {
        self.history.last().unwrap_or(START)
    }

    /// The probability of a symbol by the one before it.
    fn general(&self, source: &impl Source, symbol: Symbol) -> f32 {
        self.levels.get(1).map_or(0.0, |level| {
            level.row.own(symbol) + level.row.backoff * source.base(symbol)
        })
    }

    /// Of the mass at the place of all that have none of their own, the share of one symbol. 1 for one that has its
    /// own.
    pub(crate) fn share(&self, source: &impl Source, symbol: Symbol) -> f32 {
        if self.candidates.whole() || self.candidates.named(symbol).is_some() {
            return 1.0;
        }
        let rest = self
            .levels
            .get(1)
            .and_then(|level| level.chances.last())
            .copied()
            .unwrap_or(1.0);
        self.general(source, symbol) / rest
    }

    /// Asks every expert about the next symbol.
    pub(crate) fn consider(&mut self, source: &impl Source) {
        let levels = &mut self.levels;
        levels.iter_mut().for_each(|level| level.row.clear());
        self.history.contexts(|level, key| {
            if level > 0
                && let Some(into) = levels.get_mut(level)
            {
                source.row(level, key, &mut into.row);
            }
        });
        let after = self.history.last().unwrap_or(START);
        if let Some(level) = levels.get_mut(PERSONAS) {
            source.persona_row(after, &self.posterior, &mut level.row);
        }
        let rows = &self.levels;
        self.candidates
            .choose(source.outcomes(), [self.history.recent(), source.frequent()], |level| {
                rows.get(level).map(|level| &level.row)
            });
        self.numbers.clear();
        self.base(source);
        for place in 1..=LEVELS {
            self.level(place);
        }
        self.traits();
        let gates = [self.history.length(), self.history.run(), self.history.distinct()];
        self.gates
            .iter_mut()
            .zip(gates)
            .for_each(|(gate, n)| *gate = bucket(n) as u8);
    }

    fn base(&mut self, source: &impl Source) {
        let Some(level) = self.levels.first_mut() else { return };
        level.chances.clear();
        level
            .chances
            .extend(self.candidates.symbols().iter().map(|symbol| source.base(*symbol)));
        if !self.candidates.whole() {
            let named: f32 = level.chances.iter().sum();
            level.chances.push((1.0 - named).max(1e-6));
        }
        level.logs.clear();
        level.logs.extend(level.chances.iter().map(|chance| ln(*chance)));
        self.numbers.extend(&level.logs);
    }

    fn level(&mut self, place: usize) {
        let backs_off_to = BACKS_OFF_TO.get(place).copied().unwrap_or(1);
        let (before, rest) = self.levels.split_at_mut(place);
        let (Some(general), Some(level)) = (before.get(backs_off_to), rest.first_mut()) else {
            return;
        };
        let Level { row, chances, logs } = level;
        if let Some(confidence) = self.confidences.get_mut(place) {
            *confidence = row.confidence;
        }
        chances.clear();
        logs.clear();
        if row.items.is_empty() {
            chances.extend(&general.chances);
            logs.extend(&general.logs);
            self.numbers.extend(std::iter::repeat_n(0.0, self.candidates.places()));
            return;
        }
        chances.extend(general.chances.iter().map(|chance| chance * row.backoff));
        for (symbol, share) in &row.items {
            if let Some(chance) = chances.get_mut(self.candidates.place(*symbol)) {
                *chance += share;
            }
        }
        logs.extend(chances.iter().map(|chance| ln(*chance)));
        self.numbers
            .extend(logs.iter().zip(&general.logs).map(|(log, general)| log - general));
    }

    fn traits(&mut self) {
        let history = &self.history;
        let [present, before, before_that] = [0, 1, 2].map(|back| history.run_symbol(back));
        let symbols = self.candidates.symbols();
        let others = usize::from(!self.candidates.whole());
        let mut add = |number: &dyn Fn(Symbol) -> f32| {
            self.numbers.extend(symbols.iter().map(|symbol| number(*symbol)));
            self.numbers.extend(std::iter::repeat_n(0.0, others));
        };
        let is = |it: bool| f32::from(u8::from(it));
        add(&|symbol| is(before == Some(symbol)));
        add(&|symbol| is(before_that == Some(symbol)));
        add(&|symbol| is(history.times(symbol) > 0));
        add(&|symbol| ln(history.times(symbol).max(1) as f32));
        add(&|symbol| is(symbol == END));
        add(&|symbol| is(present == Some(symbol)));
        self.kinds.clear();
        self.kinds.extend(symbols.iter().map(|symbol| match Some(*symbol) {
            Some(END) => 1,
            it if it == present => 2,
            it if it == before => 3,
            _ if history.times(*symbol) > 0 => 4,
            _ => 0,
        }));
        self.kinds.extend(std::iter::repeat_n(0, others));
        let position = bucket(history.length()).min(7) as u8;
        self.confidences
            .iter_mut()
            .skip(LEVELS + 1)
            .for_each(|confidence| *confidence = position);
    }

    /// The numbers of each expert, expert by expert.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = &[f32]> {
        self.numbers.chunks_exact(self.candidates.places().max(1))
    }

    /// Of each place: 1 the end, 2 the last symbol again, 3 the one before its run, 4 another one of this session, 0 a
    /// new one.
    pub(crate) fn kinds(&self) -> &[u8] {
        &self.kinds
    }

    pub(crate) fn confidences(&self) -> &[u8; EXPERTS] {
        &self.confidences
    }

    pub(crate) fn gates(&self) -> &[u8; GATES] {
        &self.gates
    }

    pub(crate) fn candidates(&self) -> &Candidates {
        &self.candidates
    }

    pub(crate) fn history(&self) -> &History {
        &self.history
    }
}
