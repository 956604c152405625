//! What followed which context, how often, and in how many distinct sessions.

use crate::alphabet::{END, START, Symbol};
use crate::counts::context::{ContextKey, History};
use crate::math::scramble;
use crate::varint::{Reader, put};
use hashbrown::HashTable;
use std::cmp::Ordering;
use std::iter::Peekable;
use std::ops::Range;

/// One continuation of a context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Next {
    /// The symbol that came next.
    pub symbol: Symbol,
    /// In how many distinct sessions.
    pub support: u32,
    /// How often it came, in all sessions.
    pub count: u64,
}

/// Finds contexts in a sorted list by hash: binary search would read twenty places of memory for one.
#[derive(Debug, Default)]
pub(crate) struct Index(HashTable<u32>);

impl Index {
    pub(crate) fn of(keys: &[ContextKey]) -> Self {
        let mut index = HashTable::with_capacity(keys.len());
        let again = |place: &u32| keys.get(*place as usize).map_or(0, |key| key.hash_with(END));
        for (place, key) in keys.iter().enumerate() {
            index.insert_unique(key.hash_with(END), place as u32, again);
        }
        Self(index)
    }

    /// The place of a context in the same list.
    pub(crate) fn find(&self, keys: &[ContextKey], key: ContextKey) -> Option<usize> {
        let place = self
            .0
            .find(key.hash_with(END), |place| keys.get(*place as usize) == Some(&key));
        place.map(|place| *place as usize)
    }
}

/// Counts of continuations by context, sorted. Made of integers that add, over sessions that lie in one place only:
/// merging is commutative, associative and exact.
///
/// Three flat lists and no map: 20 bytes a context and 16 a continuation, and two of them merge in one pass.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    keys: Vec<ContextKey>,
    /// Where each context's continuations end.
    ends: Vec<u32>,
    nexts: Vec<Next>,
    sessions: u64,
    /// The hash of the first context that does not fit, if there is one.
    limit: Option<u64>,
}

impl Counts {
    /// Adds what another partition counted, over the same alphabet. One pass over both, so join small ones before large
    /// ones.
    pub fn merge(&mut self, other: &Self) {
        let mine = std::mem::take(self);
        self.sessions = mine.sessions.saturating_add(other.sessions);
        self.limit = [mine.limit, other.limit].into_iter().flatten().min();
        self.keys.reserve(mine.keys.len().max(other.keys.len()));
        self.ends.reserve(mine.ends.len().max(other.ends.len()));
        self.nexts.reserve(mine.nexts.len().max(other.nexts.len()));
        let (mut ours, mut theirs) = (mine.cells().peekable(), other.cells().peekable());
        while let Some((key, next)) = earlier(&mut ours, &mut theirs) {
            self.append(key, next);
        }
    }

    /// Lets go of contexts until at most so many continuations are left, those with the smallest hashes: which ones
    /// depends on the set of all contexts only, so that bounded counts merge exactly (as the tallies of
    /// `testgram-model` do). What follows nothing in particular stays in any case: it is one context, and all symbols
    /// are known by it.
    pub(crate) fn bound(&mut self, seed: u64, most: usize) {
        let spread = |key: ContextKey| {
            let (high, low) = key.halves();
            scramble(scramble(seed, high), low)
        };
        self.keep(|key, limit| spread(key) < limit);
        let cells = |counts: &Self| {
            counts
                .sorted()
                .filter(|(key, _)| key.level() > 0)
                .map(|(_, nexts)| nexts.len())
                .sum::<usize>()
        };
        // The first one is seen at a glance, and is all that happens without a flood.
        if self.nexts.len() <= most || cells(self) <= most {
            return;
        }
        let remembering = self.sorted().filter(|(key, _)| key.level() > 0);
        let mut spreads: Vec<u64> = remembering
            .flat_map(|(key, nexts)| std::iter::repeat_n(spread(key), nexts.len()))
            .collect();
        let (_, limit, _) = spreads.select_nth_unstable(most);
        self.limit = Some(*limit);
        self.keep(|key, limit| spread(key) < limit);
    }

    fn keep(&mut self, fits: impl Fn(ContextKey, u64) -> bool) {
        let Some(limit) = self.limit else { return };
        if self.sorted().all(|(key, _)| key.level() == 0 || fits(key, limit)) {
            return;
        }
        let all = std::mem::take(self);
        self.sessions = all.sessions;
        self.limit = all.limit;
        for (key, nexts) in all.sorted().filter(|(key, _)| key.level() == 0 || fits(*key, limit)) {
            nexts.iter().for_each(|next| self.append(key, *next));
        }
    }

    /// Whether some contexts did not fit.
    pub const fn is_full(&self) -> bool {
        self.limit.is_some()
    }

    /// The same counts, of so many sessions.
    pub(crate) fn with_sessions(self, sessions: u64) -> Self {
        Self { sessions, ..self }
    }

    /// Makes room for continuations. How many contexts they have is not known.
    pub(crate) fn reserve(&mut self, nexts: usize) {
        self.nexts.reserve_exact(nexts);
    }

    /// Adds a continuation that comes after all the others.
    pub(crate) fn append(&mut self, key: ContextKey, next: Next) {
        if self.keys.last() != Some(&key) {
            self.keys.push(key);
            self.ends.push(0);
        }
        self.nexts.push(next);
        if let Some(end) = self.ends.last_mut() {
            *end = u32::try_from(self.nexts.len()).unwrap_or(u32::MAX);
        }
    }

