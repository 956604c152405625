//! What visitors do next, how long they take, and how well that is predicted.

use std::collections::{BTreeMap, BTreeSet};

use testgram_sequence::fidelity::{Fidelity, compare, renumbered};
use testgram_sequence::math::scramble;
use testgram_sequence::{
    Alphabet, END, Evidence, LearnSettings, Learned, Model, Published, SAMPLE, Sampled, Symbol, SymbolCount, learn,
};

use super::publishing::Publishing;
use crate::document::{Behaviour, Measured, SymbolRow, ThinkTime};
use crate::facts::fact::{FactKind, Subject};
use crate::facts::histogram::Scale;
use crate::vocabulary::catalog::{Action, With};

/// One session of the sample in so many is held out to measure with.
const HELD_OUT: u64 = 10;

/// Sessions counted together: their contexts must fit into memory before they are bounded.
const TOGETHER: usize = 512;

/// Most sessions to measure with: more would say the same to the second decimal.
const MEASURED: usize = 2_000;

impl Publishing<'_> {
    fn settings(&self) -> LearnSettings {
        LearnSettings {
            threshold: self.facts.threshold(),
            personas: self.settings.personas,
        }
    }

    pub(super) fn learn(&self) -> Learned {
        learn(self.partial.evidence(), self.settings())
    }

    /// The model in the words of the catalog.
    pub(super) fn behaviour(&self, model: Model) -> Behaviour {
        let alphabet = self.catalog.alphabet();
        let row = |symbol: &SymbolCount| {
            let action = self.catalog.action(alphabet.symbol(&symbol.name)?)?;
            Some(self.symbol(&symbol.name, action, symbol.times))
        };
        let symbols = model.symbols.iter().filter_map(row).collect();
        Behaviour {
            outcomes: self.outcomes(&model),
            ..model.with_symbols(symbols)
        }
    }

    /// Those that are named, and roughly those that are not.
    fn outcomes(&self, model: &Model) -> u32 {
        let named = model.symbols.len() as u64 + 1;
        let unnamed = u64::from(model.outcomes).saturating_sub(named);
        let roughly = match self.facts.threshold().k() {
            1 => unnamed,
            _ => self.roughly(unnamed).max(1),
        };
        u32::try_from(named + roughly).unwrap_or(u32::MAX)
    }

    fn symbol(&self, name: &str, action: &Action, times: Published) -> SymbolRow {
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

    /// By pairs of actions; by the action alone only where none of its pairs is common. So there is no sum to subtract
    /// from: see [`crate::Document::think_time`].
    pub(super) fn think_time(&self, named: &Alphabet) -> Vec<ThinkTime> {
        let numbers = self.catalog.alphabet().numbers_in(named);
        let published = |symbol: u32| numbers.get(symbol as usize).copied().filter(|symbol| *symbol != END);
        let row = |subject: Subject, times, [action, next]: [Option<Symbol>; 2]| {
            Some(ThinkTime {
                action: action?,
                next,
                times,
                ms: self.facts.histogram(Scale::Log, subject),
            })
        };
        let mut rows = BTreeMap::new();
        for (subject, times) in self.facts.all(FactKind::ThinkTimeToNext) {
            let (action, next) = subject.pair();
            if let (Some(action), Some(next)) = (published(action), published(next))
                && let Some(row) = row(subject, times, [Some(action), Some(next)])
            {
                rows.insert((action, Some(next)), row);
            }
        }
        let with_pairs: BTreeSet<Symbol> = rows.keys().map(|(action, _)| *action).collect();
        for (subject, times) in self.facts.all(FactKind::ThinkTime) {
            let action = published(subject.pair().0).filter(|action| !with_pairs.contains(action));
            if let Some(row) = row(subject, times, [action, None]) {
                rows.insert((row.action, None), row);
            }
        }
        rows.into_values().collect()
    }

    /// What is measured is another model than the published one: learned in the same way from nine tenths of the
    /// sample, and asked about the last tenth, which it has not seen.
    pub(super) fn fidelity(&self) -> Vec<Measured> {
        let evidence = self.partial.evidence();
        let is_held_out = |sampled: &&Sampled| scramble(HELD_OUT, sampled.hash).is_multiple_of(HELD_OUT);
        let (held_out, rest): (Vec<_>, Vec<_>) = evidence.sample().sessions().partition(is_held_out);
        let support = held_out.len().min(MEASURED) as u64;
        let learned_from = rest.len() as u64;
        let k = u64::from(self.facts.threshold().k());
        if support < k || learned_from < k {
            return Vec::new();
        }
        // Nothing is merged with it, so that any seed does.
        let mut others = Evidence::new(evidence.alphabet().clone(), SAMPLE).bounded(Some(0));
        for some in rest.chunks(TOGETHER) {
            others.extend(some.iter().map(|sampled| (sampled.hash, &sampled.symbols)));
        }
        let Some(model) = learn(&others, self.settings()).model else {
            return Vec::new();
        };
        let named = model.alphabet();
        let sessions: Vec<Vec<Symbol>> = held_out
            .iter()
            .take(MEASURED)
            .map(|sampled| renumbered(evidence.alphabet(), &named, &sampled.symbols))
            .collect();
        let compared = compare(&model, sessions.iter());
        let threshold = self.facts.threshold();
        let published = |many| Some(threshold.publish_sessions("measured", many)?.support());
        let row = |(predictor, fidelity): (&str, Fidelity)| {
            Some(Measured {
                predictor: predictor.to_owned(),
                support: published(support)?,
                learned_from: published(learned_from)?,
                actions: published(fidelity.symbols)?,
                bits: rounded(fidelity.bits_per_symbol),
                top1: rounded(fidelity.top1 / 10.0) * 10.0,
                top5: rounded(fidelity.top5 / 10.0) * 10.0,
            })
        };
        [
            ("model", compared.model),
            ("order0", compared.order0),
            ("order1", compared.order1),
            ("order5", compared.order5),
        ]
        .into_iter()
        .filter_map(row)
        .collect()
    }
}

/// To two decimals: more would show the sessions that were asked.
fn rounded(x: f64) -> f64 {
    (x * 100.0).round() / 100.0
}
