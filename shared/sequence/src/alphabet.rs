//! The symbols sessions are made of.

use crate::varint::{Reader, put};
use serde::{Deserialize, Serialize};

/// A symbol's number. 0 is the end of a session; names have the numbers from 1, in the order of the [`Alphabet`].
pub type Symbol = u16;

/// The end of a session, predicted like any other symbol.
pub const END: Symbol = 0;

/// Stands before the first symbol of a session, in contexts only.
pub const START: Symbol = Symbol::MAX;

/// Most names an alphabet holds: the numbers between [`END`] and [`START`].
pub const MOST: usize = (START - 1) as usize;

/// The names of the symbols, sorted and distinct. A name's place, from 1, is its [`Symbol`].
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Alphabet {
    names: Vec<String>,
}

impl From<Vec<String>> for Alphabet {
    /// Sorts, drops doubles, and keeps the first [`MOST`].
    fn from(mut names: Vec<String>) -> Self {
        names.sort_unstable();
        names.dedup();
        names.truncate(MOST);
        Self { names }
    }
}

impl From<Alphabet> for Vec<String> {
    fn from(alphabet: Alphabet) -> Self {
        alphabet.names
    }
}

impl Alphabet {
    /// How many symbols can come next: the names and the end.
    #[must_use]
    pub fn outcomes(&self) -> usize {
        self.names.len() + 1
    }

    /// The symbol of a name.
    #[must_use]
    pub fn symbol(&self, name: &str) -> Option<Symbol> {
        let place = self.names.binary_search_by(|known| known.as_str().cmp(name)).ok()?;
        Symbol::try_from(place + 1).ok()
    }

    /// The name of a symbol; none for the end.
    #[must_use]
    pub fn name(&self, symbol: Symbol) -> Option<&str> {
        self.names.get(usize::from(symbol).checked_sub(1)?).map(String::as_str)
    }

    /// The alphabet of all names of both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.names
            .iter()
            .chain(&other.names)
            .cloned()
            .collect::<Vec<_>>()
            .into()
    }

    /// Where each symbol of this alphabet stands in another one that has all its names. Sorted names make it monotone,
    /// so whatever was sorted by symbol stays so.
    #[must_use]
    pub fn numbers_in(&self, other: &Self) -> Vec<Symbol> {
        let named = self.names.iter().map(|name| other.symbol(name).unwrap_or(END));
        std::iter::once(END).chain(named).collect()
    }

    pub(crate) fn write(&self, bytes: &mut Vec<u8>) {
        put(bytes, self.names.len() as u64);
        for name in &self.names {
            put(bytes, name.len() as u64);
            bytes.extend_from_slice(name.as_bytes());
        }
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let many = reader.many().filter(|many| *many <= MOST)?;
        let names: Option<Vec<_>> = (0..many).map(|_| reader.text().map(str::to_owned)).collect();
        let names = names.filter(|names| names.is_sorted_by(|a, b| a < b))?;
        Some(Self { names })
    }
}
