//! Learning how much each expert counts, on the sample.
//!
//! Each weight is learned from at least k sessions of the sample. Learning is convex (logistic regression), by Adam in
//! a fixed order.

use crate::alphabet::{END, Symbol};
use crate::counts::context::LONGEST;
use crate::learn::leave_one_out::{Kept, LeaveOut};
use crate::math::exp;
use crate::predict::experts::{Experts, KINDS};
use crate::predict::mixture::{Mixing, kinds_from, places};
use crate::predict::personas::PersonaTables;

/// Published weights are multiples of 1 / this.
const GRAIN: f32 = 1024.0;

/// Passes over the sample.
const PASSES: usize = 4;

/// Steps of learning are taken over this many symbols.
const BATCH: usize = 128;

const RATE: f32 = 0.0015;

/// How strongly weights are held to where they start.
const HOLD: f32 = 1e-3;

/// Learns from sessions, each with personas that were not learned from it.
pub(crate) fn learned(kept: Kept<'_>, sessions: &[(&[Symbol], &PersonaTables)]) -> Mixing {
    let none = PersonaTables::default();
    let source = &mut LeaveOut::new(kept, &none);
    let mut learner = Learner::new(Mixing::suffixes(LONGEST));
    let symbols: usize = sessions.iter().map(|(session, _)| session.len() + 1).sum();
    let steps = (PASSES * symbols / BATCH + 1) as f32;
    let mut experts = Experts::new();
    for pass in 0..PASSES {
        for (number, (session, personas)) in sessions.iter().enumerate() {
            source.leave(session, personas);
            experts.start(source);
            for symbol in session.iter().chain([&END]) {
                experts.consider(source);
                learner.learn(&experts, *symbol, (pass == 0).then_some(number));
                if learner.in_batch == BATCH {
                    learner.step(RATE * (1.0 - learner.steps as f32 / steps).max(0.0));
                }
                experts.push(source, *symbol);
            }
        }
    }
    learner.published(source.k())
}

/// One weight while it is learned.
#[derive(Clone, Default)]
struct Weight {
    gradient: f32,
    /// Running mean of the gradient and of its square.
    mean: f32,
    square: f32,
    /// The last session that had a say, plus one, and how many had.
    session: usize,
    sessions: u32,
}

struct Learner {
    mixing: Mixing,
    start: Mixing,
    weights: Vec<Weight>,
    touched: Vec<usize>,
    in_batch: usize,
    steps: u32,
    /// 0.9 and 0.999 to the power of the steps.
    decays: (f32, f32),
    logs: Vec<f32>,
}

impl Learner {
    fn new(start: Mixing) -> Self {
        Self {
            mixing: start.clone(),
            weights: vec![Weight::default(); start.0.len()],
            start,
            touched: Vec::new(),
            in_batch: 0,
            steps: 0,
            decays: (1.0, 1.0),
            logs: Vec::new(),
        }
    }

    /// Adds the gradient of one symbol. `session` is given while the sessions behind each weight are counted.
    fn learn(&mut self, experts: &Experts, came: Symbol, session: Option<usize>) {
        self.mixing.mix(experts, &mut self.logs);
        self.logs.iter_mut().for_each(|log| *log = exp(*log));
        if let Some(chance) = self.logs.get_mut(experts.candidates().place(came)) {
            *chance -= 1.0;
        }
        for (expert, (numbers, confidence)) in experts.numbers().zip(experts.confidences()).enumerate() {
            let mut by_kind = [0.0_f32; KINDS];
            for ((number, error), kind) in numbers.iter().zip(&self.logs).zip(experts.kinds()) {
                if let Some(sum) = by_kind.get_mut(usize::from(*kind)) {
                    *sum += number * error;
                }
            }
            let gradient: f32 = by_kind.iter().sum();
            for place in places(expert, *confidence, experts.gates()) {
                self.add(place, gradient, session);
            }
            for (place, gradient) in (kinds_from(expert)..).zip(by_kind) {
                self.add(place, gradient, session);
            }
        }
        self.in_batch += 1;
    }

    fn add(&mut self, place: usize, gradient: f32, session: Option<usize>) {
        let Some(weight) = self.weights.get_mut(place).filter(|_| gradient != 0.0) else {
            return;
        };
        if weight.gradient == 0.0 {
            self.touched.push(place);
        }
        weight.gradient += gradient;
        if let Some(session) = session.filter(|session| weight.session != session + 1) {
            weight.session = session + 1;
            weight.sessions += 1;
        }
    }

    /// One step of Adam.
    fn step(&mut self, rate: f32) {
        self.steps += 1;
        self.in_batch = 0;
        self.decays = (self.decays.0 * 0.9, self.decays.1 * 0.999);
        let (of_mean, of_square) = (1.0 - self.decays.0, 1.0 - self.decays.1);
        for place in self.touched.drain(..) {
            let weight = self.weights.get_mut(place);
            let (Some(weight), Some(value), Some(start)) =
                (weight, self.mixing.0.get_mut(place), self.start.0.get(place))
            else {
                continue;
            };
            let gradient = std::mem::take(&mut weight.gradient) / BATCH as f32 + HOLD * (*value - start);
            weight.mean = 0.9 * weight.mean + 0.1 * gradient;
            weight.square = 0.999 * weight.square + 0.001 * gradient * gradient;
            *value -= rate * (weight.mean / of_mean) / ((weight.square / of_square).sqrt() + 1e-6);
        }
    }

    /// Weights that fewer than k sessions had a say in go back to where they started.
    fn published(self, k: u32) -> Mixing {
        let learned = self.mixing.0.iter().zip(&self.start.0).zip(&self.weights);
        let weight =
            |((value, start), weight): ((&f32, &f32), &Weight)| if weight.sessions >= k { *value } else { *start };
        Mixing(
            learned
                .map(weight)
                .map(|value| (value * GRAIN).round() / GRAIN)
                .collect(),
        )
    }
}
