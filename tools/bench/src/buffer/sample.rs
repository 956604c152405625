//! A batch in its forms.

use testgram_fixtures::SentBatch;
use testgram_protocol::batch::Batch;
use testgram_protocol::buffer::{self, Columns};

/// A batch as it is sent, as it is read, before compression, and as it is stored.
pub(crate) struct Sample {
    pub(crate) sent: SentBatch,
    pub(crate) batch: Batch,
    pub(crate) columns: Columns,
    pub(crate) packed: Vec<u8>,
}

impl Sample {
    /// `None` if the protocol refuses the batch.
    pub(crate) fn of(sent: SentBatch) -> Option<Self> {
        let batch = sent.accepted().ok()?;
        let columns = buffer::columns(&batch).ok()?;
        let packed = buffer::encode(&batch).ok()?;
        Some(Self {
            sent,
            batch,
            columns,
            packed,
        })
    }

    /// Those of `samples` with 38 to 42 events.
    pub(crate) fn alike(samples: &[Self]) -> Vec<&Self> {
        let alike = samples.iter().filter(|sample| (38..=42).contains(&sample.sent.events));
        alike.collect()
    }
}
