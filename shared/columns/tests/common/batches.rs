//! Batches to test with: any that the protocol accepts, the recorded traffic of the demo shop, and generated traffic.
#![allow(dead_code, reason = "each test uses its part")]

use proptest::prelude::*;
use testgram_columns::ArchivedBatch;
use testgram_fixtures::{SentBatch, SentSession, Traffic, recorded, strategy};
use testgram_protocol::batch::Batch;

pub(crate) use testgram_fixtures::strategy::config;

/// A batch as the archive holds it.
pub(crate) fn archived(batch: Batch, fingerprint: u32) -> ArchivedBatch {
    let (session, seq) = (batch.session(), batch.seq());
    let (meta, events) = batch.into_parts();
    ArchivedBatch {
        session,
        seq,
        fingerprint,
        meta,
        events,
    }
}

fn sent(sent: &SentBatch) -> ArchivedBatch {
    let bytes = sent.frame.bytes();
    let fingerprint = bytes.fold(7_u32, |sum, b| sum.wrapping_mul(31).wrapping_add(b.into()));
    archived(sent.accepted().unwrap(), fingerprint)
}

fn all<'a>(sessions: impl Iterator<Item = &'a SentSession>) -> Vec<ArchivedBatch> {
    sessions.flat_map(|session| &session.batches).map(sent).collect()
}

pub(crate) fn recorded_traffic() -> Vec<ArchivedBatch> {
    all(recorded::read().unwrap().iter().map(|one| &one.session))
}

pub(crate) fn generated_traffic() -> Vec<ArchivedBatch> {
    let traffic = Traffic::new(11);
    let sites = traffic.training().chain(traffic.held_out());
    let sessions: Vec<_> = sites.flat_map(|site| site.sessions(3)).collect();
    all(sessions.iter())
}

/// In order, each once: what a file holds of `batches`.
pub(crate) fn in_order(mut batches: Vec<ArchivedBatch>) -> Vec<ArchivedBatch> {
    batches.retain(|batch| batch.meta.is_some() || !batch.events.is_empty());
    batches.sort_by_key(|batch| (batch.session, batch.seq, batch.fingerprint));
    batches.dedup();
    batches
}

/// Any batch that the protocol accepts.
pub(crate) fn batch() -> impl Strategy<Value = ArchivedBatch> {
    (strategy::batch(), any::<u32>()).prop_map(|(sent, fingerprint)| archived(sent.accepted().unwrap(), fingerprint))
}
