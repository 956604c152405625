//! From what was counted to the document: thresholds, and what is learned.
//!
//! `selection` ← `publishing` ← `pages`, `forms`, `calls`, `visitors`, `behaviour`

mod behaviour;
mod calls;
mod forms;
mod pages;
mod publishing;
mod selection;
mod visitors;

use crate::document::{Document, Lengths, Suppressed, VERSION};
use crate::facts::fact::{FactKind, Subject};
use crate::facts::histogram::Scale;
use crate::facts::partial::Partial;
use crate::facts::text;
use crate::vocabulary::catalog::Catalog;
pub use publishing::PublishSettings;
use publishing::Publishing;
use selection::Selection;
use testgram_sequence::{Learned, Noise, Published, Threshold};

/// Makes the document. The same catalog, evidence and settings give the same document, byte for byte.
///
/// The catalog must have been made with the k of the settings or a larger one, which then counts. One of a smaller k
/// names what must not be published, so that the document is empty.
#[must_use]
pub fn publish(catalog: &Catalog, partial: &Partial, settings: &PublishSettings) -> Document {
    let partial = &*partial.settled();
    let k = settings.k.max(catalog.k()).max(1);
    let threshold = Threshold::new(k, Noise::new(settings.epsilon, settings.secret));
    let stats = partial.stats();
    let facts = Selection::new(
        threshold,
        [&stats.things, &stats.pairs],
        [&stats.words, &stats.errors, &stats.keys],
    );
    let sessions = threshold.publish("sessions", partial.sessions(), partial.events());
    let Some(sessions) = sessions.filter(|_| k == catalog.k()) else {
        return Document {
            version: VERSION,
            k,
            epsilon: settings.epsilon,
            ..Document::default()
        };
    };
    Publishing {
        catalog,
        partial,
        settings,
        facts,
    }
    .document(sessions)
}

impl Publishing<'_> {
    fn document(&self, sessions: Published) -> Document {
        let Learned { model, suppressed } = self.learn();
        Document {
            version: VERSION,
            k: self.facts.threshold().k(),
            epsilon: self.settings.epsilon,
            sessions: Some(sessions),
            lengths: self.lengths(),
            pages: self.pages(),
            entries: self.page_mix(FactKind::Entry),
            exits: self.page_mix(FactKind::Exit),
            journeys: self.journeys(),
            elements: self.elements(),
            forms: self.forms(),
            fields: self.fields(),
            endpoints: self.endpoints(),
            errors: self.errors(),
            devices: self.devices(),
            languages: self.name_mix(text::TextKind::Language),
            referrers: self.name_mix(text::TextKind::Referrer),
            automated: self.facts.either(Subject::new(FactKind::Automated, 0, 0)),
            paces: self.paces(),
            think_time: model
                .as_ref()
                .map_or_else(Vec::new, |model| self.think_time(&model.alphabet())),
            behaviour: model.map(|model| self.behaviour(model)),
            fidelity: self.fidelity(),
            suppressed: self.suppressed(suppressed),
        }
    }

    fn lengths(&self) -> Lengths {
        let of = |kind| self.facts.lengths(Scale::Log, Subject::new(kind, 0, 0));
        Lengths {
            events: of(FactKind::Events),
            actions: of(FactKind::Actions),
            views: of(FactKind::Views),
            ms: of(FactKind::Lasted),
        }
    }

    fn suppressed(&self, learned: testgram_sequence::Suppressed) -> Suppressed {
        let roughly = |many: u64| self.roughly(many);
        let below = |kind| {
            self.facts
                .texts(kind)
                .filter(|(_, cell)| !self.facts.is_common(*cell))
                .count() as u64
        };
        let unnamed = self.catalog.unnamed();
        let stats = self.partial.stats();
        let full = [
            ("catalog", self.catalog.one_in() > 1),
            ("contexts", self.partial.contexts_are_full()),
            ("things", stats.things.is_full()),
            ("pairs", stats.pairs.is_full()),
            ("words", stats.words.is_full()),
            ("errors", stats.errors.is_full()),
            ("keys", stats.keys.is_full()),
        ];
        Suppressed {
            pages: roughly(unnamed.pages),
            elements: roughly(unnamed.elements),
            endpoints: roughly(unnamed.endpoints),
            errors: roughly(below(text::TextKind::Error)),
            keys: roughly(below(text::TextKind::Key)),
            symbols: roughly(learned.symbols),
            contexts: roughly(learned.contexts),
            continuations: roughly(learned.continuations),
            journeys: roughly(self.facts.suppressed(FactKind::Journey)),
            pairs: roughly(self.facts.suppressed(FactKind::ThinkTimeToNext)),
            long: roughly(self.partial.cut()),
            full: full
                .iter()
                .filter(|(_, full)| *full)
                .map(|(name, _)| (*name).to_owned())
                .collect(),
        }
    }
}
