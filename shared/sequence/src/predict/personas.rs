//! Personas: groups of sessions that go about things in the same way.
//!
//! A mixture of first-order chains (Cadez et al. 2000) is fitted to the sample by expectation–maximisation. Then every
//! session of the sample is given to its likeliest persona, and what is published are plain counts over those sessions:
//! how often, and in how many distinct sessions of that persona, one symbol followed another. So a persona's table is
//! an aggregate with supports like any other, and the threshold applies to it as to any other.

use crate::alphabet::{END, START, Symbol};
use crate::math::scramble;
use crate::predict::backoff::Row;
use std::collections::BTreeMap;

/// A persona as counted: not published yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct PersonaCounts {
    /// How many sessions of the sample are its own.
    pub(crate) sessions: u32,
    /// What followed what in them, sorted.
    pub(crate) steps: Vec<StepCount>,
}

/// How often one symbol followed another. [`START`] and [`END`] are symbols here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct StepCount {
    pub(crate) after: Symbol,
    pub(crate) next: Symbol,
    pub(crate) count: u32,
    pub(crate) support: u32,
}

/// How many observations the general chain is worth beside a persona's own.
const GENERAL: f32 = 3.0;

/// Passes of expectation–maximisation.
const PASSES: usize = 24;

/// Steps of a session with the symbol before each.
fn steps(session: &[Symbol]) -> impl Iterator<Item = (Symbol, Symbol)> {
    let before = std::iter::once(&START).chain(session);
    before.copied().zip(session.iter().chain([&END]).copied())
}

/// Fits at most `most` personas to sessions. Returns those with at least `k` sessions.
pub(crate) fn fit(sessions: &[&[Symbol]], most: usize, k: u32) -> Vec<PersonaCounts> {
    let mixture = Mixture::fit(sessions, most.max(1));
    let mut tables = vec![BTreeMap::<(Symbol, Symbol), (u32, u32)>::new(); most.max(1)];
    let mut sizes = vec![0_u32; most.max(1)];
    for (place, session) in sessions.iter().enumerate() {
        let member = mixture.likeliest(place);
        let Some((table, size)) = tables.get_mut(member).zip(sizes.get_mut(member)) else {
            continue;
        };
        *size += 1;
        let mut own: Vec<_> = steps(session).collect();
        own.sort_unstable();
        for same in own.chunk_by(|a, b| a == b) {
            if let Some(step) = same.first() {
                let (count, support) = table.entry(*step).or_default();
                *count += u32::try_from(same.len()).unwrap_or(u32::MAX);
                *support += 1;
            }
        }
    }
    let kept = tables
        .into_iter()
        .zip(sizes)
        .filter(|(_, sessions)| *sessions >= k.max(1));
    let publish = |(table, sessions): (BTreeMap<_, _>, u32)| {
        let steps = table.into_iter().filter(|(_, (_, support))| *support >= k);
        PersonaCounts {
            sessions,
            steps: steps
                .map(|((after, next), (count, support))| StepCount {
                    after,
                    next,
                    count,
                    support,
                })
                .collect(),
        }
    };
    kept.map(publish).collect()
}

/// The mixture while it is fitted. Steps are numbered; tables are flat, one number a persona.
struct Mixture {
    personas: usize,
    /// The steps of the sessions, by number, one session after the other.
    numbered: Vec<u32>,
    ends: Vec<usize>,
    /// Of each step by number: the first symbol's number, and the share among that symbol's steps over all sessions.
    steps: Vec<(u32, f32)>,
    befores: usize,
    chance: Vec<f32>,
    prior: Vec<f32>,
}

