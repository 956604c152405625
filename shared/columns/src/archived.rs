//! A batch as the archive holds it, and the order in which a file holds many.

use std::cmp::Ordering;
use std::fmt;

use testgram_protocol::event::{Event, Meta};
use testgram_protocol::id::SessionId;

/// One batch as archived: what identifies it, and what it holds. The archiver makes it of a buffer item,
/// [`crate::write()`] writes it, and [`crate::read()`] makes it again of the file's rows.
#[derive(Clone, PartialEq, Eq)]
pub struct ArchivedBatch {
    /// The session that sent the batch.
    pub session: SessionId,
    /// Number of the batch in its session, from 0.
    pub seq: u32,
    /// 32 bits of the hash of the frame, by which different frames under one number are distinguished.
    pub fingerprint: u32,
    /// What the batch says of its session, if anything: the first one of a session does.
    pub meta: Option<Meta>,
    /// The events, in the order in which they were sent.
    pub events: Vec<Event>,
}

impl fmt::Debug for ArchivedBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ArchivedBatch")
            .field("seq", &self.seq)
            .field("meta", &self.meta.is_some())
            .field("events", &self.events.len())
            .finish_non_exhaustive()
    }
}

impl ArchivedBatch {
    /// Two batches with the same identity are copies of one.
    pub(crate) const fn identity(&self) -> (SessionId, u32, u32) {
        (self.session, self.seq, self.fingerprint)
    }

    /// Rows of the file that the batch takes: one for each event, and one for what it says of its session.
    pub(crate) const fn rows(&self) -> usize {
        self.events.len() + self.meta.is_some() as usize
    }

    /// By identity, and copies by what they hold.
    ///
    /// Copies are equal unless a setting changed between two deliveries of one frame. Then the one that holds less is
    /// first.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        self.identity().cmp(&other.identity()).then_with(|| {
            if self == other {
                return Ordering::Equal;
            }
            let content = |batch: &Self| (batch.rows(), serde_json::to_string(&(&batch.meta, &batch.events)).ok());
            content(self).cmp(&content(other))
        })
    }
}
