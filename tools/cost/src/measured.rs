//! A session in bytes and units: measured in this run on the recorded traffic of the demo shop, by the code that runs
//! in production.

use std::collections::BTreeMap;
use std::io;

use serde::Serialize;
use testgram_columns::{ArchivedBatch, write};
use testgram_fixtures::{SentBatch, Traffic, item, recorded};
use testgram_protocol::batch::Batch;
use testgram_protocol::buffer;
use testgram_protocol::event::{EndReason, Event, EventDetail, Kind, PageCause};
use testgram_store::bucket::layout;
use testgram_store::key::Fingerprint;

/// A frame of the gateway's metering.
const STEP: usize = 32 * 1024;

/// Means of the recorded sessions.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Measured {
    /// Sessions that were measured.
    pub(crate) sessions: f64,
    /// Events a session.
    pub(crate) events: f64,
    /// Events a session that the model takes as actions.
    pub(crate) actions: f64,
    /// Batches a session.
    pub(crate) batches: f64,
    /// Batches a session that are sent twice: when their page is left, and by the next page, which cannot know that
    /// they have arrived. snippet/tests/browser/again.spec.ts counts them on the line.
    pub(crate) again: f64,
    /// Bytes of a batch as it is sent.
    pub(crate) frame_bytes: f64,
    /// Steps of 32 KB that a batch is metered as.
    pub(crate) steps: f64,
    /// Bytes of a batch's item in the buffer.
    pub(crate) item_bytes: f64,
    /// Write units of a batch.
    pub(crate) write_units: f64,
    /// Bytes of an event in the archive.
    pub(crate) archived_bytes: f64,
    /// Minutes that a session is connected.
    pub(crate) minutes: f64,
    /// Pages a session loads or comes back to, each with a connection of its own.
    pub(crate) loads: f64,
}

impl Measured {
    /// Measures the recorded traffic.
    ///
    /// # Errors
    /// The recording cannot be read, or the protocol refuses a frame of it: it was recorded by another version.
    pub(crate) fn of_recording() -> io::Result<Self> {
        let recorded = recorded::read()?;
        let mut sum = Sum::default();
        let mut parts: BTreeMap<u32, Vec<ArchivedBatch>> = BTreeMap::new();
        for one in &recorded {
            let (mut first, mut last) = (u64::MAX, 0);
            let mut left = false;
            for sent in &one.session.batches {
                let (batch, packed) = packed(sent)?;
                // The batch before was its page's last, and this one is of the next.
                sum.again += f64::from(u8::from(left));
                left = batch.events().last().is_some_and(is_unload);
                sum.add(&sent.frame, packed, &batch);
                (first, last) = (first.min(sent.at_ms), last.max(sent.at_ms));
                let (session, seq) = (batch.session(), batch.seq());
                let fingerprint = Fingerprint::of(&sent.frame).number();
                let (meta, events) = batch.into_parts();
                let part = parts.entry(session.bucket(layout::PARTS)).or_default();
                part.push(ArchivedBatch {
                    session,
                    seq,
                    fingerprint,
                    meta,
                    events,
                });
            }
            sum.minutes += last.saturating_sub(first) as f64 / 60_000.0;
        }
        let mut archived = 0;
        for part in parts.values() {
            archived += write(part).map_err(|_| odd("a part cannot be written"))?.len();
        }
        Ok(sum.means(recorded.len() as f64, archived as f64))
    }
}

impl Measured {
    /// The same sessions, if their events came in batches of about forty and 6 KB, which the formats are made for.
    /// Generated batches are measured for it.
    ///
    /// # Errors
    /// The protocol refuses a generated frame.
    pub(crate) fn with_full_batches(self) -> io::Result<Self> {
        let mut sum = Sum::default();
        for sent in Traffic::new(SEED).typical_batches() {
            let (batch, packed) = packed(&sent)?;
            sum.add(&sent.frame, packed, &batch);
        }
        let full = sum.means(1.0, 0.0);
        Ok(Self {
            again: 0.0,
            batches: self.events / (full.events / full.batches),
            frame_bytes: full.frame_bytes,
            steps: full.steps,
            item_bytes: full.item_bytes,
            write_units: full.write_units,
            ..self
        })
    }
}

/// The seed of the generated traffic, the same as in the bench.
const SEED: u64 = 20_261_101;

fn odd(text: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}

/// A batch as ingest takes it, and how many bytes it packs it into.
fn packed(sent: &SentBatch) -> io::Result<(Batch, usize)> {
    let batch = sent.accepted()?;
    let bytes = buffer::encode(&batch)
        .map_err(|_| odd("a batch cannot be packed"))?
        .len();
    Ok((batch, bytes))
}

#[derive(Default)]
struct Sum {
    batches: f64,
    again: f64,
    events: f64,
    actions: f64,
    frame_bytes: f64,
    steps: f64,
    item_bytes: f64,
    write_units: f64,
    minutes: f64,
    loads: f64,
}

impl Sum {
    fn add(&mut self, frame: &str, packed: usize, batch: &Batch) {
        self.batches += 1.0;
        self.events += batch.events().len() as f64;
        self.actions += batch
            .events()
            .iter()
            .filter(|event| is_action(event.detail.kind()))
            .count() as f64;
        self.loads += batch.events().iter().filter(|event| is_load(event)).count() as f64;
        self.frame_bytes += frame.len() as f64;
        self.steps += frame.len().div_ceil(STEP) as f64;
        self.item_bytes += item::bytes(packed) as f64;
        self.write_units += item::write_units(packed) as f64;
    }

    fn means(self, sessions: f64, archived: f64) -> Measured {
        Measured {
            sessions,
            events: self.events / sessions,
            actions: self.actions / sessions,
            batches: self.batches / sessions,
            again: self.again / sessions,
            frame_bytes: self.frame_bytes / self.batches,
            steps: self.steps / self.batches,
            item_bytes: self.item_bytes / self.batches,
            write_units: self.write_units / self.batches,
            archived_bytes: archived / self.events,
            minutes: self.minutes / sessions,
            loads: self.loads / sessions,
        }
    }
}

/// Whether the model counts events of this kind as actions (docs/model.md).
const fn is_action(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Page | Kind::Click | Kind::Input | Kind::Submit | Kind::Key | Kind::Drag | Kind::Custom
    )
}

const fn is_unload(event: &Event) -> bool {
    matches!(&event.detail, EventDetail::End(end) if matches!(end.reason, EndReason::Unload))
}

const fn is_load(event: &Event) -> bool {
    matches!(&event.detail, EventDetail::Page(page) if matches!(page.cause, PageCause::Load | PageCause::Reload | PageCause::Back))
}
