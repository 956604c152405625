//! Contexts: what is remembered of a session so far when the next symbol is counted or predicted.
//!
//! Kinds, each from general to specific, each backing off to a more general one where it has seen little:
//!
//! * **suffix**: the last 0 to 5 symbols, the start of the session being one;
//! * **runs**: the last symbol and how often it was just repeated, then the symbols before that run, repeats not
//!   counted, or the symbol before it and how often that one was repeated;
//! * **visited**: the last symbol and the set of all symbols so far, then with the length of the run, or with how often
//!   each came;
//! * **entry**: the last symbol and the first one, then with the run and the symbol before it;
//! * **skip**: the last two symbols and the fourth last.
//!
//! Suffixes forget what is further back than they are long; a reader who reloads a page eight times pushes all else out
//! of them. The others keep it.

use crate::alphabet::{START, Symbol};
use crate::varint::{Reader, put};
use serde::{Deserialize, Serialize};

/// How many contexts a history has at most.
pub const LEVELS: usize = 16;

/// How many symbols the longest suffix has.
pub const LONGEST: usize = 5;

/// Of each level, the more general one it backs off to. Level 0 backs off to the uniform distribution.
pub(crate) const BACKS_OFF_TO: [usize; LEVELS] = [0, 0, 1, 2, 3, 4, 1, 6, 7, 1, 9, 9, 1, 12, 7, 2];

const RUN: [usize; 3] = [6, 7, 8];
const VISITED: [usize; 2] = [9, 10];
const VISITED_TIMES: usize = 11;
const ENTRY: [usize; 2] = [12, 13];
const RUN_BEFORE: usize = 14;
const SKIP: usize = 15;

/// A set of more symbols than this is no context: hardly any two sessions share one.
const MOST_VISITED: usize = 7;

/// The same where it is counted how often each came: two bits each.
const MOST_COUNTED: usize = 4;

/// A context, exact and in 16 bytes: the level, a byte of what was counted (run lengths, times), then up to seven
/// symbols.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "Vec<u16>", try_from = "Vec<u16>")]
pub struct ContextKey(u128);

impl ContextKey {
    fn new(level: usize, bucket: u16, symbols: impl IntoIterator<Item = Symbol>) -> Self {
        let head = ((level as u128) << 8) | u128::from(bucket & 0xff);
        let mut packed = head;
        let mut places = 7;
        for symbol in symbols.into_iter().take(7) {
            packed = packed << 16 | u128::from(symbol);
            places -= 1;
        }
        Self(packed << (16 * places))
    }

    /// The empty suffix: nothing is remembered.
    pub(crate) fn nothing() -> Self {
        Self::new(0, 0, [])
    }

    /// The level, from 0 (nothing) to [`LEVELS`] - 1.
    #[must_use]
    pub fn level(self) -> usize {
        (self.0 >> 120) as usize
    }

    /// The symbols, the latest first; of a set, the latest and then the others by number.
    pub fn symbols(self) -> impl Iterator<Item = Symbol> {
        (0..7)
            .map(move |place| (self.0 >> (16 * (6 - place))) as u16)
            .take_while(|symbol| *symbol != 0)
    }

    /// The suffix without its oldest symbol; none for level 0 and for what is no suffix.
    pub(crate) fn shorter_suffix(self) -> Option<Self> {
        let level = self.level();
        (1..=LONGEST)
            .contains(&level)
            .then(|| Self::new(level - 1, 0, self.symbols().take(level - 1)))
    }

