//! The worker: read a window → Parquet → put → note that the world has changed → clear the mark, in that order.

use std::collections::BTreeMap;

use testgram_columns::ArchivedBatch as Row;
use testgram_runtime::clock::Stopwatch;
use testgram_runtime::metrics::{Line, Unit};
use testgram_store::StoreError;
use testgram_store::archive::{Archive, Mark, Page, Position, Stored, Unread, World};
use testgram_store::key::{BUFFER_SECONDS, SHARDS, Window};
use testgram_store::layout::Partition;

use crate::State;
use crate::wire::{Failure, Message, Response};

/// Most batches held at once, and most events, some hundred megabytes. A window with more becomes several files a partition.
const HELD: (usize, usize) = (4_096, 250_000);

/// How long what the next release has written is left for it: a day less than the buffer keeps it.
const NEWER_SECONDS: u64 = BUFFER_SECONDS - 24 * 3600;

/// What became of a window's items. Every one that was read is in one of these, once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Archived {
    /// Batches that stand in the archive.
    pub batches: usize,
    /// Their events.
    pub events: usize,
    /// Items that could not be read, and were put aside as they are.
    pub aside: usize,
    /// Items that the next release wrote: they stay in the buffer, and their window keeps its mark.
    pub newer: usize,
    /// Files.
    pub files: usize,
    /// Their bytes.
    pub bytes: usize,
}

impl Archived {
    /// The sum of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            batches: self.batches + other.batches,
            events: self.events + other.events,
            aside: self.aside + other.aside,
            newer: self.newer + other.newer,
            files: self.files + other.files,
            bytes: self.bytes + other.bytes,
        }
    }
}

/// Works on messages one by one, and answers which failed.
pub(crate) async fn work(state: &State, messages: Vec<Message>) -> Response {
    let mut failures = Vec::new();
    for Message { id, task } in messages {
        let done = match &task {
            Some(mark) => archive_and_report(state, mark).await,
            None => Err("not_a_task"),
        };
        if let Err(code) = done {
            // Again, until SQS has had enough and puts it among the dead letters.
            tracing::warn!(code, "a task failed");
            let line = Line::new("archive").by("Code", code);
            state
                .metrics
                .emit(line.metric("TasksFailed", Unit::Count, 1.0), (state.now_ms)());
            failures.push(Failure { item_identifier: id });
        }
    }
    Response::Worked {
        batch_item_failures: failures,
    }
}

async fn archive_and_report(state: &State, mark: &Mark) -> Result<(), &'static str> {
    let began = Stopwatch::start();
    let now_ms = (state.now_ms)();
    let archived = archive(&state.archive, mark, now_ms).await.map_err(StoreError::word)?;
    let line = Line::new("archive")
        .metric("BatchesArchived", Unit::Count, archived.batches as f64)
        .metric("EventsArchived", Unit::Count, archived.events as f64)
        .metric("BatchesAside", Unit::Count, archived.aside as f64)
        .metric("Files", Unit::Count, archived.files as f64)
        .metric("BytesArchived", Unit::Bytes, archived.bytes as f64)
        .metric("Latency", Unit::Milliseconds, began.ms())
        .property("tenant", mark.tenant.expose())
        .property("world", mark.world.expose());
    state.metrics.emit(line, now_ms);
    if archived.newer > 0 {
        Err("newer_version")
    } else {
        Ok(())
    }
}

/// Archives a window. One that is still open is archived as far as it goes, and keeps its mark; one without a mark is done already: a
/// dispatcher that came round before a worker was through has queued it again.
///
/// # Errors
/// [`StoreError`]; what was put stays, the mark too, and doing it again completes it.
pub async fn archive(room: &Archive, mark: &Mark, now_ms: u64) -> Result<Archived, StoreError> {
    let world = room.world(&mark.tenant, &mark.world);
    let mut done = Archived::default();
    if !world.is_marked(mark.window).await? {
        return Ok(done);
    }
    // What is left for the next release is not left until the buffer forgets it.
    let is_old = mark.window < Window::at(now_ms.saturating_sub(NEWER_SECONDS * 1000));
    for shard in 0..SHARDS {
        let mut held = Held::default();
        let mut from = Some(Position::default());
        while let Some(position) = from {
            let (mut page, next) = world.page(mark.window, shard, position).await?;
            if is_old {
                page.unread.append(&mut page.newer);
            }
            done.newer += page.newer.len();
            held.take(page);
            if held.batches >= HELD.0 || held.events >= HELD.1 || next.is_none() {
                std::mem::take(&mut held).put(&world, mark.window, &mut done).await?;
            }
            from = next;
        }
    }
    // What is put aside has its retention, too, which builds keep.
    if done.files > 0 || done.aside > 0 {
        world.changed().await?;
    }
    if done.newer == 0 && mark.window < Window::first_open(now_ms) {
        world.clear(mark.window).await?;
    }
    Ok(done)
}

/// What was read and is to be put.
#[derive(Default)]
struct Held {
    rows: BTreeMap<Partition, Vec<Row>>,
    batches: usize,
    events: usize,
    unread: Vec<Unread>,
}

impl Held {
    fn take(&mut self, page: Page) {
        self.unread.extend(page.unread);
        for stored in page.batches {
            let partition = Partition::of(stored.session);
            let row = row(stored);
            self.batches += 1;
            self.events += row.as_ref().map_or(0, |row| row.events.len());
            self.rows.entry(partition).or_default().extend(row);
        }
    }

    async fn put(self, world: &World<'_>, window: Window, done: &mut Archived) -> Result<(), StoreError> {
        for (partition, rows) in self.rows {
            let file = testgram_columns::write(&rows).map_err(|_| StoreError::Damaged)?;
            done.batches += rows.len();
            done.events += rows.iter().map(|row| row.events.len()).sum::<usize>();
            done.files += 1;
            done.bytes += file.len();
            world.put_file(&partition, window, file).await?;
        }
        if !self.unread.is_empty() {
            // Acknowledged once, so not to be lost: an operator is told and finds it.
            tracing::error!(
                items = self.unread.len(),
                "items of the buffer cannot be read; put aside"
            );
            done.aside += self.unread.len();
            world.put_aside(window, &self.unread).await?;
        }
        Ok(())
    }
}

/// A batch as a row; the page has only such as could be read.
fn row(stored: Stored) -> Option<Row> {
    let (meta, events) = stored.batch.ok()?.into_parts();
    Some(Row {
        session: stored.session,
        seq: stored.seq,
        fingerprint: stored.fingerprint.number(),
        meta,
        events,
    })
}
