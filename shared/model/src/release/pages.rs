//! Pages, journeys, elements, errors.

use super::publishing::Publishing;
use crate::document::{ElementRow, Failure, Journey, Page, PageRow};
use crate::facts::fact::{FactKind, Subject};
use crate::facts::histogram::Scale;
use crate::facts::text;

/// Most journeys.
const JOURNEYS: usize = 1_000;

impl Publishing<'_> {
    pub(super) fn pages(&self) -> Vec<Page> {
        let page = |(subject, views): (Subject, _)| {
            let (number, _) = subject.pair();
            let entry = self.page(number)?;
            let histogram = |scale, kind| self.facts.histogram(scale, Subject::new(kind, number, 0));
            Some(Page {
                page: entry.template.clone(),
                query: entry.query.clone(),
                views,
                load_ms: histogram(Scale::Log, FactKind::Load),
                time_on_page_ms: histogram(Scale::Log, FactKind::TimeOnPage),
                depth: histogram(Scale::Exact, FactKind::Depth),
            })
        };
        self.facts.all(FactKind::Page).into_iter().filter_map(page).collect()
    }

    /// A mix of pages over all sessions.
    pub(super) fn page_mix(&self, kind: FactKind) -> Vec<PageRow> {
        let rows = self.facts.firsts(kind, self.partial.sessions());
        rows.into_iter()
            .map(|(page, sessions)| PageRow {
                page: page.and_then(|page| self.page_name(page)),
                sessions,
            })
            .collect()
    }

    pub(super) fn journeys(&self) -> Vec<Journey> {
        let journey = |(subject, times): (Subject, _)| {
            let pages = subject.triple().map(|page| self.page_name(u32::from(page)));
            Some(Journey {
                pages: pages.into_iter().collect::<Option<_>>()?,
                times,
            })
        };
        let mut all: Vec<Journey> = self
            .facts
            .all(FactKind::Journey)
            .into_iter()
            .filter_map(journey)
            .collect();
        all.sort_by(|a, b| {
            b.times
                .support()
                .cmp(&a.times.support())
                .then_with(|| a.pages.cmp(&b.pages))
        });
        all.truncate(JOURNEYS);
        all
    }

    pub(super) fn elements(&self) -> Vec<ElementRow> {
        let element = |(subject, events): (Subject, _)| {
            let (number, _) = subject.pair();
            let entry = self.catalog.elements().get(number as usize)?.clone();
            Some(ElementRow {
                page: self.page_name(entry.page.place() as u32)?,
                element: entry.name,
                tag: entry.tag,
                role: entry.role,
                field: entry.field,
                id: entry.id,
                name: entry.named,
                testid: entry.testid,
                target: entry.target,
                autocomplete: entry.autocomplete,
                classes: entry.classes,
                path: entry.path,
                label: entry.label.map(|label| format!("{label:04x}")),
                shadow: entry.shadow,
                events,
            })
        };
        self.facts
            .all(FactKind::Element)
            .into_iter()
            .filter_map(element)
            .collect()
    }

    pub(super) fn errors(&self) -> Vec<Failure> {
        let error = |(parts, times): (Vec<&str>, _)| {
            let [page, name, message, script] = *parts.as_slice() else {
                return None;
            };
            Some(Failure {
                page: self.page_name(page.parse().ok()?)?,
                name: name.to_owned(),
                message: message.to_owned(),
                script: Some(script).filter(|script| !script.is_empty()).map(str::to_owned),
                times,
            })
        };
        self.facts
            .published_texts(text::TextKind::Error)
            .into_iter()
            .filter_map(error)
            .collect()
    }
}
