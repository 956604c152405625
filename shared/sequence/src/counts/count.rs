//! Counting many sessions at a time.
//!
//! Sessions are sorted and walked as a tree: what many of them began with alike is counted once, times their number. A
//! session supports a continuation once, however often it does it; since the walk is depth first, it has done it before
//! if the step that did it last is not yet behind the walk. Levels are counted one after the other over thousands of
//! steps, so that a level's table stays in the cache meanwhile.

use crate::alphabet::{END, Symbol};
use crate::counts::context::{ContextKey, History, LEVELS};
use crate::counts::table::{Counts, Next};
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use std::cmp::Ordering;

/// Symbols of the sessions that are walked together. More have more in common, and take more memory.
const BATCH: usize = 1 << 21;

/// Steps whose contexts are gathered before they are counted, in half a kilobyte each. 512 of them are a third slower.
const GATHERED: usize = 1 << 15;

/// Symbols after which tables are emptied, so that the number of a step and every count fit their 32 bits.
const MOST: u32 = 1 << 31;

/// Counts what followed which context in all these sessions.
pub fn count<S: AsRef<[Symbol]>>(sessions: impl Iterator<Item = S>) -> Counts {
    counted(sessions, Counter::new(BATCH, MOST))
}

fn counted<S: AsRef<[Symbol]>>(sessions: impl Iterator<Item = S>, mut counter: Counter) -> Counts {
    sessions.for_each(|session| counter.add(session.as_ref()));
    counter.counts()
}

/// A continuation of a context while it is counted: 32 bytes.
struct Cell {
    key: ContextKey,
    count: u32,
    support: u32,
    /// The first step that is not behind the one which did it last in the tree.
    until: u32,
    symbol: Symbol,
}

/// A step of the tree: so many sessions went on with this symbol.
struct Step {
    symbol: Symbol,
    depth: u32,
    sessions: u32,
    /// The first step that is not behind this one in the tree.
    until: u32,
}

/// A context with what followed it, not yet counted.
struct Gathered {
    key: ContextKey,
    step: u32,
    until: u32,
    sessions: u32,
    symbol: Symbol,
}

#[derive(Default)]
struct Counter {
    /// [`BATCH`] and [`MOST`].
    batch: usize,
    most: u32,
    symbols: Vec<Symbol>,
    /// Where each session ends among the symbols.
    ends: Vec<u32>,
    steps: Vec<Step>,
    gathered: [Vec<Gathered>; LEVELS],
    tables: [HashTable<Cell>; LEVELS],
    /// Symbols of earlier batches. The numbers of their steps are less.
    before: u32,
    sessions: u64,
    counts: Counts,
}

impl Counter {
    fn new(batch: usize, most: u32) -> Self {
        Self {
            batch,
            most,
            ..Self::default()
        }
    }

    fn add(&mut self, session: &[Symbol]) {
        if self.symbols.len() + session.len() > self.batch {
            self.walk();
        }
        self.sessions += 1;
        self.symbols.extend_from_slice(session);
        self.ends.push(self.symbols.len() as u32);
    }

    fn counts(mut self) -> Counts {
        self.walk();
        self.empty();
        self.counts.with_sessions(self.sessions)
    }

    /// Counts the sessions gathered so far.
    fn walk(&mut self) {
        if self.before > self.most {
            self.empty();
        }
        self.grow();
        let (mut history, mut path) = (History::default(), Vec::new());
        let steps = std::mem::take(&mut self.steps);
        for (number, step) in steps.iter().enumerate() {
            if (step.depth as usize) < path.len() {
                path.truncate(step.depth as usize);
                history.clear();
                path.iter().for_each(|symbol| history.push(*symbol));
            }
            self.gather(&history, step, self.before + number as u32);
            if step.symbol != END {
                path.push(step.symbol);
                history.push(step.symbol);
            }
            if number % GATHERED == GATHERED - 1 {
                self.count();
            }
        }
        self.count();
        // Symbols, ends included: no table counts more than these.
        self.before += (self.symbols.len() + self.ends.len()) as u32;
        self.steps = steps;
        self.steps.clear();
        self.symbols.clear();
        self.ends.clear();
    }

    /// Makes the tree, depth first.
    fn grow(&mut self) {
        let order = self.order();
        let mut open: Vec<usize> = Vec::new();
        let mut path: Vec<Symbol> = Vec::new();
        for (place, session) in order.iter().enumerate() {
            let symbols = || self.session(*session).iter().copied().chain([END]);
            let same = path
                .iter()
                .zip(symbols())
                .take_while(|(one, other)| **one == *other)
                .count();
            path.truncate(same);
            path.extend(symbols().skip(same));
            close(&mut self.steps, open.drain(same..), place);
            for (depth, symbol) in path.iter().enumerate().skip(same) {
                open.push(self.steps.len());
                self.steps.push(Step {
                    symbol: *symbol,
                    depth: depth as u32,
                    sessions: place as u32,
                    until: 0,
                });
            }
        }
        close(&mut self.steps, open.drain(..), order.len());
    }

