//! Sessions, put together again.

use testgram_protocol::session::Session;

use crate::archived::ArchivedBatch;

/// The sessions of one partition from all of its files: in order of their ids, each batch once, in order of number and
/// fingerprint.
///
/// Files may come in any order, and hold the same batch more than once: delivery is at least once.
pub fn sessions(files: impl IntoIterator<Item = Vec<ArchivedBatch>>) -> Vec<Session> {
    let mut batches: Vec<ArchivedBatch> = files.into_iter().flatten().collect();
    batches.sort_unstable_by(ArchivedBatch::order);
    batches.dedup_by_key(|batch| batch.identity());
    let mut sessions: Vec<Session> = Vec::new();
    for batch in batches {
        match sessions.last_mut().filter(|session| session.id == batch.session) {
            Some(session) => {
                session.meta = session.meta.take().or(batch.meta);
                session.events.extend(batch.events);
            }
            None => sessions.push(Session {
                id: batch.session,
                meta: batch.meta,
                events: batch.events,
            }),
        }
    }
    sessions
}
