//! A batch as the archive holds it, and the order in which it holds many.

use std::cmp::Ordering;
use std::fmt;

use testgram_protocol::event::{Event, Meta};
use testgram_protocol::id::SessionId;

/// One batch as archived: identity, and what it tells.
#[derive(Clone, PartialEq, Eq)]
pub struct Archived {
    /// The session it belongs to.
    pub session: SessionId,
    /// Its number in the session, from 0.
    pub seq: u32,
    /// Tells it from another frame under the same number.
    pub fingerprint: u32,
    /// About the session, if told.
    pub meta: Option<Meta>,
    /// Its events, in the order told.
    pub events: Vec<Event>,
}

impl fmt::Debug for Archived {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Archived")
            .field("seq", &self.seq)
            .field("meta", &self.meta.is_some())
            .field("events", &self.events.len())
            .finish_non_exhaustive()
    }
}

impl Archived {
    /// What makes two of them copies of one batch.
    pub(crate) const fn identity(&self) -> (SessionId, u32, u32) {
        (self.session, self.seq, self.fingerprint)
    }

    /// How many rows it takes.
    pub(crate) const fn rows(&self) -> usize {
        self.events.len() + self.meta.is_some() as usize
    }

    /// By identity, and copies by what they tell.
    ///
    /// Copies tell the same but where a setting changed between two deliveries of one frame. Then the one that tells less is first.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        self.identity().cmp(&other.identity()).then_with(|| {
            if self == other {
                return Ordering::Equal;
            }
            let told = |batch: &Self| (batch.rows(), serde_json::to_string(&(&batch.meta, &batch.events)).ok());
            told(self).cmp(&told(other))
        })
    }
}
