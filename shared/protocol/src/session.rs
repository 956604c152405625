//! A session put together again from its batches: what the archive holds and models are made of.

use std::fmt;

use crate::event::{Event, Meta};
use crate::id::SessionId;

/// One session, or as much of it as has come. The archive's reader makes it; models are made of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id, which says when it began.
    pub id: SessionId,
    /// What its first batch said of it; missing where that batch has not come, or its `meta` was refused.
    pub meta: Option<Meta>,
    /// Its events, batch by batch in the order of their numbers, and within a batch in the order in which they were
    /// sent.
    pub events: Vec<Event>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("events", &self.events.len())
            .finish_non_exhaustive()
    }
}