impl Mixture {
    fn fit(sessions: &[&[Symbol]], personas: usize) -> Self {
        let mut counts = BTreeMap::<(Symbol, Symbol), u32>::new();
        for step in sessions.iter().flat_map(|session| steps(session)) {
            *counts.entry(step).or_default() += 1;
        }
        let mut numbers = BTreeMap::new();
        let (mut table, mut befores) = (Vec::new(), 0_u32);
        let all: Vec<_> = counts.into_iter().collect();
        for same in all.chunk_by(|(a, _), (b, _)| a.0 == b.0) {
            let total: u32 = same.iter().map(|(_, count)| count).sum();
            for (step, count) in same {
                numbers.insert(*step, table.len() as u32);
                table.push((befores, *count as f32 / total as f32));
            }
            befores += 1;
        }
        let (mut numbered, mut ends) = (Vec::new(), Vec::new());
        for session in sessions {
            numbered.extend(steps(session).filter_map(|step| numbers.get(&step)));
            ends.push(numbered.len());
        }
        let (chance, prior) = (Vec::new(), vec![1.0 / personas as f32; personas]);
        let mut mixture = Self {
            personas,
            numbered,
            ends,
            steps: table,
            befores: befores as usize,
            chance,
            prior,
        };
        for pass in 0..PASSES {
            mixture.pass(pass == 0);
        }
        mixture
    }

    fn session(&self, place: usize) -> &[u32] {
        let from = place
            .checked_sub(1)
            .and_then(|before| self.ends.get(before))
            .copied()
            .unwrap_or(0);
        self.ends
            .get(place)
            .and_then(|to| self.numbered.get(from..*to))
            .unwrap_or_default()
    }

    /// How likely a session is each persona's.
    fn posterior(&self, place: usize, posterior: &mut Vec<f32>) {
        posterior.clone_from(&self.prior);
        for step in self.session(place) {
            let from = *step as usize * self.personas;
            let chances = self.chance.get(from..from + self.personas).unwrap_or_default();
            posterior.iter_mut().zip(chances).for_each(|(p, chance)| *p *= chance);
            normalise(posterior);
        }
    }

    fn likeliest(&self, place: usize) -> usize {
        let mut posterior = Vec::new();
        self.posterior(place, &mut posterior);
        let best = posterior
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(b.1).then(b.0.cmp(&a.0)));
        best.map_or(0, |(persona, _)| persona)
    }

    /// One pass over all sessions; the first gives each a persona at random.
    fn pass(&mut self, first: bool) {
        let personas = self.personas;
        let mut soft = vec![0_f32; self.steps.len() * personas];
        let mut sizes = vec![1_f64; personas];
        let mut posterior = Vec::new();
        for place in 0..self.ends.len() {
            if first {
                let mut seed = scramble(1, place as u64);
                posterior.clear();
                posterior.extend((0..personas).map(|persona| {
                    seed = scramble(seed, persona as u64);
                    // Cubed, so that some stand out: equal ones would all learn the same.
                    let x = (seed >> 40) as f32 / (1_u64 << 24) as f32;
                    x * x * x + 0.001
                }));
                normalise(&mut posterior);
            } else {
                self.posterior(place, &mut posterior);
            }
            sizes
                .iter_mut()
                .zip(&posterior)
                .for_each(|(size, p)| *size += f64::from(*p));
            for step in self.session(place) {
                let from = *step as usize * personas;
                let cell = soft.get_mut(from..from + personas).unwrap_or_default();
                cell.iter_mut().zip(&posterior).for_each(|(n, p)| *n += p);
            }
        }
        let all: f64 = sizes.iter().sum();
        self.prior = sizes.iter().map(|size| (size / all) as f32).collect();
        self.chance = self.chances(soft);
    }

    fn chances(&self, mut soft: Vec<f32>) -> Vec<f32> {
        let personas = self.personas;
        let mut totals = vec![0_f32; self.befores * personas];
        for ((before, _), cell) in self.steps.iter().zip(soft.chunks_exact(personas)) {
            let from = *before as usize * personas;
            let total = totals.get_mut(from..from + personas).unwrap_or_default();
            total.iter_mut().zip(cell).for_each(|(total, n)| *total += n);
        }
        for ((before, share), cell) in self.steps.iter().zip(soft.chunks_exact_mut(personas)) {
            let from = *before as usize * personas;
            let total = totals.get(from..from + personas).unwrap_or_default();
            cell.iter_mut()
                .zip(total)
                .for_each(|(n, total)| *n = (*n + GENERAL * share) / (total + GENERAL));
        }
        soft
    }
}