    /// The same counts in the numbers of a larger alphabet, which leave the order as it is.
    #[must_use]
    pub(crate) fn renumbered(mut self, numbers: &[Symbol]) -> Self {
        let number = |symbol: Symbol| numbers.get(usize::from(symbol)).copied().unwrap_or(symbol);
        self.keys.iter_mut().for_each(|key| *key = key.renumbered(numbers));
        self.nexts.iter_mut().for_each(|next| next.symbol = number(next.symbol));
        self
    }

    /// How many sessions were counted.
    #[must_use]
    pub fn sessions(&self) -> u64 {
        self.sessions
    }

    /// What followed a context, by symbol.
    #[must_use]
    pub fn get(&self, key: ContextKey) -> &[Next] {
        self.keys.binary_search(&key).map_or(&[], |place| self.at(place))
    }

    /// All contexts with what followed them, sorted.
    pub fn sorted(&self) -> impl Iterator<Item = (ContextKey, &[Next])> {
        self.keys.iter().enumerate().map(|(place, key)| (*key, self.at(place)))
    }

    /// Where the continuations of the context at a place stand among all of them.
    pub(crate) fn range(&self, place: usize) -> Range<usize> {
        let end = |place: usize| self.ends.get(place).map_or(0, |end| *end as usize);
        place.checked_sub(1).map_or(0, end)..end(place)
    }

    pub(crate) fn at(&self, place: usize) -> &[Next] {
        self.nexts.get(self.range(place)).unwrap_or_default()
    }

    pub(crate) fn keys(&self) -> &[ContextKey] {
        &self.keys
    }

    /// All continuations with their contexts, sorted.
    fn cells(&self) -> impl Iterator<Item = (ContextKey, Next)> {
        self.sorted()
            .flat_map(|(key, nexts)| nexts.iter().map(move |next| (key, *next)))
    }
}

type Cell = (ContextKey, Next);

/// The earlier cell of two sorted lists; of both if they have the same place.
fn earlier(
    ours: &mut Peekable<impl Iterator<Item = Cell>>,
    theirs: &mut Peekable<impl Iterator<Item = Cell>>,
) -> Option<Cell> {
    let order = match (ours.peek(), theirs.peek()) {
        (Some((one, next)), Some((other, another))) => (one, next.symbol).cmp(&(other, another.symbol)),
        (Some(_), None) => Ordering::Less,
        _ => Ordering::Greater,
    };
    match order {
        Ordering::Less => ours.next(),
        Ordering::Greater => theirs.next(),
        Ordering::Equal => ours.next().zip(theirs.next()).map(|((key, one), (_, other))| {
            let sum = Next {
                symbol: one.symbol,
                support: one.support.saturating_add(other.support),
                count: one.count.saturating_add(other.count),
            };
            (key, sum)
        }),
    }
}

/// How bytes say it: contexts as differences from the one before, counts with one bit for "in as many sessions".
impl Counts {
    pub(crate) fn write(&self, bytes: &mut Vec<u8>) {
        put(bytes, self.sessions);
        put(bytes, u64::from(self.limit.is_some()));
        put(bytes, self.limit.unwrap_or_default());
        put(bytes, self.keys.len() as u64);
        let mut before = None;
        for (key, nexts) in self.sorted() {
            key.write(before, bytes);
            before = Some(key);
            put(bytes, nexts.len() as u64);
            let mut least = 0;
            for next in nexts {
                put(bytes, u64::from(next.symbol - least));
                least = next.symbol.saturating_add(1);
                let more = next.count.saturating_sub(u64::from(next.support));
                put(bytes, next.count << 1 | u64::from(more > 0));
                if more > 0 {
                    put(bytes, more - 1);
                }
            }
        }
    }

    /// Reads what was written over an alphabet of so many outcomes.
    pub(crate) fn read(reader: &mut Reader<'_>, outcomes: usize) -> Option<Self> {
        let mut counts = Self::default().with_sessions(reader.number()?);
        counts.limit = match (reader.number()?, reader.number()?) {
            (0, 0) => None,
            (1, limit) => Some(limit),
            _ => return None,
        };
        let mut before = None;
        for _ in 0..reader.many()? {
            let key = ContextKey::read(before, reader)?;
            before = Some(key);
            let known = |symbol: Symbol| symbol == START || usize::from(symbol) < outcomes;
            let many = reader.many().filter(|many| *many > 0 && key.symbols().all(known))?;
            let mut least = END;
            for _ in 0..many {
                let symbol = least.checked_add(reader.small()?)?;
                least = symbol.checked_add(1).filter(|_| usize::from(symbol) < outcomes)?;
                let number = reader.number()?;
                let count = number >> 1;
                let more = if number & 1 == 1 {
                    reader.number()?.checked_add(1)?
                } else {
                    0
                };
                let support = u32::try_from(count.checked_sub(more)?).ok()?;
                if support == 0 || u64::from(support) > counts.sessions {
                    return None;
                }
                counts.append(key, Next { symbol, support, count });
            }
        }
        Some(counts)
    }
}

/// What one session counts for: each of its contexts with each continuation once, support 1, sorted.
pub(crate) fn steps_of(session: &[Symbol], steps: &mut Vec<(ContextKey, Next)>) {
    steps.clear();
    let mut history = History::default();
    for &symbol in session.iter().chain([&END]) {
        history.contexts(|_, key| {
            steps.push((
                key,
                Next {
                    symbol,
                    support: 1,
                    count: 1,
                },
            ))
        });
        if symbol != END {
            history.push(symbol);
        }
    }
    steps.sort_unstable();
    steps.dedup_by(|later, first| {
        let same = first.0 == later.0 && first.1.symbol == later.1.symbol;
        if same {
            first.1.count += later.1.count;
        }
        same
    });
}
