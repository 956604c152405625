//! How well a model predicts sessions it has not seen.

use crate::alphabet::{Alphabet, END, Symbol};
use crate::counts::context::LONGEST;
use crate::counts::evidence::{Evidence, SAMPLE};
use crate::math::scramble;
use crate::predict::backoff::Smoothing;
use crate::predict::mixture::Mixing;
use crate::predictor::Predictor;
use crate::release::model::{Level, Model, Weights};
use serde::{Deserialize, Serialize};

/// Figures over held-out sessions, the end of each counting as a symbol.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Fidelity {
    /// How many symbols were predicted.
    pub symbols: u64,
    /// Mean −log2 of the probability that the symbol had which came.
    pub bits_per_symbol: f64,
    /// How often, in percent, the likeliest symbol came.
    pub top1: f64,
    /// Top-5 accuracy, percent: the action was among the five most likely.
    pub top5: f64,
}

/// Figures of a model beside simple ones made of the same counts.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Comparison {
    /// The model with all its experts.
    pub model: Fidelity,
    /// Symbols alone, whatever came before.
    pub order0: Fidelity,
    /// By the last symbol alone.
    pub order1: Fidelity,
    /// By the last five symbols, interpolated Kneser–Ney.
    pub order5: Fidelity,
}

/// Evidence of sessions that have no ids: their places stand in.
pub fn evidence<'a>(alphabet: Alphabet, sessions: impl Iterator<Item = &'a [Symbol]>) -> Evidence {
    let mut evidence = Evidence::new(alphabet, SAMPLE);
    evidence.extend(
        sessions
            .enumerate()
            .map(|(place, session)| (scramble(0, place as u64), session)),
    );
    evidence
}

/// A session in the numbers of a model, which names these symbols. Those that it does not name get the numbers after
/// them.
#[must_use]
pub fn renumbered(alphabet: &Alphabet, named: &Alphabet, session: &[Symbol]) -> Vec<Symbol> {
    let number = |symbol: &Symbol| {
        let known = alphabet.name(*symbol).and_then(|name| named.symbol(name));
        known.unwrap_or_else(|| {
            // The suppressed ones before it; any number that no other symbol has would do.
            let before = (1..*symbol).filter_map(|other| alphabet.name(other));
            let before = before.filter(|name| named.symbol(name).is_none()).count();
            Symbol::try_from(named.outcomes() + before).unwrap_or(*symbol)
        })
    };
    session.iter().map(number).collect()
}

/// Measures a predictor on sessions in its numbers.
pub fn measure<S: AsRef<[Symbol]>>(predictor: &Predictor, sessions: impl Iterator<Item = S>) -> Fidelity {
    let mut walk = predictor.walk();
    let (mut symbols, mut nats, mut first, mut fifth) = (0_u64, 0.0_f64, 0_u64, 0_u64);
    for session in sessions {
        for symbol in session.as_ref().iter().chain([&END]) {
            nats -= f64::from(walk.log_probability(*symbol));
            let rank = walk.rank(*symbol);
            first += u64::from(rank < 1);
            fifth += u64::from(rank < 5);
            symbols += 1;
            if *symbol == END {
                walk.restart();
            } else {
                walk.push(*symbol);
            }
        }
    }
    let all = symbols.max(1) as f64;
    Fidelity {
        symbols,
        bits_per_symbol: nats / all / std::f64::consts::LN_2,
        top1: 100.0 * first as f64 / all,
        top5: 100.0 * fifth as f64 / all,
    }
}

/// Measures a model and the baselines.
pub fn compare<S: AsRef<[Symbol]>>(model: &Model, sessions: impl Iterator<Item = S> + Clone) -> Comparison {
    let of_order = |order: usize| measure(&Predictor::new(&suffixes(model, order)), sessions.clone());
    Comparison {
        model: measure(&Predictor::new(model), sessions.clone()),
        order0: of_order(0),
        order1: of_order(1),
        order5: of_order(LONGEST),
    }
}

/// The suffixes alone, the longest of them by counts.
fn suffixes(model: &Model, order: usize) -> Model {
    let mut contexts: Vec<_> = model
        .contexts
        .iter()
        .filter(|one| one.key.level() <= order)
        .cloned()
        .collect();
    let longest = || contexts.iter().filter(|one| one.key.level() == order);
    let own = Smoothing::of_published(longest().map(|one| one.next.iter().map(|next| next.times.count())));
    for context in contexts.iter_mut().filter(|one| one.key.level() == order) {
        context.next.iter_mut().for_each(|next| next.continuation_count = 0);
    }
    let of_level = |(at, level): (usize, &Option<Level>)| {
        let level = (*level)?;
        // What was suppressed is known in continuation counts only; of counts it is a like share.
        let smoothing = if at == order && order < LONGEST {
            Smoothing {
                suppressed: level.smoothing.suppressed,
                ..own
            }
        } else {
            level.smoothing
        };
        Some(Level { smoothing, ..level })
    };
    Model {
        smoothing: model.smoothing.iter().enumerate().map(of_level).collect(),
        contexts,
        mixing: Weights {
            weights: Mixing::suffixes(order),
            ..model.mixing
        },
        ..model.clone()
    }
}
