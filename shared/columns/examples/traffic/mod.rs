//! Traffic as the archive holds it.

use testgram_columns::ArchivedBatch;
use testgram_protocol::batch::Batch;
use testgram_traffic::{Sent, Session, recorded};

pub(crate) type Failure = Box<dyn std::error::Error>;

/// What the demo shop's visitors sent.
pub(crate) fn recorded() -> Result<Vec<Session>, Failure> {
    Ok(recorded::read()?.into_iter().map(|recorded| recorded.session).collect())
}

/// A frame as ingest takes it and the archiver finds it.
pub(crate) fn archived(sent: &Sent) -> Result<ArchivedBatch, Failure> {
    let batch = Batch::parse(&sent.frame, sent.arrival())
        .map_err(|refused| refused.code.as_str())?
        .batch;
    Ok(ArchivedBatch {
        session: batch.session(),
        seq: batch.seq(),
        fingerprint: (twox_hash::XxHash3_64::oneshot(sent.frame.as_bytes()) >> 32) as u32,
        meta: batch.meta().cloned(),
        events: batch.events().to_vec(),
    })
}