    /// A hash of the context and of what followed it. Not keyed: it is a build that fills the counts, not a request.
    pub(crate) fn hash_with(self, symbol: Symbol) -> u64 {
        let (high, low) = self.halves();
        let mut z = high.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29) ^ low ^ u64::from(symbol) << 20;
        z = (z ^ (z >> 32)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 29)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 32)
    }

    /// Both halves, to be hashed.
    pub(crate) fn halves(self) -> (u64, u64) {
        ((self.0 >> 64) as u64, self.0 as u64)
    }

    /// The eight numbers it is packed of: level and bucket in one, then the symbols, then zeros.
    fn parts(self) -> [u16; 8] {
        std::array::from_fn(|place| (self.0 >> (16 * (7 - place))) as u16)
    }

    /// Appends it as its difference from the context before it: how many parts are the same, by how much the next one
    /// is larger, and the symbols after that.
    pub(crate) fn write(self, before: Option<Self>, bytes: &mut Vec<u8>) {
        let parts = self.parts();
        let known = before.map(Self::parts);
        let same = known.map_or(0, |known| {
            known.iter().zip(parts).take_while(|(one, other)| *one == other).count()
        });
        let rest = parts.iter().skip(same + 1).take_while(|part| **part != 0);
        put(bytes, (same << 3 | rest.clone().count()) as u64);
        let least = known
            .and_then(|known| known.get(same).copied())
            .map_or(0, |part| part + 1);
        put(bytes, parts.get(same).map_or(0, |part| u64::from(part - least)));
        rest.for_each(|part| put(bytes, u64::from(*part)));
    }

    /// Reads what was written. None for what is not in order, or not of the shape that every context has.
    pub(crate) fn read(before: Option<Self>, reader: &mut Reader<'_>) -> Option<Self> {
        let head: u8 = reader.small()?;
        let (same, rest) = (usize::from(head >> 3), usize::from(head & 7));
        let known = before.map(Self::parts);
        let least = match known {
            Some(known) => known.get(same)?.checked_add(1)?,
            None => 0,
        };
        let mut parts = [0; 8];
        let (kept, open) = parts.split_at_mut_checked(same)?;
        kept.iter_mut()
            .zip(known.unwrap_or_default())
            .for_each(|(part, known)| *part = known);
        let (larger, after) = open.split_first_mut()?;
        *larger = least.checked_add(reader.small()?)?;
        for part in after.get_mut(..rest)? {
            *part = reader.small().filter(|symbol| *symbol != 0)?;
        }
        // Nothing comes after a gap, and nothing is the same as nothing.
        let gap = kept.iter().skip(1).any(|part| *part == 0);
        let none_before = known.is_none() && same > 0;
        let key = Self(parts.iter().fold(0, |packed, part| packed << 16 | u128::from(*part)));
        (!gap && !none_before && key.level() < LEVELS).then_some(key)
    }

    /// The same context in other numbers for the symbols.
    pub(crate) fn renumbered(self, numbers: &[Symbol]) -> Self {
        let bucket = (self.0 >> 112) as u16 & 0xff;
        Self::new(
            self.level(),
            bucket,
            self.symbols()
                .map(|s| numbers.get(usize::from(s)).copied().unwrap_or(s)),
        )
    }
}

impl From<ContextKey> for Vec<u16> {
    /// Level, bucket, symbols.
    fn from(key: ContextKey) -> Self {
        [key.level() as u16, (key.0 >> 112) as u16 & 0xff]
            .into_iter()
            .chain(key.symbols())
            .collect()
    }
}

/// A context in a model that no history can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a context")]
pub struct NotAContext;

impl TryFrom<Vec<u16>> for ContextKey {
    type Error = NotAContext;

    fn try_from(parts: Vec<u16>) -> Result<Self, NotAContext> {
        match parts.split_first_chunk::<2>() {
            Some(([level, bucket], symbols)) if usize::from(*level) < LEVELS && *bucket < 256 && symbols.len() <= 7 => {
                Ok(Self::new(usize::from(*level), *bucket, symbols.iter().copied()))
            }
            _ => Err(NotAContext),
        }
    }
}

/// Small numbers exactly, larger ones roughly: 0 to 15.
pub(crate) fn bucket(n: usize) -> u16 {
    match n {
        0..=8 => n as u16,
        9..=10 => 9,
        11..=13 => 10,
        14..=17 => 11,
        18..=24 => 12,
        25..=35 => 13,
        36..=60 => 14,
        _ => 15,
    }
}

/// A session so far, as far as contexts are made of it.
#[derive(Debug, Clone, Default)]
pub struct History {
    first: Option<Symbol>,
    /// The last [`LONGEST`] symbols, the latest first.
    recent: Vec<Symbol>,
    length: usize,
    /// The last runs of equal symbols with their lengths, the latest first.
    runs: Vec<(Symbol, usize)>,
    /// Every symbol so far and how often, by number.
    visited: Vec<(Symbol, usize)>,
}

impl History {
    /// Back to the start of a session.
    pub fn clear(&mut self) {
        self.first = None;
        self.recent.clear();
        self.length = 0;
        self.runs.clear();
        self.visited.clear();
    }

