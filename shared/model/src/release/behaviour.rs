//! What visitors do next, how long they take, and how well that is predicted.

use std::collections::{BTreeMap, BTreeSet};

use testgram_sequence::context::{Key, LEVELS};
use testgram_sequence::fidelity::{Fidelity, compare, renumbered};
use testgram_sequence::math::scramble;
use testgram_sequence::{
    Context, END, Evidence, Model, Persona, Published, SAMPLE, Sampled, Smoothing, Symbol, learn, sampled,
};

use super::publishing::Publishing;
use crate::document::{
    Behaviour, ContextRow, Dwell, Level, Measured, NextRow, PersonaRow, StepRow, SymbolRow, Tallied, Weights,
};
use crate::facts::fact::{Kind, Subject};
use crate::facts::histogram::Scale;
use crate::vocabulary::catalog::{Action, With};

/// One session of the sample in so many is held out to measure with.
const HELD_OUT: u64 = 10;

/// Sessions counted together: their contexts must fit into memory before they are bounded.
const TOGETHER: usize = 512;

/// Most sessions to measure with: more would say the same to the second decimal.
const MEASURED: usize = 2_000;

impl Publishing<'_> {
    fn settings(&self) -> testgram_sequence::LearnSettings {
        testgram_sequence::LearnSettings {
            k: self.gate.k(),
            personas: self.settings.personas,
            noise: self.gate.noise(),
        }
    }

    pub(super) fn learn(&self) -> Model {
        learn(self.partial.evidence(), self.settings())
    }

    pub(super) fn behaviour(&self, model: &Model, sessions: Tallied) -> Option<Behaviour> {
        let nothing = model.contexts.iter().find(|context| context.key == Key::nothing())?;
        let ends = nothing.next.iter().map(|next| next.count).sum();
        let sampled = sampled(self.partial.evidence()).len() as u64;
        Some(Behaviour {
            sessions: self.gate.passed(sessions.support, ends)?,
            outcomes: self.outcomes(model),
            symbols: self.symbols(model, nothing),
            smoothing: self.smoothing(model),
            contexts: model.contexts.iter().map(|context| self.context(context)).collect(),
            personas: model
                .personas
                .iter()
                .filter_map(|persona| self.persona(persona))
                .collect(),
            mixing: Weights {
                support: self.gate.tell_once("sample", sampled)?.support,
                weights: model.mixing.clone(),
            },
        })
    }

    /// Those that are named, and roughly those that are not.
    fn outcomes(&self, model: &Model) -> u32 {
        let named = model.alphabet.outcomes() as u64;
        let withheld = model.outcomes as u64 - named;
        let roughly = match self.gate.k() {
            1 => withheld,
            _ => self.roughly(withheld).max(1),
        };
        u32::try_from(named + roughly).unwrap_or(u32::MAX)
    }

    fn symbols(&self, model: &Model, nothing: &Context) -> Vec<SymbolRow> {
        let alphabet = self.catalog.alphabet();
        let row = |next: &Published| {
            let name = model.alphabet.name(next.symbol)?;
            let action = self.catalog.action(alphabet.symbol(name)?)?;
            let times = self.gate.passed(u64::from(next.support), next.count)?;
            Some(self.symbol(name, action, times))
        };
        nothing.next.iter().filter_map(row).collect()
    }

    fn symbol(&self, name: &str, action: &Action, times: Tallied) -> SymbolRow {
        let element = match &action.with {
            With::Element(element) => self.catalog.elements().get(element.place()),
            With::Page | With::Custom(_) | With::Rest => None,
        };
        SymbolRow {
            name: name.to_owned(),
            verb: action.verb.word().to_owned(),
            key_pressed: action.key,
            page: action.page.and_then(|page| self.page_name(page.place() as u32)),
            element: element.map(|element| element.name.clone()),
            custom: match &action.with {
                With::Custom(custom) => Some(custom.clone()),
                With::Page | With::Element(_) | With::Rest => None,
            },
            times,
        }
    }

    /// Of each level that has contexts: the averages over it are over those of the commonest continuation at least.
    fn smoothing(&self, model: &Model) -> Vec<Option<Level>> {
        let mut supports = [0_u64; LEVELS];
        for context in &model.contexts {
            let most = context.next.iter().map(|next| u64::from(next.support)).max();
            let of_level = supports.iter_mut().skip(context.key.level()).take(1);
            of_level.for_each(|known| *known = (*known).max(most.unwrap_or_default()));
        }
        let levels = model.smoothing.iter().zip(supports);
        let level = |(smoothing, support): (&Smoothing, u64)| {
            Some(Level {
                support: self.gate.passed(support, support)?.support,
                discounts: smoothing.discounts,
                withheld: smoothing.withheld,
            })
        };
        levels.map(level).collect()
    }

    fn context(&self, context: &Context) -> ContextRow {
        let next = context.next.iter().filter_map(|next| {
            let Tallied { support, count } = self.gate.passed(u64::from(next.support), next.count)?;
            Some(NextRow(support, count, next.symbol, next.variety))
        });
        ContextRow {
            key: context.key,
            next: next.collect(),
        }
    }

    fn persona(&self, persona: &Persona) -> Option<PersonaRow> {
        let steps: Vec<StepRow> = persona
            .steps
            .iter()
            .filter_map(|(after, next, count, support)| {
                let Tallied { support, count } = self.gate.passed(u64::from(*support), u64::from(*count))?;
                Some(StepRow(support, count, *after, *next))
            })
            .collect();
        let count = steps.iter().map(|step| step.1).sum();
        let sessions = self.gate.passed(u64::from(persona.sessions), count)?;
        Some(PersonaRow { sessions, steps })
    }

    /// By pairs of actions; by the action alone only where none of its pairs is common. So there is no sum to subtract from: see
    /// [`crate::Document::dwell`].
    pub(super) fn dwell(&self, model: &Model) -> Vec<Dwell> {
        let numbers = self.catalog.alphabet().numbers_in(&model.alphabet);
        let published = |symbol: u32| numbers.get(symbol as usize).copied().filter(|symbol| *symbol != END);
        let row = |subject: Subject, times, [action, next]: [Option<Symbol>; 2]| {
            Some(Dwell {
                action: action?,
                next,
                times,
                ms: self.gate.histogram(Scale::Log, subject),
            })
        };
        let mut rows = BTreeMap::new();
        for (subject, times) in self.gate.all(Kind::DwellNext) {
            let (action, next) = subject.pair();
            if let (Some(action), Some(next)) = (published(action), published(next))
                && let Some(row) = row(subject, times, [Some(action), Some(next)])
            {
                rows.insert((action, Some(next)), row);
            }
        }
        let with_pairs: BTreeSet<Symbol> = rows.keys().map(|(action, _)| *action).collect();
        for (subject, times) in self.gate.all(Kind::Dwell) {
            let action = published(subject.pair().0).filter(|action| !with_pairs.contains(action));
            if let Some(row) = row(subject, times, [action, None]) {
                rows.insert((row.action, None), row);
            }
        }
        rows.into_values().collect()
    }

    /// What is measured is another model than the published one: learned in the same way from nine tenths of the sample, and asked about
    /// the last tenth, which it has not seen.
    pub(super) fn fidelity(&self) -> Vec<Measured> {
        let evidence = self.partial.evidence();
        let is_held_out = |sampled: &&Sampled| scramble(HELD_OUT, sampled.hash).is_multiple_of(HELD_OUT);
        let (held_out, rest): (Vec<_>, Vec<_>) = evidence.sample().sessions().partition(is_held_out);
        let support = held_out.len().min(MEASURED) as u64;
        let learned_from = rest.len() as u64;
        let k = u64::from(self.gate.k());
        if support < k || learned_from < k {
            return Vec::new();
        }
        // Nothing is merged with it, so that any seed does.
        let mut others = Evidence::new(evidence.alphabet().clone(), SAMPLE).bounded(Some(0));
        for some in rest.chunks(TOGETHER) {
            others.extend(some.iter().map(|sampled| (sampled.hash, &sampled.symbols)));
        }
        let model = learn(&others, self.settings());
        let sessions: Vec<Vec<Symbol>> = held_out
            .iter()
            .take(MEASURED)
            .map(|sampled| renumbered(evidence.alphabet(), &model, &sampled.symbols))
            .collect();
        let compared = compare(&model, sessions.iter());
        let told = |many| self.gate.noise().once(self.gate.k(), "measured", many, k);
        let row = |(predictor, fidelity): (&str, Fidelity)| Measured {
            predictor: predictor.to_owned(),
            support: told(support),
            learned_from: told(learned_from),
            actions: told(fidelity.symbols),
            bits: rounded(fidelity.bits_per_symbol),
            top1: rounded(fidelity.top1 / 10.0) * 10.0,
            top5: rounded(fidelity.top5 / 10.0) * 10.0,
        };
        [
            ("model", compared.model),
            ("order0", compared.order0),
            ("order1", compared.order1),
            ("order5", compared.order5),
        ]
        .map(row)
        .to_vec()
    }
}

/// To two decimals: more would tell of the sessions that were asked.
fn rounded(x: f64) -> f64 {
    (x * 100.0).round() / 100.0
}
