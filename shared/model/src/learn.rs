//! From evidence to a model.

use crate::alphabet::{Alphabet, END, START, Symbol};
use crate::context::Key;
use crate::counts::{Counts, Next};
use crate::evidence::Evidence;
use crate::leave_out::Kept;
use crate::mixing::Mixing;
use crate::model::{Context, Model, Published, VERSION, Withheld};
use crate::personas::{self, Persona, PersonaTables};
use crate::rows::{Known, Smoothing};

/// How a model is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Distinct sessions behind every published number.
    pub k: u32,
    /// Most personas.
    pub personas: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { k: 5, personas: 16 }
    }
}

/// Makes a model. The same evidence gives the same model, byte for byte.
#[must_use]
pub fn learn(evidence: &Evidence, settings: Settings) -> Model {
    let k = settings.k.max(1);
    let counts = evidence.counts();
    let known = Known::new(counts);
    let smoothing = Smoothing::of_levels(&known, k);
    let sessions: Vec<&[Symbol]> = evidence
        .sample()
        .sessions()
        .map(|sampled| sampled.symbols.as_slice())
        .collect();
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
    let mixing = Mixing::learn(kept, &sampled);
    let numbers = Numbers::of(counts, evidence.alphabet(), k);
    let (contexts, mut withheld) = contexts(&known, &numbers, k);
    withheld.symbols = (outcomes - numbers.alphabet.outcomes()) as u64;
    Model {
        version: VERSION,
        k,
        sessions: counts.sessions(),
        outcomes,
        smoothing,
        contexts,
        personas: personas.into_iter().map(|persona| numbers.persona(persona)).collect(),
        mixing,
        withheld,
        alphabet: numbers.alphabet,
    }
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

/// The contexts with what followed them in at least k distinct sessions. All symbols of such a context were in as many.
fn contexts(known: &Known<'_>, numbers: &Numbers, k: u32) -> (Vec<Context>, Withheld) {
    let mut withheld = Withheld::default();
    let mut contexts = Vec::new();
    for (key, nexts) in known.sorted() {
        let publish = |(next, variety): (&Next, u32)| Published {
            symbol: numbers.symbol(next.symbol),
            support: next.support,
            count: next.count,
            variety,
        };
        let next: Vec<_> = nexts
            .with_varieties()
            .filter(|(next, _)| next.support >= k)
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
