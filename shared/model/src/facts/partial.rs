//! Pass 2: what one partition knows, in the numbers of one catalog.

use std::borrow::Cow;

use testgram_protocol::session::Session;

use crate::facts::fold::Stats;
use crate::facts::steps::{EVENTS_OF_A_SESSION, Step, steps_of};
use crate::facts::tally::{Cell, Fact, Tally};
use crate::vocabulary::catalog::Catalog;
use crate::vocabulary::lookup::Lookup;
use crate::vocabulary::sampling_key::SamplingKey;
use testgram_sequence::Symbol;
use testgram_sequence::varint::{Reader, put};
use testgram_sequence::{Evidence, SAMPLE};

/// The first byte of [`Partial::to_bytes`]. Another one for other facts.
const FORMAT: u8 = 3;

/// Sessions are counted into the evidence so many symbols at a time.
const TOGETHER: usize = 1 << 16;

/// What one partition knows, or several merged. Made of integers and sets, over sessions that lie in one partition
/// each, and bounded by sets that depend on nothing but the sessions: merging is commutative, associative and exact.
///
/// It holds whole sessions (the evidence's sample) and what a single session did: it belongs beside the archive, never
/// into a model.
#[derive(Clone)]
pub struct Partial {
    key: SamplingKey,
    /// A hash of [`Catalog::naming`].
    naming: u64,
    sessions: u64,
    events: u64,
    /// Sessions that had more events than count.
    cut: u64,
    evidence: Evidence,
    /// Sessions that are not in the evidence yet.
    pending: Vec<(u64, Vec<Symbol>)>,
    pending_symbols: usize,
    /// What the catalog has said so far.
    lookup: Lookup,
    stats: Stats,
}

impl std::fmt::Debug for Partial {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Partial")
            .field("sessions", &self.sessions)
            .field("events", &self.events)
            .finish_non_exhaustive()
    }
}

impl Partial {
    /// Nothing yet, in the numbers of a catalog. The secret, the world's own, decides which sessions are sampled and
    /// which facts are kept where not all fit: partials made with the same one merge exactly. It is not in their bytes.
    #[must_use]
    pub fn new(catalog: &Catalog, secret: &[u8; 32]) -> Self {
        let (naming, key) = (naming(catalog), SamplingKey::new(secret));
        Self {
            key,
            naming,
            sessions: 0,
            events: 0,
            cut: 0,
            evidence: Evidence::new(catalog.alphabet(), SAMPLE).bounded(key.facts(naming)),
            pending: Vec::new(),
            pending_symbols: 0,
            lookup: Lookup::default(),
            stats: Stats::new(key.facts(naming)),
        }
    }

    /// Adds a session, whole. Each session is added once, in one partition.
    pub fn add(&mut self, catalog: &Catalog, session: &Session) {
        let steps = steps_of(catalog, &mut self.lookup, session);
        self.sessions += 1;
        self.events += session.events.len() as u64;
        self.cut += u64::from(session.events.len() > EVENTS_OF_A_SESSION);
        self.stats.add(catalog, &mut self.lookup, session, &steps);
        let symbols: Vec<Symbol> = steps.iter().filter_map(|step: &Step<'_>| step.symbol).collect();
        self.pending_symbols += symbols.len() + 1;
        let hash = self.key.session(session.id.to_bytes());
        self.pending.push((hash, symbols));
        if self.pending_symbols >= TOGETHER {
            self.settle();
        }
    }

    /// Adds what another partition knows, in the numbers of the same naming: of what was kept, [`Partial::from_bytes`]
    /// sees to that.
    pub fn merge(&mut self, mut other: Self) {
        self.settle();
        other.settle();
        self.key = self.key.or(other.key);
        self.sessions += other.sessions;
        self.events += other.events;
        self.cut += other.cut;
        self.evidence.merge(other.evidence);
        self.stats.merge(other.stats);
    }

    /// How many sessions were added.
    #[must_use]
    pub const fn sessions(&self) -> u64 {
        self.sessions
    }

    /// How many events these sessions had.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// How many sessions had more events than [`EVENTS_OF_A_SESSION`], the first of which count.
    #[must_use]
    pub const fn cut(&self) -> u64 {
        self.cut
    }

    /// Whether contexts were so many that some were let go.
    #[must_use]
    pub const fn contexts_are_full(&self) -> bool {
        self.evidence.counts().is_full()
    }

    fn settle(&mut self) {
        self.evidence.extend(std::mem::take(&mut self.pending));
        self.pending_symbols = 0;
        self.stats.settle();
    }

    /// The same with nothing left to be done.
    pub(crate) fn settled(&self) -> Cow<'_, Self> {
        if self.pending.is_empty() {
            return Cow::Borrowed(self);
        }
        let mut settled = self.clone();
        settled.settle();
        Cow::Owned(settled)
    }

