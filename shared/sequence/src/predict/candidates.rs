//! The symbols that are weighed one by one.

use crate::alphabet::{END, Symbol};
use crate::predict::backoff::Row;

/// Alphabets up to this size are weighed whole.
pub(crate) const WHOLE: usize = 64;

/// Of larger ones at most this many symbols; all others share one place and differ by the last symbol alone.
const MOST: usize = 64;

/// Fewer are filled up with the most frequent symbols, so that the likeliest ones are always among them.
pub(crate) const FEWEST: usize = 16;

/// Rows other than the widest name at most this many.
const OF_ONE_ROW: usize = 24;

/// Levels by what they contribute, the most specific first. Level 1 fills what is left.
const ORDER: [usize; 15] = [5, 4, 8, 11, 10, 13, 14, 3, 9, 7, 15, 2, 16, 12, 6];

#[derive(Debug, Default)]
pub(crate) struct Candidates {
    symbols: Vec<Symbol>,
    /// Of each symbol, its place plus one; 0 if it is none.
    places: Vec<u16>,
    whole: bool,
}

impl Candidates {
    pub(crate) fn symbols(&self) -> &[Symbol] {
        &self.symbols
    }

    /// Are there other symbols?
    pub(crate) fn whole(&self) -> bool {
        self.whole
    }

    /// Places: of the symbols, and one for the others if there are any.
    pub(crate) fn places(&self) -> usize {
        self.symbols.len() + usize::from(!self.whole)
    }

    /// The place of a symbol; the last one for those that share it.
    pub(crate) fn place(&self, symbol: Symbol) -> usize {
        self.named(symbol).unwrap_or(self.symbols.len())
    }

    /// The own place of a symbol.
    pub(crate) fn named(&self, symbol: Symbol) -> Option<usize> {
        self.places
            .get(usize::from(symbol))
            .and_then(|place| usize::from(*place).checked_sub(1))
    }

    fn add(&mut self, symbol: Symbol) {
        if self.symbols.len() < MOST
            && let Some(place) = self.places.get_mut(usize::from(symbol)).filter(|place| **place == 0)
        {
            self.symbols.push(symbol);
            *place = self.symbols.len() as u16;
        }
    }

    /// Chooses for the next symbol. `row` gives the row of a level.
    pub(crate) fn choose<'a>(
        &mut self,
        outcomes: usize,
        [recent, frequent]: [&[Symbol]; 2],
        row: impl Fn(usize) -> Option<&'a Row>,
    ) {
        if self.whole && self.symbols.len() == outcomes {
            return;
        }
        if self.places.len() != outcomes {
            self.places = vec![0; outcomes];
            self.symbols.clear();
        }
        self.whole = outcomes <= WHOLE;
        if self.whole {
            (0..outcomes).for_each(|symbol| self.add(symbol as Symbol));
            return;
        }
        for symbol in &self.symbols {
            if let Some(place) = self.places.get_mut(usize::from(*symbol)) {
                *place = 0;
            }
        }
        self.symbols.clear();
        self.add(END);
        recent.iter().for_each(|symbol| self.add(*symbol));
        let mut sorted = Vec::new();
        for (level, most) in ORDER.into_iter().map(|level| (level, OF_ONE_ROW)).chain([(1, MOST)]) {
            let Some(row) = row(level) else { continue };
            if row.items.len() <= most {
                row.items.iter().for_each(|(symbol, _)| self.add(*symbol));
            } else if self.symbols.len() < MOST {
                sorted.clone_from(&row.items);
                sorted.select_nth_unstable_by(most, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                sorted.truncate(most);
                sorted.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
                sorted.iter().for_each(|(symbol, _)| self.add(*symbol));
            }
        }
        let lacking = FEWEST.saturating_sub(self.symbols.len());
        for symbol in frequent.iter().take(FEWEST).filter(|_| lacking > 0) {
            self.add(*symbol);
        }
    }
}

/// The most frequent symbols of a row, for [`Candidates::choose`].
pub(crate) fn frequent(row: &Row) -> Vec<Symbol> {
    let mut items: Vec<_> = row.items.iter().collect();
    items.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    items.into_iter().take(FEWEST).map(|(symbol, _)| *symbol).collect()
}
