//! Batches to a file.

use std::sync::Arc;

use bytes::Bytes;
use parquet::data_type::ByteArray;
use parquet::file::writer::SerializedFileWriter;
use testgram_protocol::event::{Element, Event, EventDetail, UrlTemplate};

use crate::archived::ArchivedBatch;
use crate::columns::{self, Row, Rows};
use crate::error::WriteError;
use crate::format::{HIDDEN, META, SHOWN};
use crate::{leftover, numbers, seal};

/// Rows of a row group, of which readers keep at most one in memory. DuckDB's own have as many; few files have more
/// than one.
const GROUP_ROWS: usize = 1 << 17;

/// Writes batches as a file: in order of session, number and fingerprint, each once. The same batches are the same
/// bytes, in whatever order they come. A batch that holds neither events nor meta has no row; ingest stores none.
///
/// # Errors
/// [`WriteError::OutOfRange`] if a batch holds a number that no valid one holds; [`WriteError::Encoder`] if the encoder
/// or the compressor fails, for want of memory say.
pub fn write(batches: &[ArchivedBatch]) -> Result<Vec<u8>, WriteError> {
    let mut batches: Vec<&ArchivedBatch> = batches.iter().filter(|batch| batch.rows() > 0).collect();
    batches.sort_unstable_by(|a, b| a.order(b));
    batches.dedup_by_key(|batch| batch.identity());
    let schema = Arc::new(columns::schema()?);
    let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(columns::properties()?))?;
    let mut rest = batches.as_slice();
    while !rest.is_empty() {
        let mut rows = Rows::default();
        let mut count = 0;
        while count < GROUP_ROWS
            && let Some(batch) = rest.split_off_first()
        {
            push(&mut rows, batch)?;
            count += batch.rows();
        }
        let mut group = file.next_row_group()?;
        rows.write(&mut group)?;
        group.close()?;
    }
    seal::close(file.into_inner()?).ok_or(WriteError::Encoder)
}

/// The rows of a batch.
fn push(rows: &mut Rows, batch: &ArchivedBatch) -> Result<(), WriteError> {
    let session = columns::text(batch.session.expose());
    let started_ms = i64::try_from(batch.session.started_ms()).map_err(|_| WriteError::OutOfRange)?;
    let seq = int(batch.seq)?;
    let mut page = None;
    let identified = |index| Row {
        session: Some(session.clone()),
        started_ms: Some(started_ms),
        seq: Some(seq),
        fingerprint: Some(i64::from(batch.fingerprint)),
        index: Some(index),
        ..Row::default()
    };
    if let Some(meta) = &batch.meta {
        rows.push(Row {
            kind: Some(fixed(META)),
            detail: Some(columns::text(leftover::meta(meta)?)),
            ..identified(-1)
        });
    }
    for (index, event) in (0..).zip(&batch.events) {
        let mut row = identified(index);
        fill(&mut row, event)?;
        if row.page.is_some() {
            page.clone_from(&row.page);
        } else {
            row.page.clone_from(&page);
        }
        rows.push(row);
    }
    Ok(())
}

/// Puts an event into its row.
fn fill(row: &mut Row, event: &Event) -> Result<(), WriteError> {
    row.t_ms = Some(int(event.t)?);
    row.kind = Some(fixed(event.detail.kind().as_str()));
    match &event.detail {
        EventDetail::Page(page) => {
            row.page = Some(url(&page.url));
            row.name = Some(fixed(page.cause.as_str()));
            row.ms = page.load.map(int).transpose()?;
        }
        EventDetail::Click(click) => {
            row.element = Some(element(&click.el)?);
            row.name = Some(fixed(click.button.as_str()));
            row.x = Some(click.x.into());
            row.y = Some(click.y.into());
            row.count = click.count.map(i32::from);
        }
        EventDetail::Input(input) => {
            row.element = Some(element(&input.el)?);
            row.value_kind = Some(fixed(input.value.kind.as_str()));
            row.value_len = input.value.len.map(i32::from);
            row.value_digest = input.value.digest.map(|digest| i64::from(digest.bits()));
            row.keys = Some(input.keys.into());
            row.edits = Some(input.edits.into());
            row.ms = Some(int(input.ms)?);
            let rhythm = input.rhythm.items();
            row.rhythm = (!rhythm.is_empty()).then(|| columns::text(numbers::counts(rhythm)));
            row.detail = leftover::of_input(input)?.map(columns::text);
        }
        EventDetail::Submit(submit) => {
            row.element = Some(element(&submit.el)?);
            row.valid = Some(submit.valid);
            row.count = Some(submit.filled.into());
        }
        EventDetail::Key(key) => {
            row.element = key.el.as_deref().map(element).transpose()?;
            row.name = Some(fixed(key.key.as_str()));
            row.detail = leftover::of_key(key)?.map(columns::text);
        }
        EventDetail::Move(stretch) => {
            row.x = Some(stretch.x.into());
            row.y = Some(stretch.y.into());
            row.path = Some(columns::text(numbers::path(stretch)));
        }
        EventDetail::Scroll(scroll) => {
            row.element = scroll.el.as_deref().map(element).transpose()?;
            row.x = Some(int(scroll.x)?);
            row.y = Some(int(scroll.y)?);
            row.y_max = Some(int(scroll.max)?);
            row.ms = Some(int(scroll.ms)?);
        }
        rarer => fill_rarer(row, rarer)?,
    }
    Ok(())
}

/// As [`fill`], for the kinds that are rarer.
fn fill_rarer(row: &mut Row, detail: &EventDetail) -> Result<(), WriteError> {
    match detail {
        EventDetail::Drag(drag) => {
            row.element = Some(element(&drag.el)?);
            row.ms = Some(int(drag.ms)?);
            row.detail = Some(columns::text(leftover::of_drag(drag)?));
        }
        EventDetail::Api(api) => {
            row.url = Some(url(&api.url));
            row.method = Some(fixed(api.method.as_str()));
            row.status = Some(api.status.into());
            row.ms = Some(int(api.ms)?);
            row.detail = leftover::of_api(api)?.map(columns::text);
        }
        EventDetail::Error(error) => {
            row.name = Some(fixed(error.name.as_str()));
            row.url = error.script.as_ref().map(url);
            row.detail = Some(columns::text(leftover::of_error(error)?));
        }
        EventDetail::Viewport(viewport) => row.detail = Some(columns::text(leftover::json(viewport)?)),
        EventDetail::Visibility(visibility) => row.name = Some(fixed(if visibility.hidden { HIDDEN } else { SHOWN })),
        EventDetail::End(end) => row.name = Some(fixed(end.reason.as_str())),
        EventDetail::Custom(custom) => row.name = Some(columns::text(custom.name.as_str().to_owned())),
        // Done by `fill`. Spelled out, so that a kind to come is thought of here.
        EventDetail::Page(_)
        | EventDetail::Click(_)
        | EventDetail::Input(_)
        | EventDetail::Submit(_)
        | EventDetail::Key(_)
        | EventDetail::Move(_)
        | EventDetail::Scroll(_) => {}
    }
    Ok(())
}

fn int(number: u32) -> Result<i32, WriteError> {
    i32::try_from(number).map_err(|_| WriteError::OutOfRange)
}

fn url(template: &UrlTemplate) -> ByteArray {
    columns::text(template.as_str().to_owned())
}

fn element(element: &Element) -> Result<ByteArray, WriteError> {
    leftover::element(element).map(columns::text)
}

fn fixed(word: &'static str) -> ByteArray {
    Bytes::from_static(word.as_bytes()).into()
}
