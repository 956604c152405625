//! Which facts are published, and with what: the way from tallies to a [`Threshold`], which makes every number.
//!
//! What is too rare is not left out where others add up to a known sum:
//!
//! * a **histogram** counts everything: rare buckets are counted in the next lower one that is not rare, or else in the
//!   first;
//! * a **mix** (each session or event is of one sort) has a row for all sorts too rare to name, if at least k sessions
//!   are known to be in it; or else they are counted in the largest row;
//! * **yes or no** is published only if both are common; or else all are of the common sort.

use std::collections::BTreeMap;
use std::hash::Hash;

use testgram_sequence::{Published, Threshold};

use crate::document::Bucket;
use crate::facts::fact::{FactKind, Subject, bucket, range, range_of};
use crate::facts::histogram::{ALL, Scale, first_fine, is_coarse};
use crate::facts::tally::{Cell, Tally};
use crate::facts::text;

/// Facts, and the threshold that they have to reach.
pub(super) struct Selection<'a> {
    threshold: Threshold,
    facts: BTreeMap<u64, Cell>,
    texts: [Vec<(&'a str, Cell)>; 3],
}

impl<'a> Selection<'a> {
    pub(super) fn new(threshold: Threshold, numbers: [&'a Tally<u64>; 2], texts: [&'a Tally<Box<str>>; 3]) -> Self {
        let facts = numbers.into_iter().flat_map(Tally::sorted);
        Self {
            threshold,
            facts: facts.map(|(fact, cell)| (*fact, cell)).collect(),
            texts: texts.map(|tally| tally.sorted().into_iter().map(|(fact, cell)| (&**fact, cell)).collect()),
        }
    }

    pub(super) const fn threshold(&self) -> Threshold {
        self.threshold
    }

    /// Whether so many sessions are enough to be published.
    pub(super) const fn is_common(&self, cell: Cell) -> bool {
        cell.support >= self.threshold.k()
    }

    fn publish(&self, about: impl Hash, cell: Cell) -> Option<Published> {
        self.threshold.publish(about, u64::from(cell.support), cell.count)
    }

    fn cell(&self, fact: u64) -> Cell {
        self.facts.get(&fact).copied().unwrap_or_default()
    }

    /// A fact.
    pub(super) fn fact(&self, subject: Subject) -> Option<Published> {
        let fact = subject.at(ALL);
        self.publish(fact, self.cell(fact))
    }

    /// A fact about a bucket.
    pub(super) fn bucket(&self, subject: Subject, bucket: u8) -> Option<Published> {
        let fact = subject.at(bucket);
        self.publish(fact, self.cell(fact))
    }

    /// All facts of a kind that are published.
    pub(super) fn all(&self, kind: FactKind) -> Vec<(Subject, Published)> {
        let whole = self.facts.range(range(kind)).filter(|(fact, _)| bucket(**fact) == ALL);
        whole
            .filter_map(|(fact, cell)| Some((Subject::of(*fact), self.publish(*fact, *cell)?)))
            .collect()
    }

    /// How many facts of a kind are not published.
    pub(super) fn suppressed(&self, kind: FactKind) -> u64 {
        let whole = self.facts.range(range(kind)).filter(|(fact, _)| bucket(**fact) == ALL);
        whole.filter(|(_, cell)| !self.is_common(**cell)).count() as u64
    }

    /// A histogram.
    pub(super) fn histogram(&self, scale: Scale, subject: Subject) -> Vec<Bucket> {
        self.buckets_of(scale, subject, |about, cell| self.publish(about, cell))
    }

    /// A histogram of sessions: each is in one row, once.
    pub(super) fn lengths(&self, scale: Scale, subject: Subject) -> Vec<Bucket> {
        self.buckets_of(scale, subject, |about, cell| {
            self.threshold.publish_sessions(about, cell.count)
        })
    }

    fn buckets_of(
        &self,
        scale: Scale,
        subject: Subject,
        publish: impl Fn(u64, Cell) -> Option<Published>,
    ) -> Vec<Bucket> {
        let cells: Vec<(u8, Cell)> = self
            .facts
            .range(subject.at(0)..=subject.at(ALL))
            .map(|(fact, cell)| (bucket(*fact), *cell))
            .collect();
        self.rows(&cells)
            .into_iter()
            .filter_map(|(fine, cell)| {
                Some(Bucket {
                    from: scale.from(fine),
                    times: publish(subject.at(fine), cell)?,
                })
            })
            .collect()
    }

    /// Where the rows of a histogram begin, and what is in each. Where they begin follows from the common buckets
    /// alone.
    fn rows(&self, cells: &[(u8, Cell)]) -> Vec<(u8, Cell)> {
        let common = |cell: &Cell| self.is_common(*cell);
        let fine = || cells.iter().filter(|(bucket, _)| *bucket < 0x80);
        let mut rows: Vec<(u8, Cell)> = fine().filter(|(_, cell)| common(cell)).copied().collect();
        let coarse = cells.iter().filter(|(bucket, cell)| is_coarse(*bucket) && common(cell));
        for (bucket, cell) in coarse {
            let from = first_fine(*bucket).unwrap_or_default();
            if !rows.iter().any(|(fine, _)| (from..from + 4).contains(fine)) {
                rows.push((from, Cell::new(cell.support, 0)));
            }
        }
        if rows.is_empty() {
            let all = cells.iter().filter(|(bucket, cell)| *bucket == ALL && common(cell));
            rows.extend(all.map(|(_, cell)| (0, Cell::new(cell.support, 0))));
        }
        rows.sort_unstable_by_key(|(fine, _)| *fine);
        rows.iter_mut().for_each(|(_, cell)| cell.count = 0);
        for (bucket, cell) in fine() {
            let row = rows.partition_point(|(from, _)| from <= bucket).saturating_sub(1);
            if let Some((_, into)) = rows.get_mut(row) {
                into.count += cell.count;
            }
        }
        rows
    }

    /// Yes or no, of what is published as a whole.
    pub(super) fn either(&self, subject: Subject) -> Option<Published> {
        let (no, yes) = (self.cell(subject.at(0)), self.cell(subject.at(1)));
        if !self.is_common(yes) {
            None
        } else if !self.is_common(no) {
            // Of the few others a session may have done both, so that the sum is only known to be as large as the
            // larger.
            self.threshold
                .publish(subject.at(1), u64::from(yes.support), yes.count + no.count)
        } else {
            self.publish(subject.at(1), yes)
        }
    }

    /// The mix of the buckets of a subject.
    pub(super) fn buckets(&self, subject: Subject) -> Vec<(u8, Published)> {
        let cells = self.facts.range(subject.at(0)..subject.at(ALL));
        let cells: Vec<_> = cells.map(|(fact, cell)| (Some(bucket(*fact)), *cell)).collect();
        let rows = self.mix(subject.at(ALL), cells, None);
        rows.into_iter()
            .filter_map(|(fine, tallied)| Some((fine?, tallied)))
            .collect()
    }

    /// The second things of facts about a first one, all of them: for [`Selection::mix`].
    pub(super) fn cells(&self, kind: FactKind, a: u32) -> Vec<(u32, Cell)> {
        let cells = self.facts.range(range_of(kind, a));
        let cells = cells.filter(|(fact, _)| bucket(**fact) == ALL);
        cells.map(|(fact, cell)| (Subject::of(*fact).pair().1, *cell)).collect()
    }

    /// The mix of the second things of facts about a first one.
    pub(super) fn seconds(&self, kind: FactKind, a: u32) -> Vec<(u32, Published)> {
        let cells = self.cells(kind, a).into_iter();
        let cells = cells.map(|(b, cell)| (Some(b), cell)).collect();
        let rows = self.mix(range_of(kind, a), cells, None);
        rows.into_iter()
            .filter_map(|(b, tallied)| Some((b?, tallied)))
            .collect()
    }

    /// The mix of the first things of a kind, of which each session has one at most; of so many sessions.
    pub(super) fn firsts(&self, kind: FactKind, sessions: u64) -> Vec<(Option<u32>, Published)> {
        let cells = self.facts.range(range(kind)).filter(|(fact, _)| bucket(**fact) == ALL);
        let cells = cells.map(|(fact, cell)| (Some(Subject::of(*fact).pair().0), *cell));
        self.mix(range(kind), cells.collect(), Some(sessions))
    }

    /// Text facts of a kind with all their parts, all of them: for [`Selection::mix`] and
    /// [`Selection::published_texts`].
    pub(super) fn texts(&self, kind: text::TextKind) -> impl Iterator<Item = (Vec<&'a str>, Cell)> {
        let beginning = text::beginning(kind);
        let facts = self.texts.iter().flat_map(move |facts| {
            let from = facts.partition_point(|(fact, _)| *fact < beginning.as_str());
            let rest = facts.iter().skip(from);
            let beginning = beginning.clone();
            rest.take_while(move |(fact, _)| fact.starts_with(&beginning))
        });
        facts.filter_map(move |(fact, cell)| Some((text::parts(fact, kind)?, *cell)))
    }

    /// Text facts of a kind that are published.
    pub(super) fn published_texts(&self, kind: text::TextKind) -> Vec<(Vec<&'a str>, Published)> {
        self.texts(kind)
            .filter_map(|(parts, cell)| {
                let published = self.publish((text::beginning(kind), &parts), cell)?;
                Some((parts, published))
            })
            .collect()
    }

    /// A mix. With `of`, each session is of one sort, and there are so many sessions; those without a sort are of the
    /// rest.
    pub(super) fn mix<T: Hash>(
        &self,
        about: impl Hash,
        cells: Vec<(Option<T>, Cell)>,
        of: Option<u64>,
    ) -> Vec<(Option<T>, Published)> {
        let rows = self.mixed(cells, of).into_iter();
        rows.filter_map(|(sort, cell)| {
            let about = (&about, &sort);
            let published = match of {
                Some(_) => self.threshold.publish_sessions(about, u64::from(cell.support)),
                None => self.publish(about, cell),
            }?;
            Some((sort, published))
        })
        .collect()
    }

    /// A mix before noise: what its rows are made of in turn must add up to these.
    pub(super) fn mixed<T>(&self, cells: Vec<(Option<T>, Cell)>, of: Option<u64>) -> Vec<(Option<T>, Cell)> {
        let (mut kept, rare): (Vec<_>, Vec<_>) = cells.into_iter().partition(|(_, cell)| self.is_common(*cell));
        let count = |cells: &[(Option<T>, Cell)]| cells.iter().map(|(_, cell)| cell.count).sum::<u64>();
        let rest = match of {
            Some(sessions) => sessions.saturating_sub(count(&kept)),
            None => count(&rare),
        };
        let rest_support = u32::try_from(rest).unwrap_or(u32::MAX);
        if of.is_some() && rest_support >= self.threshold.k() && !kept.is_empty() {
            kept.push((None, Cell::new(rest_support, rest)));
        } else if let Some((_, largest)) = kept.iter_mut().max_by_key(|(_, cell)| (cell.support, cell.count)) {
            largest.count += rest;
            if of.is_some() {
                largest.support += rest_support;
            }
        }
        kept
    }
}
