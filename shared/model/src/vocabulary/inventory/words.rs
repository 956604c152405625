//! Texts by number.

use hashbrown::HashMap;
use std::sync::Arc;

/// What a table's entry costs beside its content.
pub(super) const ENTRY_BYTES: usize = 64;

/// Every text once, numbered as it came.
#[derive(Clone, Default)]
pub(super) struct Words {
    words: Vec<Arc<[u8]>>,
    places: HashMap<Arc<[u8]>, u32>,
}

impl Words {
    /// A word's number; adds to `bytes` what a new one costs.
    pub(super) fn place(&mut self, word: &[u8], bytes: &mut usize) -> u32 {
        if let Some(place) = self.places.get(word) {
            return *place;
        }
        let place = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        let word: Arc<[u8]> = word.into();
        *bytes += word.len() + ENTRY_BYTES;
        self.words.push(Arc::clone(&word));
        self.places.insert(word, place);
        place
    }

    pub(super) fn get(&self, place: u32) -> Option<&[u8]> {
        self.words.get(place as usize).map(|word| &**word)
    }

    /// All words in order.
    pub(super) fn sorted(&self) -> Vec<&[u8]> {
        let mut sorted: Vec<&[u8]> = self.words.iter().map(|word| &**word).collect();
        sorted.sort_unstable();
        sorted
    }

    /// Where each word stands in `sorted`.
    pub(super) fn places_in(&self, sorted: &[&[u8]]) -> Vec<u32> {
        let mut places = vec![0; self.words.len()];
        for (new, word) in (0..).zip(sorted) {
            let old = self.places.get(*word).and_then(|old| places.get_mut(*old as usize));
            old.into_iter().for_each(|old| *old = new);
        }
        places
    }
}
