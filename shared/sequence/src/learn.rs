//! From evidence to a model.
//!
//! `leave_one_out` ← `weights`

mod leave_one_out;
mod weights;

use crate::alphabet::{Alphabet, END, START, Symbol};
use crate::counts::context::{ContextKey, LEVELS};
use crate::counts::evidence::Evidence;
use crate::counts::table::{Counts, Next};
use crate::predict::backoff::{IndexedCounts, Smoothing};
use crate::predict::personas::{self, PersonaCounts, PersonaTables};
use crate::release::model::{
    Context, Continuation, Level, Model, Persona, PersonaStep, Suppressed, SymbolCount, Weights,
};
use crate::release::threshold::Threshold;
use leave_one_out::Kept;

/// How a model is learned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LearnSettings {
    /// What is published, and with what noise.
    pub threshold: Threshold,
    /// How many personas are looked for at most.
    pub personas: usize,
}

impl Default for LearnSettings {
    /// The threshold of [`Threshold::default`], and 16 personas.
    fn default() -> Self {
        Self {
            threshold: Threshold::default(),
            personas: 16,
        }
    }
}

/// What was learned, and how much was too rare to be learned.
#[derive(Debug, Clone, PartialEq)]
pub struct Learned {
    /// The model; `None` where there are fewer than k sessions, or fewer in the sample.
    pub model: Option<Model>,
    /// What fell below the threshold.
    pub suppressed: Suppressed,
}

/// Most symbols of the sample that weights and personas are learned from, in a minute or two. Weights are some
/// hundreds: more would not make them better.
const MOST_SYMBOLS: usize = 500_000;

/// But so many sessions in any case, more than any k: long ones alone must not be all that is learned from.
const LEAST_SESSIONS: usize = 2_000;

/// Learns a model. The same evidence gives the same model, byte for byte.
#[must_use]
pub fn learn(evidence: &Evidence, settings: LearnSettings) -> Learned {
    let threshold = settings.threshold;
    let k = threshold.k();
    let counts = evidence.counts();
    let indexed = IndexedCounts::new(counts);
    let smoothing = Smoothing::of_levels(&indexed, k);
    let sample = sampled(evidence);
    let outcomes = evidence.alphabet().outcomes();
    let kept = Kept {
        counts: &indexed,
        smoothing: &smoothing,
        outcomes,
        k,
    };
    // Each half of the sample is asked with the personas of the other one.
    let half = |half: usize| sample.iter().copied().skip(half).step_by(2).collect::<Vec<_>>();
    let others = [half(1), half(0)].map(|half| PersonaTables::of(&personas::fit(&half, settings.personas, k)));
    let asked: Vec<(&[Symbol], &PersonaTables)> = sample.iter().copied().zip(others.iter().cycle()).collect();
    let mixing = weights::learned(kept, &asked);
    let numbers = Numbers::of(counts, evidence.alphabet(), k);
    let (contexts, mut suppressed) = contexts(&indexed, &numbers, threshold);
    suppressed.symbols = (outcomes - numbers.alphabet.outcomes()) as u64;
    let personas = personas::fit(&sample, settings.personas, k);
    let personas = (0..).zip(personas);
    let personas = personas.filter_map(|(nth, persona)| publish_persona(threshold, nth, &numbers, &persona));
    let model = || {
        let all = threshold.publish("sessions", counts.sessions(), counts.sessions())?;
        let sample = threshold.publish_sessions("sample", sample.len() as u64)?;
        let whatever = contexts
            .first()
            .filter(|context| context.key == ContextKey::nothing())?;
        Some(Model {
            sessions: all.with_counts(whatever.next.iter().map(|next| next.times)),
            outcomes: u32::try_from(outcomes).unwrap_or(u32::MAX),
            symbols: symbols(&numbers.alphabet, whatever),
            smoothing: levels(&smoothing, &contexts),
            personas: personas.collect(),
            mixing: Weights {
                support: sample.support(),
                weights: mixing,
            },
            contexts,
        })
    };
    Learned {
        model: model(),
        suppressed,
    }
}

/// The first sessions of the sample, until they have as many symbols as are learned from.
fn sampled(evidence: &Evidence) -> Vec<&[Symbol]> {
    let sessions = evidence.sample().sessions().map(|sampled| sampled.symbols.as_slice());
    let sizes = sessions.clone().scan(0, |sum, session| {
        *sum += session.len() + 1;
        Some(*sum)
    });
    let enough = sizes.take_while(|sum| *sum <= MOST_SYMBOLS).count();
    sessions.take(enough.max(LEAST_SESSIONS)).collect()
}