    /// The sessions, sorted: their first eight symbols in one number decide nearly always.
    fn order(&self) -> Vec<u32> {
        let head = |session: &[Symbol]| {
            let symbols = session.iter().copied().chain(std::iter::repeat(END));
            symbols
                .take(8)
                .fold(0_u128, |head, symbol| head << 16 | u128::from(symbol))
        };
        let all = 0..self.ends.len() as u32;
        let mut order: Vec<_> = all.map(|session| (head(self.session(session)), session)).collect();
        order.sort_unstable_by(|(one, first), (other, second)| {
            let rest = || match *one as Symbol {
                END => Ordering::Equal,
                _ => self.session(*first).cmp(self.session(*second)),
            };
            one.cmp(other).then_with(rest)
        });
        order.into_iter().map(|(_, session)| session).collect()
    }

    fn session(&self, number: u32) -> &[Symbol] {
        let end = |number: u32| self.ends.get(number as usize).map_or(0, |end| *end as usize);
        let from = number.checked_sub(1).map_or(0, end);
        self.symbols.get(from..end(number)).unwrap_or_default()
    }

    fn gather(&mut self, history: &History, step: &Step, number: u32) {
        history.contexts(|level, key| {
            if let Some(gathered) = self.gathered.get_mut(level) {
                gathered.push(Gathered {
                    key,
                    step: number,
                    until: self.before + step.until,
                    sessions: step.sessions,
                    symbol: step.symbol,
                });
            }
        });
    }

    /// Counts what was gathered, a level after the other.
    fn count(&mut self) {
        for (table, gathered) in self.tables.iter_mut().zip(&mut self.gathered) {
            gathered.drain(..).for_each(|gathered| tally(table, gathered));
        }
    }

    /// Moves what the tables hold to the sorted counts.
    fn empty(&mut self) {
        let mut sorted = Counts::default();
        sorted.reserve(self.tables.iter().map(HashTable::len).sum());
        for table in &mut self.tables {
            let mut cells: Vec<Cell> = std::mem::take(table).into_iter().collect();
            cells.sort_unstable_by_key(|cell| (cell.key, cell.symbol));
            for cell in cells {
                let next = Next {
                    symbol: cell.symbol,
                    support: cell.support,
                    count: u64::from(cell.count),
                };
                sorted.append(cell.key, next);
            }
        }
        self.before = 0;
        if self.counts.keys().is_empty() {
            self.counts = sorted;
        } else {
            self.counts.merge(&sorted);
        }
    }
}

/// The walk leaves these steps before the session at a place.
fn close(steps: &mut [Step], left: impl Iterator<Item = usize>, place: usize) {
    let until = steps.len() as u32;
    for step in left {
        if let Some(step) = steps.get_mut(step) {
            step.sessions = place as u32 - step.sessions;
            step.until = until;
        }
    }
}

fn tally(table: &mut HashTable<Cell>, gathered: Gathered) {
    let Gathered {
        key,
        symbol,
        sessions,
        step,
        until,
    } = gathered;
    let same = |cell: &Cell| cell.key == key && cell.symbol == symbol;
    match table.entry(key.hash_with(symbol), same, |cell| cell.key.hash_with(cell.symbol)) {
        Entry::Occupied(mut cell) => {
            let cell = cell.get_mut();
            cell.count += sessions;
            if cell.until <= step {
                cell.support += sessions;
                cell.until = until;
            }
        }
        Entry::Vacant(place) => {
            place.insert(Cell {
                key,
                count: sessions,
                support: sessions,
                until,
                symbol,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::scramble;

    /// Batches and emptied tables leave no trace.
    #[test]
    fn the_same_however_batched() {
        let random = |seed: u64, x: u64, most: u64| scramble(seed, x) % most;
        let session = |seed: u64| (0..random(seed, 0, 12)).map(move |x| 1 + random(seed, x + 1, 4) as Symbol);
        let sessions: Vec<Vec<Symbol>> = (0..2_000).map(|seed| session(seed).collect()).collect();
        let whole = count(sessions.iter());
        for (batch, most) in [(0, 0), (100, MOST), (100, 1_000), (3_000, 0), (BATCH, 0)] {
            let batched = counted(sessions.iter(), Counter::new(batch, most));
            assert_eq!(batched, whole, "{batch} {most}");
        }
    }

    #[test]
    fn bounded_counts_merge_exactly() {
        let session = |nth: u64| {
            (0..6)
                .map(|place| 1 + (scramble(nth, place) % 40) as Symbol)
                .collect::<Vec<_>>()
        };
        let sessions: Vec<Vec<Symbol>> = (0..200).map(session).collect();
        let counted = |sessions: &[Vec<Symbol>]| {
            let mut counts = count(sessions.iter());
            counts.bound(7, 1_000);
            counts
        };
        let whole = counted(&sessions);
        let nexts: usize = whole.sorted().map(|(_, nexts)| nexts.len()).sum();
        assert!(whole.is_full() && nexts > 900);
        let all = count(sessions.iter());
        assert_eq!(
            whole.get(ContextKey::nothing()),
            all.get(ContextKey::nothing()),
            "what follows nothing stays"
        );
        assert!(whole.sorted().all(|(key, nexts)| all.get(key) == nexts), "none in part");
        for cut in [1, 20, 100, 199] {
            let (one, other) = sessions.split_at(cut);
            for (one, other) in [(one, other), (other, one)] {
                let mut merged = counted(one);
                merged.merge(&counted(other));
                merged.bound(7, 1_000);
                assert_eq!(merged, whole, "{cut}");
            }
        }
    }
}
