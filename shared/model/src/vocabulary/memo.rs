//! What was found out about elements, by where they lie in memory: an archive's reader hands out one element for all
//! events that name it.

use hashbrown::HashMap;
use std::sync::Arc;

use testgram_protocol::event::Element;

/// Most answers of one sort that are remembered: what people meet on a site. Of what an attacker made up, long as it
/// may be, that is some twenty megabytes.
pub(crate) const MOST: usize = 1 << 13;

/// Answers about elements by where they lie in memory. They are held, so that nothing else comes to lie there.
#[derive(Debug, Clone)]
pub(crate) struct ByElement<T>(HashMap<usize, (Arc<Element>, Vec<T>)>);

impl<T> Default for ByElement<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T> ByElement<T> {
    /// The answers about an element so far.
    pub(crate) fn of(&mut self, element: &Arc<Element>) -> &mut Vec<T> {
        if self.0.len() >= MOST {
            self.0.clear();
        }
        let place = Arc::as_ptr(element).addr();
        let (_, answers) = self.0.entry(place).or_insert_with(|| (Arc::clone(element), Vec::new()));
        answers
    }
}