    pub(crate) fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    pub(crate) fn stats(&self) -> &Stats {
        &self.stats
    }

    /// As bytes: equal partials give equal bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let settled = self.settled();
        let mut bytes = Vec::new();
        put(&mut bytes, settled.sessions);
        put(&mut bytes, settled.events);
        put(&mut bytes, settled.cut);
        let stats = &settled.stats;
        for tally in [&stats.things, &stats.pairs] {
            let mut before = 0;
            write(&mut bytes, tally, |bytes, fact| {
                put(bytes, fact - before);
                before = *fact;
            });
        }
        for tally in [&stats.words, &stats.errors, &stats.keys] {
            write(&mut bytes, tally, |bytes, fact| {
                put(bytes, fact.len() as u64);
                bytes.extend_from_slice(fact.as_bytes());
            });
        }
        let head = [settled.naming, bytes.len() as u64].map(u64::to_le_bytes);
        let content = [head.as_flattened(), &bytes, &settled.evidence.to_bytes()].concat();
        [&[FORMAT], digest(&content).as_slice(), &content].concat()
    }

    /// Reads [`Partial::to_bytes`]. None for what was counted under another naming than the catalog's, and for damaged
    /// bytes: a digest stands beside them. What is read gives the same bytes again. It does not know the secret: it is
    /// there to be merged, not to be added to.
    #[must_use]
    pub fn from_bytes(bytes: &[u8], catalog: &Catalog) -> Option<Self> {
        let (format, rest) = bytes.split_first()?;
        let (written, content) = rest.split_first_chunk()?;
        let (named, rest) = content.split_first_chunk()?;
        let naming = naming(catalog);
        if *format != FORMAT || u64::from_le_bytes(*named) != naming || digest(content) != *written {
            return None;
        }
        let (length, rest) = rest.split_first_chunk()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let (counted, evidence) = rest.split_at_checked(length)?;
        let mut reader = Reader::new(counted);
        let (sessions, events, cut) = (reader.number()?, reader.number()?, reader.number()?);
        let empty = Stats::new(None);
        let numbers = |reader: &mut Reader<'_>, empty| {
            let mut before = 0_u64;
            read(reader, empty, |reader| {
                before = before.checked_add(reader.number()?)?;
                Some(before)
            })
        };
        let (things, pairs) = (numbers(&mut reader, empty.things)?, numbers(&mut reader, empty.pairs)?);
        let text = |reader: &mut Reader<'_>| reader.text().map(Box::from);
        let stats = Stats {
            things,
            pairs,
            words: read(&mut reader, empty.words, text)?,
            errors: read(&mut reader, empty.errors, text)?,
            keys: read(&mut reader, empty.keys, text)?,
        };
        let evidence = Evidence::from_bytes(evidence)?;
        reader.at_end().then_some(Self {
            key: SamplingKey::unknown(),
            naming,
            sessions,
            events,
            cut,
            evidence,
            pending: Vec::new(),
            pending_symbols: 0,
            lookup: Lookup::default(),
            stats,
        })
    }
}

fn naming(catalog: &Catalog) -> u64 {
    twox_hash::XxHash3_64::oneshot(&catalog.naming())
}

/// By which damage is found.
fn digest(content: &[u8]) -> [u8; 8] {
    twox_hash::XxHash3_64::oneshot(content).to_le_bytes()
}

fn write<K: Fact>(bytes: &mut Vec<u8>, tally: &Tally<K>, mut name: impl FnMut(&mut Vec<u8>, &K)) {
    put(bytes, u64::from(tally.is_full()));
    put(bytes, tally.limit().unwrap_or_default());
    let facts = tally.sorted();
    put(bytes, facts.len() as u64);
    for (fact, cell) in facts {
        name(bytes, fact);
        put(bytes, u64::from(cell.support));
        put(bytes, cell.count);
    }
}

fn read<K: Fact>(
    reader: &mut Reader<'_>,
    empty: Tally<K>,
    mut name: impl FnMut(&mut Reader<'_>) -> Option<K>,
) -> Option<Tally<K>> {
    let (full, limit) = (reader.number()?, reader.number()?);
    let limit = (full == 1).then_some(limit);
    let facts: Option<Vec<(K, Cell)>> = (0..reader.many()?)
        .map(|_| Some((name(reader)?, Cell::new(reader.small()?, reader.number()?))))
        .collect();
    Some(empty.restored(limit, facts?.into_iter()))
}
