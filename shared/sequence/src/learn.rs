//! From evidence to a model.

mod leave_one_out;
mod weights;

use crate::alphabet::{Alphabet, END, START, Symbol};
use crate::counts::context::Key;
use crate::counts::evidence::Evidence;
use crate::counts::table::{Counts, Next};
use crate::predict::backoff::{Known, Smoothing};
use crate::predict::personas::{self, Persona, PersonaTables};
use crate::release::model::{Context, Model, Published, VERSION, Withheld};
use crate::release::noise::Noise;
use leave_one_out::Kept;

/// How a model is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LearnSettings {
    /// Distinct sessions behind every published number.
    pub k: u32,
    /// Most personas.
    pub personas: usize,
    /// Noise on numbers.
    pub noise: Noise,
}

impl Default for LearnSettings {
    fn default() -> Self {
        Self {
            k: 5,
            personas: 16,
            noise: Noise::default(),
        }
    }
}

/// Most symbols of the sample that weights and personas are learned from, in a minute or two. Weights are some hundreds: more would not make them better.
const MOST_SYMBOLS: usize = 500_000;

/// But so many sessions in any case, more than any k: long ones alone must not be all that is learned from.
const LEAST_SESSIONS: usize = 2_000;

/// Makes a model. The same evidence gives the same model, byte for byte.
#[must_use]
pub fn learn(evidence: &Evidence, settings: LearnSettings) -> Model {
    let k = settings.k.max(1);
    let gate = Gate {
        k,
        noise: settings.noise,
    };
    let counts = evidence.counts();
    let known = Known::new(counts);
    let smoothing = Smoothing::of_levels(&known, k);
    let sessions = sampled(evidence);
    let personas = personas::fit(&sessions, settings.personas, k);
    let outcomes = evidence.alphabet().outcomes();
    let kept = Kept {
        known: &known,
        smoothing: &smoothing,
        outcomes,
        k,
    };
    // Each half of the sample is asked with the personas of the other one.
    let half = |half: usize| sessions.iter().copied().skip(half).step_by(2).collect::<Vec<_>>();
    let others = [half(1), half(0)].map(|half| PersonaTables::new(&personas::fit(&half, settings.personas, k)));
    let sampled: Vec<(&[Symbol], &PersonaTables)> = sessions.iter().copied().zip(others.iter().cycle()).collect();
    let mixing = weights::learned(kept, &sampled);
    let numbers = Numbers::of(counts, evidence.alphabet(), k);
    let (contexts, mut withheld) = contexts(&known, &numbers, gate);
    withheld.symbols = (outcomes - numbers.alphabet.outcomes()) as u64;
    Model {
        version: VERSION,
        k,
        sessions: counts.sessions(),
        outcomes,
        smoothing,
        contexts,
        personas: (0..)
            .zip(personas)
            .map(|(nth, persona)| gate.persona(nth, numbers.persona(persona)))
            .collect(),
        mixing,
        withheld,
        alphabet: numbers.alphabet,
    }
}

/// The first sessions of the sample, until they have as many symbols as are learned from.
pub fn sampled(evidence: &Evidence) -> Vec<&[Symbol]> {
    let sessions = evidence.sample().sessions().map(|sampled| sampled.symbols.as_slice());
    let sizes = sessions.clone().scan(0, |sum, session| {
        *sum += session.len() + 1;
        Some(*sum)
    });
    let enough = sizes.take_while(|sum| *sum <= MOST_SYMBOLS).count();
    sessions.take(enough.max(LEAST_SESSIONS)).collect()
}

/// The symbols that reached the threshold, numbered among themselves: gaps would tell where in the alphabet the others stand.
struct Numbers {
    alphabet: Alphabet,
    new: Vec<Symbol>,
}

impl Numbers {
    fn of(counts: &Counts, alphabet: &Alphabet, k: u32) -> Self {
        let enough = counts.get(Key::nothing()).iter().filter(|next| next.support >= k);
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

    fn persona(&self, persona: Persona) -> Persona {
        let steps = persona.steps.into_iter();
        let steps = steps.map(|(after, next, count, support)| (self.symbol(after), self.symbol(next), count, support));
        Persona {
            steps: steps.collect(),
            ..persona
        }
    }
}

/// Numbers that have reached k, as they are told: with noise.
#[derive(Clone, Copy)]
struct Gate {
    k: u32,
    noise: Noise,
}

impl Gate {
    fn next(self, key: Key, next: &Next, variety: u32) -> Published {
        // What lasts is not of the whole context: longer ones tell nearly the same of nearly the same sessions, and many noises of
        // one number would average out.
        let lasting = (key.symbols().next(), next.symbol);
        let about = (key, next.symbol);
        let times = (u64::from(next.support), next.count);
        let (support, count) = self.noise.on(self.k, (lasting, about), times);
        // What is below k counts in it as what is not.
        let variety = match variety {
            0 => 0,
            _ => small(self.noise.once(self.k, ("variety", about), u64::from(variety), 1)),
        };
        Published {
            symbol: next.symbol,
            support: small(support),
            count,
            variety,
        }
    }

    fn persona(self, nth: u32, persona: Persona) -> Persona {
        let step = |(after, next, count, support): (Symbol, Symbol, u32, u32)| {
            let times = (u64::from(support), u64::from(count));
            let about = ("step", nth, after, next);
            let (support, count) = self.noise.on(self.k, (about, about), times);
            (after, next, small(count), small(support))
        };
        let sessions = u64::from(persona.sessions);
        Persona {
            sessions: small(self.noise.once(self.k, ("persona", nth), sessions, u64::from(self.k))),
            steps: persona.steps.into_iter().map(step).collect(),
        }
    }
}

fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The contexts with what followed them in at least k distinct sessions. All symbols of such a context were in as many.
fn contexts(known: &Known<'_>, numbers: &Numbers, gate: Gate) -> (Vec<Context>, Withheld) {
    let mut withheld = Withheld::default();
    let mut contexts = Vec::new();
    for (key, nexts) in known.sorted() {
        let publish = |(next, variety): (&Next, u32)| Published {
            symbol: numbers.symbol(next.symbol),
            ..gate.next(key, next, variety)
        };
        let next: Vec<_> = nexts
            .with_varieties()
            .filter(|(next, _)| next.support >= gate.k)
            .map(publish)
            .collect();
        withheld.continuations += (nexts.0.len() - next.len()) as u64;
        if next.is_empty() {
            withheld.contexts += 1;
        } else {
            contexts.push(Context {
                key: key.renumbered(&numbers.new),
                next,
            });
        }
    }
    (contexts, withheld)
}