    /// The session goes on with this symbol.
    pub fn push(&mut self, symbol: Symbol) {
        self.length += 1;
        self.first.get_or_insert(symbol);
        self.recent.truncate(LONGEST - 1);
        self.recent.insert(0, symbol);
        match self.runs.first_mut() {
            Some((last, times)) if *last == symbol => *times += 1,
            _ => {
                self.runs.truncate(3);
                self.runs.insert(0, (symbol, 1));
            }
        }
        match self.visited.binary_search_by_key(&symbol, |(known, _)| *known) {
            Ok(place) => {
                if let Some((_, times)) = self.visited.get_mut(place) {
                    *times += 1;
                }
            }
            Err(place) => self.visited.insert(place, (symbol, 1)),
        }
    }

    /// How many symbols so far.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }

    /// The last symbol; none before the first one.
    #[must_use]
    pub fn last(&self) -> Option<Symbol> {
        self.recent.first().copied()
    }

    pub(crate) fn recent(&self) -> &[Symbol] {
        &self.recent
    }

    /// How often the last symbol came in a row.
    pub(crate) fn run(&self) -> usize {
        self.runs.first().map_or(0, |(_, times)| *times)
    }

    /// The symbol of the run that is `back` runs ago; 0 is the present one.
    pub(crate) fn run_symbol(&self, back: usize) -> Option<Symbol> {
        self.runs.get(back).map(|(symbol, _)| *symbol)
    }

    /// How many different symbols so far.
    pub(crate) fn distinct(&self) -> usize {
        self.visited.len()
    }

    /// How often a symbol came so far.
    pub(crate) fn times(&self, symbol: Symbol) -> usize {
        let place = self.visited.binary_search_by_key(&symbol, |(known, _)| *known).ok();
        place
            .and_then(|place| self.visited.get(place))
            .map_or(0, |(_, times)| *times)
    }

    /// Every context of this history with its level, general ones first.
    pub fn contexts(&self, mut each: impl FnMut(usize, ContextKey)) {
        let start = (self.length < LONGEST).then_some(START);
        let orders = (self.recent.len() + usize::from(start.is_some())).min(LONGEST);
        for order in 0..=orders {
            each(
                order,
                ContextKey::new(order, 0, self.recent.iter().copied().chain(start).take(order)),
            );
        }
        let Some(last) = self.last() else { return };
        let run = bucket(self.run());
        let before = || self.runs.iter().map(|(symbol, _)| *symbol).chain([START]);
        for (level, symbols) in RUN.into_iter().zip(1..) {
            if symbols <= self.runs.len() + 1 {
                each(level, ContextKey::new(level, run, before().take(symbols)));
            }
        }
        if let Some((_, times)) = self.runs.get(1) {
            let counted = run | ((*times).min(7) as u16) << 4;
            each(RUN_BEFORE, ContextKey::new(RUN_BEFORE, counted, before().take(2)));
        }
        let first = self.first.unwrap_or(last);
        let [entry, entry_run] = ENTRY;
        each(entry, ContextKey::new(entry, 0, [last, first]));
        each(
            entry_run,
            ContextKey::new(entry_run, run, [last, first].into_iter().chain(before().nth(1))),
        );
        if let [last, second, _, fourth, ..] = self.recent.as_slice() {
            each(SKIP, ContextKey::new(SKIP, 0, [*last, *second, *fourth]));
        }
        self.visited_contexts(last, run, each);
    }

    fn visited_contexts(&self, last: Symbol, run: u16, mut each: impl FnMut(usize, ContextKey)) {
        let others = || {
            self.visited
                .iter()
                .map(|(symbol, _)| *symbol)
                .filter(move |symbol| *symbol != last)
        };
        if self.visited.len() <= MOST_VISITED {
            for (level, bucket) in VISITED.into_iter().zip([0, run.min(5)]) {
                each(
                    level,
                    ContextKey::new(level, bucket, std::iter::once(last).chain(others())),
                );
            }
        }
        if self.visited.len() <= MOST_COUNTED {
            let times = self.visited.iter().map(|(_, times)| (*times).min(4) as u16 - 1);
            let counted = times.fold(0, |counted, times| counted << 2 | times);
            each(
                VISITED_TIMES,
                ContextKey::new(VISITED_TIMES, counted, std::iter::once(last).chain(others())),
            );
        }
    }
}
