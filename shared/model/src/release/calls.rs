//! Endpoints: what pages call, and the shape of what goes over.

use std::collections::BTreeMap;

use testgram_sequence::Published;

use super::publishing::Publishing;
use crate::document::{Endpoint, KeyRow, Named, PageRow};
use crate::facts::fact::{FactKind, Subject};
use crate::facts::histogram::Scale;
use crate::facts::tally::Cell;
use crate::facts::text;

impl Publishing<'_> {
    pub(super) fn endpoints(&self) -> Vec<Endpoint> {
        let mut keys = self.keys();
        let mut of = |number: u32, sent: bool| keys.remove(&(number, sent)).unwrap_or_default();
        let endpoint = |(subject, calls): (Subject, Published)| {
            let (number, _) = subject.pair();
            let entry = self.catalog.endpoints().get(number as usize)?;
            let callers = self.facts.seconds(FactKind::Caller, number).into_iter();
            let caller = |(page, sessions)| PageRow {
                page: self.page_name(page),
                sessions,
            };
            Some(Endpoint {
                method: entry.method,
                url: entry.template.clone(),
                query: entry.query.clone(),
                calls,
                statuses: self.statuses(number),
                ms: self
                    .facts
                    .histogram(Scale::Log, Subject::new(FactKind::Latency, number, 0)),
                callers: callers.map(caller).collect(),
                request: of(number, true),
                response: of(number, false),
            })
        };
        self.facts
            .all(FactKind::Call)
            .into_iter()
            .filter_map(endpoint)
            .collect()
    }

    /// Statuses; a class where each of its statuses is too rare. Rare ones are counted in the commonest of their class.
    fn statuses(&self, endpoint: u32) -> Vec<Named> {
        let mut cells: Vec<(Option<String>, Cell)> = Vec::new();
        let codes = self.facts.cells(FactKind::Status, endpoint);
        for (class, whole) in self.facts.cells(FactKind::StatusClass, endpoint) {
            let of_class = codes.iter().filter(|(code, _)| code / 100 == class);
            let common = of_class.filter(|(_, cell)| cell.support >= self.facts.threshold().k());
            let mut common: Vec<(Option<String>, Cell)> =
                common.map(|(code, cell)| (Some(code.to_string()), *cell)).collect();
            let rest = whole.count - common.iter().map(|(_, cell)| cell.count).sum::<u64>();
            match common.iter_mut().max_by_key(|(_, cell)| (cell.support, cell.count)) {
                Some((_, largest)) => largest.count += rest,
                None => common.push((Some(format!("{class}xx")), whole)),
            }
            cells.append(&mut common);
        }
        let rows = self.facts.mix(("statuses", endpoint), cells, None).into_iter();
        rows.map(|(name, times)| Named { name, times }).collect()
    }

    /// Keys of bodies by their endpoint, and whether they were sent.
    fn keys(&self) -> BTreeMap<(u32, bool), Vec<KeyRow>> {
        let mut all = BTreeMap::<_, Vec<KeyRow>>::new();
        for (parts, calls) in self.facts.published_texts(text::TextKind::Key) {
            let [endpoint, sent, kind, path] = *parts.as_slice() else {
                continue;
            };
            let Ok(endpoint) = endpoint.parse::<u32>() else {
                continue;
            };
            all.entry((endpoint, sent == ">")).or_default().push(KeyRow {
                path: path.to_owned(),
                kind: kind.to_owned(),
                calls,
            });
        }
        all.values_mut()
            .for_each(|rows| rows.sort_by(|a, b| (&a.path, &a.kind).cmp(&(&b.path, &b.kind))));
        all
    }
}
