//! From what was counted to the document: thresholds, and what is learned.
//!
//! `threshold` ← `publishing` ← `pages`, `forms`, `calls`, `visitors`, `behaviour`

mod behaviour;
mod calls;
mod forms;
mod pages;
mod publishing;
mod threshold;
mod visitors;

use crate::document::{Document, Lengths, Tallied, VERSION, Withheld};
use crate::facts::fact::{Kind, Subject};
use crate::facts::histogram::Scale;
use crate::facts::partial::Partial;
use crate::facts::text;
use crate::vocabulary::catalog::Catalog;
use publishing::Publishing;
pub use publishing::Settings;
use testgram_sequence::Noise;
use threshold::Gate;

/// Makes the document. The same catalog, evidence and settings give the same document, byte for byte.
///
/// The catalog must have been made with the k of the settings or a larger one, which then counts. One of a smaller k names what may
/// not be told, so that the document is empty.
#[must_use]
pub fn publish(catalog: &Catalog, partial: &Partial, settings: &PublishSettings) -> Document {
    let partial = &*partial.settled();
    let k = settings.k.max(catalog.k()).max(1);
    let noise = Noise::new(settings.epsilon, settings.secret);
    let stats = partial.stats();
    let gate = Gate::new(
        k,
        [&stats.things, &stats.pairs],
        [&stats.words, &stats.errors, &stats.keys],
        noise,
    );
    let sessions = gate.tell("sessions", (partial.sessions(), partial.events()));
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
        gate,
    }
    .document(sessions)
}

impl Publishing<'_> {
    fn document(&self, sessions: Tallied) -> Document {
        let learned = self.learn();
        Document {
            version: VERSION,
            k: self.gate.k(),
            epsilon: self.settings.epsilon,
            sessions: Some(sessions),
            lengths: self.lengths(),
            pages: self.pages(),
            entries: self.page_mix(Kind::Entry),
            exits: self.page_mix(Kind::Exit),
            journeys: self.journeys(),
            elements: self.elements(),
            forms: self.forms(),
            fields: self.fields(),
            endpoints: self.endpoints(),
            errors: self.errors(),
            devices: self.devices(),
            languages: self.name_mix(text::Kind::Language),
            referrers: self.name_mix(text::Kind::Referrer),
            automated: self.gate.either(Subject::new(Kind::Automated, 0, 0)),
            paces: self.paces(),
            dwell: self.dwell(&learned),
            behaviour: self.behaviour(&learned, sessions),
            fidelity: self.fidelity(),
            withheld: self.withheld(&learned),
        }
    }

    fn lengths(&self) -> Lengths {
        let of = |kind| self.gate.lengths(Scale::Log, Subject::new(kind, 0, 0));
        Lengths {
            events: of(Kind::Events),
            actions: of(Kind::Actions),
            views: of(Kind::Views),
            ms: of(Kind::Lasted),
        }
    }

    fn withheld(&self, learned: &testgram_sequence::Model) -> Withheld {
        let k = u64::from(self.gate.k());
        let roughly = |many: u64| self.roughly(many);
        let below = |kind| {
            self.gate
                .texts(kind)
                .filter(|(_, cell)| u64::from(cell.support) < k)
                .count() as u64
        };
        let unnamed = self.catalog.withheld();
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
        Withheld {
            pages: roughly(unnamed.pages),
            elements: roughly(unnamed.elements),
            endpoints: roughly(unnamed.endpoints),
            errors: roughly(below(text::Kind::Error)),
            keys: roughly(below(text::Kind::Key)),
            symbols: roughly(learned.withheld.symbols),
            contexts: roughly(learned.withheld.contexts),
            continuations: roughly(learned.withheld.continuations),
            journeys: roughly(self.gate.withheld(Kind::Trail)),
            pairs: roughly(self.gate.withheld(Kind::DwellNext)),
            long: roughly(self.partial.cut()),
            full: full
                .iter()
                .filter(|(_, full)| *full)
                .map(|(name, _)| (*name).to_owned())
                .collect(),
        }
    }
}