/// The symbols that reached the threshold, numbered among themselves: gaps would show where in the alphabet the others
/// stand.
struct Numbers {
    alphabet: Alphabet,
    new: Vec<Symbol>,
}

impl Numbers {
    fn of(counts: &Counts, alphabet: &Alphabet, k: u32) -> Self {
        let enough = counts
            .get(ContextKey::nothing())
            .iter()
            .filter(|next| next.support >= k);
        let names = enough.filter_map(|next| alphabet.name(next.symbol)).map(str::to_owned);
        let kept: Alphabet = names.collect::<Vec<_>>().into();
        Self {
            new: alphabet.numbers_in(&kept),
            alphabet: kept,
        }
    }

    fn symbol(&self, symbol: Symbol) -> Symbol {
        if symbol == START {
            START
        } else {
            self.new.get(usize::from(symbol)).copied().unwrap_or(END)
        }
    }
}

/// The contexts with what followed them in at least k distinct sessions. All symbols of such a context were in as many.
fn contexts(counts: &IndexedCounts<'_>, numbers: &Numbers, threshold: Threshold) -> (Vec<Context>, Suppressed) {
    let mut suppressed = Suppressed::default();
    let mut contexts = Vec::new();
    for (key, nexts) in counts.sorted() {
        let all = nexts.with_continuation_counts();
        let next: Vec<Continuation> = all
            .filter_map(|(next, continuations)| publish_next(threshold, numbers, key, next, continuations))
            .collect();
        suppressed.continuations += (nexts.nexts.len() - next.len()) as u64;
        if next.is_empty() {
            suppressed.contexts += 1;
        } else {
            contexts.push(Context {
                key: key.renumbered(&numbers.new),
                next,
            });
        }
    }
    (contexts, suppressed)
}

fn publish_next(
    threshold: Threshold,
    numbers: &Numbers,
    key: ContextKey,
    next: &Next,
    continuations: u32,
) -> Option<Continuation> {
    // What lasts is not of the whole context: longer ones say nearly the same of nearly the same sessions, and many
    // noises of one number would average out.
    let lasting = (key.symbols().next(), next.symbol);
    let about = (key, next.symbol);
    Some(Continuation {
        times: threshold.publish_alike((lasting, about), u64::from(next.support), next.count)?,
        symbol: numbers.symbol(next.symbol),
        continuation_count: threshold.continuation_count(about, continuations),
    })
}

/// A persona as published, the `nth` of the sample.
fn publish_persona(threshold: Threshold, nth: u32, numbers: &Numbers, persona: &PersonaCounts) -> Option<Persona> {
    let steps = persona.steps.iter().filter_map(|step| {
        let (after, next) = (numbers.symbol(step.after), numbers.symbol(step.next));
        let about = ("step", nth, after, next);
        Some(PersonaStep {
            times: threshold.publish(about, u64::from(step.support), u64::from(step.count))?,
            after,
            next,
        })
    });
    let steps: Vec<PersonaStep> = steps.collect();
    let sessions = threshold.publish_sessions(("persona", nth), u64::from(persona.sessions))?;
    Some(Persona {
        sessions: sessions.with_counts(steps.iter().map(|step| step.times)),
        steps,
    })
}

/// The symbols by number, from what came whatever was before.
fn symbols(alphabet: &Alphabet, whatever: &Context) -> Vec<SymbolCount> {
    let named = whatever.next.iter().filter_map(|next| {
        Some(SymbolCount {
            name: alphabet.name(next.symbol)?.to_owned(),
            times: next.times,
        })
    });
    named.collect()
}

/// Of each level that has contexts: the averages over it are over the sessions of the commonest continuation at least.
fn levels(smoothing: &[Smoothing], contexts: &[Context]) -> Vec<Option<Level>> {
    let mut supports = [None; LEVELS];
    for context in contexts {
        let most = context.next.iter().map(|next| next.times.support()).max();
        if let Some(known) = supports.get_mut(context.key.level()) {
            *known = most.max(*known);
        }
    }
    let levels = smoothing.iter().zip(supports);
    levels
        .map(|(smoothing, support)| {
            Some(Level {
                support: support?,
                smoothing: *smoothing,
            })
        })
        .collect()
}
