//! The worker: read a window → Parquet → put → request a rebuild of the world's model → delete the marker, in that
//! order.

use std::collections::BTreeMap;

use testgram_columns::ArchivedBatch as Row;
use testgram_runtime::clock::Stopwatch;
use testgram_runtime::metrics::{Line, Unit};
use testgram_store::StoreError;
use testgram_store::bucket::layout::Partition;
use testgram_store::key::{BUFFER_SECONDS, PendingWindow, SHARDS, Window};
use testgram_store::repository::archive::{
    ArchiveRepository, ArchiveWorld, BatchPage, Position, StoredBatch, UnreadableItem,
};

use crate::state::State;
use crate::wire::{BatchItemFailure, Message, Response};

/// Most batches held at once. A window with more becomes several files a partition.
const HELD_BATCHES: usize = 4_096;
/// Most events held at once: some hundred megabytes.
const HELD_EVENTS: usize = 250_000;

/// How long items that the next version wrote are left in the buffer for it: a day less than the buffer keeps them.
const NEWER_SECONDS: u64 = BUFFER_SECONDS - 24 * 3600;

/// The outcome of archiving a window, or several. Every item that was read is counted once: as archived, quarantined or
/// newer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Archived {
    /// Batches that were put into the archive.
    pub batches: usize,
    /// How many events those batches have.
    pub events: usize,
    /// Items that could not be read, and were quarantined as they came.
    pub quarantined: usize,
    /// Items that the next version wrote: they stay in the buffer, and their window keeps its marker.
    pub newer: usize,
    /// Parquet files that were put.
    pub files: usize,
    /// How many bytes those files have.
    pub bytes: usize,
}

impl Archived {
    /// The sum of two outcomes.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            batches: self.batches + other.batches,
            events: self.events + other.events,
            quarantined: self.quarantined + other.quarantined,
            newer: self.newer + other.newer,
            files: self.files + other.files,
            bytes: self.bytes + other.bytes,
        }
    }
}

/// Archives the windows of messages one by one, and answers which messages failed.
pub(crate) async fn work(state: &State, messages: Vec<Message>) -> Response {
    let mut failures = Vec::new();
    for Message { id, task } in messages {
        let done = match &task {
            Some(pending) => archive_and_report(state, pending).await,
            None => Err("not_a_task"),
        };
        if let Err(code) = done {
            // Retried until the queue's maxReceiveCount, then moved to the dead-letter queue.
            tracing::warn!(code, "a window could not be archived");
            let line = Line::new("archive").by("Code", code);
            state
                .metrics
                .emit(line.metric("TasksFailed", Unit::Count, 1.0), (state.now_ms)());
            failures.push(BatchItemFailure { item_identifier: id });
        }
    }
    Response::Worked {
        batch_item_failures: failures,
    }
}

async fn archive_and_report(state: &State, pending: &PendingWindow) -> Result<(), &'static str> {
    let began = Stopwatch::start();
    let now_ms = (state.now_ms)();
    let archived = archive(&state.archive, pending, now_ms)
        .await
        .map_err(StoreError::word)?;
    let line = Line::new("archive")
        .metric("BatchesArchived", Unit::Count, archived.batches as f64)
        .metric("EventsArchived", Unit::Count, archived.events as f64)
        .metric("BatchesQuarantined", Unit::Count, archived.quarantined as f64)
        .metric("Files", Unit::Count, archived.files as f64)
        .metric("BytesArchived", Unit::Bytes, archived.bytes as f64)
        .metric("Latency", Unit::Milliseconds, began.ms())
        .property("tenant", pending.tenant.expose())
        .property("world", pending.world.expose());
    state.metrics.emit(line, now_ms);
    if archived.newer > 0 {
        Err("newer_version")
    } else {
        Ok(())
    }
}

/// Archives a window, as of `now_ms` (milliseconds since 1970). A window that is still open is archived as far as it
/// goes, and keeps its marker. A window without a marker is archived already: a dispatcher queued it again before a
/// worker had finished.
///
/// # Errors
/// [`StoreError::Throttled`], [`StoreError::Unavailable`] and [`StoreError::Refused`] as DynamoDB or S3 answers;
/// [`StoreError::Damaged`] if the batches do not fit into a file. What was put stays, the marker too, and the next try
/// completes it.
pub async fn archive(
    repository: &ArchiveRepository,
    pending: &PendingWindow,
    now_ms: u64,
) -> Result<Archived, StoreError> {
    let world = repository.world(&pending.tenant, &pending.world);
    let mut done = Archived::default();
    if !world.is_pending(pending.window).await? {
        return Ok(done);
    }
    // What the next version wrote is not left until the buffer deletes it.
    let is_old = pending.window < Window::at(now_ms.saturating_sub(NEWER_SECONDS * 1000));
    for shard in 0..SHARDS {
        let mut held = Held::default();
        let mut from = Some(Position::default());
        while let Some(position) = from {
            let (mut page, next) = world.page(pending.window, shard, position).await?;
            if is_old {
                page.unreadable.append(&mut page.newer);
            }
            done.newer += page.newer.len();
            held.take(page);
            if held.batches >= HELD_BATCHES || held.events >= HELD_EVENTS || next.is_none() {
                std::mem::take(&mut held).put(&world, pending.window, &mut done).await?;
            }
            from = next;
        }
    }
    // Quarantined items have their retention, too, which builds keep.
    if done.files > 0 || done.quarantined > 0 {
        world.request_rebuild().await?;
    }
    if done.newer == 0 && pending.window < Window::first_open(now_ms) {
        world.delete_marker(pending.window).await?;
    }
    Ok(done)
}

/// Items that were read and are not put yet.
#[derive(Default)]
struct Held {
    rows: BTreeMap<Partition, Vec<Row>>,
    batches: usize,
    events: usize,
    unreadable: Vec<UnreadableItem>,
}

impl Held {
    fn take(&mut self, page: BatchPage) {
        self.unreadable.extend(page.unreadable);
        for stored in page.batches {
            let partition = Partition::of(stored.session);
            let row = row(stored);
            self.batches += 1;
            self.events += row.as_ref().map_or(0, |row| row.events.len());
            self.rows.entry(partition).or_default().extend(row);
        }
    }

    async fn put(self, world: &ArchiveWorld<'_>, window: Window, done: &mut Archived) -> Result<(), StoreError> {
        for (partition, rows) in self.rows {
            let file = testgram_columns::write(&rows).map_err(|_| StoreError::Damaged)?;
            done.batches += rows.len();
            done.events += rows.iter().map(|row| row.events.len()).sum::<usize>();
            done.files += 1;
            done.bytes += file.len();
            world.put_file(&partition, window, file).await?;
        }
        if !self.unreadable.is_empty() {
            // They were acknowledged, so they must not be lost: the log names them to an operator, who finds them in
            // the bucket.
            tracing::error!(
                items = self.unreadable.len(),
                "items of the buffer cannot be read; quarantined"
            );
            done.quarantined += self.unreadable.len();
            world.quarantine(window, &self.unreadable).await?;
        }
        Ok(())
    }
}

/// A batch as a row of a file; `None` for one that could not be decoded, which a page does not list here.
fn row(stored: StoredBatch) -> Option<Row> {
    let (meta, events) = stored.batch.ok()?.into_parts();
    Some(Row {
        session: stored.session,
        seq: stored.seq,
        fingerprint: stored.fingerprint.number(),
        meta,
        events,
    })
}