fn normalise(weights: &mut [f32]) {
    let all: f32 = weights.iter().sum();
    if all > 0.0 {
        weights.iter_mut().for_each(|weight| *weight /= all);
    }
}

/// Published personas, ready to be asked.
#[derive(Debug, Default)]
pub(crate) struct PersonaTables {
    prior: Vec<f32>,
    after: BTreeMap<Symbol, After>,
}

/// What follows one symbol, a column a persona.
#[derive(Debug)]
struct After {
    totals: Vec<f32>,
    symbols: Vec<Symbol>,
    /// A row for each of the symbols.
    counts: Vec<f32>,
}

impl PersonaTables {
    pub(crate) fn of(personas: &[PersonaCounts]) -> Self {
        let all: u64 = personas.iter().map(|persona| u64::from(persona.sessions)).sum();
        let prior = personas
            .iter()
            .map(|persona| persona.sessions as f32 / all as f32)
            .collect();
        let mut cells = BTreeMap::<(Symbol, Symbol), Vec<(usize, u32)>>::new();
        for (persona, table) in personas.iter().enumerate() {
            for step in &table.steps {
                cells
                    .entry((step.after, step.next))
                    .or_default()
                    .push((persona, step.count));
            }
        }
        let mut after = BTreeMap::<Symbol, After>::new();
        for ((before, next), counts) in cells {
            let empty = || After {
                totals: vec![0.0; personas.len()],
                symbols: Vec::new(),
                counts: Vec::new(),
            };
            let entry = after.entry(before).or_insert_with(empty);
            entry.symbols.push(next);
            let mut row = vec![0.0; personas.len()];
            for (persona, count) in counts {
                let cells = row.get_mut(persona).into_iter().chain(entry.totals.get_mut(persona));
                cells.for_each(|cell| *cell += count as f32);
            }
            entry.counts.extend(row);
        }
        Self { prior, after }
    }

    /// Before anything is known of a session.
    pub(crate) fn prior(&self, posterior: &mut Vec<f32>) {
        posterior.clone_from(&self.prior);
    }

    /// What the personas expect after a symbol, each as far as the session is likely its own.
    pub(crate) fn row(&self, after: Symbol, posterior: &[f32], row: &mut Row) {
        row.clear();
        let Some(table) = self.after.get(&after) else { return };
        row.backoff = 0.0;
        let mut weights = Vec::with_capacity(posterior.len());
        for (p, total) in posterior.iter().zip(&table.totals) {
            let weight = p / (total + GENERAL);
            row.backoff += weight * GENERAL;
            weights.push(weight);
        }
        for (symbol, counts) in table
            .symbols
            .iter()
            .zip(table.counts.chunks_exact(weights.len().max(1)))
        {
            row.items.push((
                *symbol,
                counts.iter().zip(&weights).map(|(count, weight)| count * weight).sum(),
            ));
        }
        let surest = posterior.iter().copied().fold(0.0, f32::max);
        row.confidence = (surest * 7.99) as u8;
    }

    /// A symbol came; the first-order chain of all sessions had given it the probability `general`.
    pub(crate) fn observe(&self, after: Symbol, came: (Symbol, f32), posterior: &mut [f32]) {
        let (symbol, general) = came;
        let Some(table) = self.after.get(&after) else { return };
        let place = table.symbols.binary_search(&symbol).ok();
        let counts = place.and_then(|place| table.counts.chunks_exact(posterior.len().max(1)).nth(place));
        let counts = counts.unwrap_or_default().iter().copied().chain(std::iter::repeat(0.0));
        for ((p, total), count) in posterior.iter_mut().zip(&table.totals).zip(counts) {
            *p *= (count + GENERAL * general) / (total + GENERAL);
        }
        normalise(posterior);
    }
}
