//! A file to batches.

use std::sync::Arc;

use bytes::Bytes;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use testgram_protocol::event::{
    Api, Click, Custom, Drag, Element, End, Error, Event, EventDetail, Input, Key, Kind, Method, Move, Page, Scroll,
    Submit, UrlTemplate, Value, Visibility,
};
use testgram_protocol::id::SessionId;
use testgram_protocol::privacy::digest::ValueDigest;
use testgram_protocol::privacy::value::ValueKind;

use crate::archived::ArchivedBatch;
use crate::coded::Coded;
use crate::columns::{self, Group};
use crate::error::ReadError;
use crate::format::{VERSION, VERSION_KEY};
use crate::leftover::{self, ApiLeftover, KeyLeftover, Leftover};
use crate::meanings::{self, Meanings, Name};
use crate::pages::Source;
use crate::{numbers, seal};

/// Reads a file: exactly the batches that were written, in their order.
///
/// # Errors
/// A file that is not just what [`crate::write()`] wrote is refused as a whole: [`ReadError::Unsealed`] if it bears no
/// seal, [`ReadError::Damaged`] if the seal or the content does not fit, [`ReadError::UnknownVersion`] if another
/// release wrote it, and [`ReadError::Refused`] if today's rules do not accept what it holds.
pub fn read(bytes: &[u8]) -> Result<Vec<ArchivedBatch>, ReadError> {
    Reader::default().read(bytes)
}

/// Reads files of one world, which hold the same elements and URLs again and again: each is judged once, not once a
/// file. The builder keeps one for all files of a partition.
#[derive(Default)]
pub struct Reader {
    elements: Meanings<Arc<Element>>,
    urls: Meanings<UrlTemplate>,
    pages: Meanings<UrlTemplate>,
    names: Meanings<Name>,
    leftovers: Meanings<Leftover>,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Reader")
    }
}

impl Reader {
    /// Reads a file, as [`read`].
    ///
    /// # Errors
    /// As [`read`].
    pub fn read(&mut self, bytes: &[u8]) -> Result<Vec<ArchivedBatch>, ReadError> {
        let file = Arc::new(Bytes::from(seal::open(bytes)?));
        let metadata = ParquetMetaDataReader::new().parse_and_finish(&*file)?;
        check_form(&metadata)?;
        let mut batches = Vec::new();
        for group in metadata.row_groups() {
            let source = Source {
                file: Arc::clone(&file),
                group,
                rows: usize::try_from(group.num_rows()).map_err(|_| ReadError::Damaged)?,
            };
            let columns = Group::read(&source)?;
            self.group(&columns, source.rows, &mut batches)?;
        }
        if batches.is_sorted_by(|a, b| a.identity() < b.identity()) {
            Ok(batches)
        } else {
            Err(ReadError::Damaged)
        }
    }

    fn group(&mut self, columns: &Group, rows: usize, batches: &mut Vec<ArchivedBatch>) -> Result<(), ReadError> {
        let group = self.decoded(columns, rows)?;
        let mut start = 0;
        while start < rows {
            let end = group.end_of_batch(start, rows)?;
            batches.push(group.batch(start, end)?);
            start = end;
        }
        if columns.is_done() {
            Ok(())
        } else {
            Err(ReadError::Damaged)
        }
    }

    /// Finds out what each text of a row group means.
    fn decoded<'a>(&'a mut self, columns: &'a Group, rows: usize) -> Result<DecodedGroup<'a>, ReadError> {
        let url = |_: usize, text: &[u8]| UrlTemplate::new(meanings::utf8(text)?).map_err(ReadError::Refused);
        let kinds = meanings::each(&columns.kind, meanings::kind)?;
        let mut kinds_of_details = vec![None; columns.detail.texts.len()];
        for row in 0..rows {
            if let Some(slot) = columns.detail.code(row).and_then(|code| kinds_of_details.get_mut(code)) {
                *slot = of(&columns.kind, &kinds, row).copied();
            }
        }
        let leftover = |place: usize, text: &[u8]| {
            let kind = kinds_of_details
                .get(place)
                .copied()
                .flatten()
                .ok_or(ReadError::Damaged)?;
            Leftover::parse(kind, text)
        };
        Ok(DecodedGroup {
            columns,
            sessions: meanings::each(&columns.session, |text| SessionId::new(text).ok_or(ReadError::Damaged))?,
            kinds,
            pages: self.pages.of(&columns.page.texts, url)?,
            elements: self
                .elements
                .of(&columns.element.texts, |_, text| leftover::parse(text).map(Arc::new))?,
            names: self.names.of(&columns.name.texts, |_, text| Name::read(text))?,
            urls: self.urls.of(&columns.url.texts, url)?,
            methods: meanings::each(&columns.method, meanings::word)?,
            value_kinds: meanings::each(&columns.value_kind, meanings::word)?,
            leftovers: self.leftovers.of(&columns.detail.texts, leftover)?,
        })
    }
}

/// Whether a file that bears the seal is of a version and form that this reader knows.
fn check_form(metadata: &ParquetMetaData) -> Result<(), ReadError> {
    let file = metadata.file_metadata();
    let version = file
        .key_value_metadata()
        .into_iter()
        .flatten()
        .find(|entry| entry.key == VERSION_KEY);
    if version.and_then(|entry| entry.value.as_deref()) != Some(VERSION) {
        return Err(ReadError::UnknownVersion);
    }
    if *file.schema() == columns::schema()? {
        Ok(())
    } else {
        Err(ReadError::Damaged)
    }
}

/// A row group and what its texts mean, by their codes.
struct DecodedGroup<'a> {
    columns: &'a Group,
    sessions: Vec<SessionId>,
    kinds: Vec<Option<Kind>>,
    pages: Vec<&'a UrlTemplate>,
    elements: Vec<&'a Arc<Element>>,
    names: Vec<&'a Name>,
    urls: Vec<&'a UrlTemplate>,
    methods: Vec<Method>,
    value_kinds: Vec<ValueKind>,
    leftovers: Vec<&'a Leftover>,
}

/// What the text in a row means; `None` for null.
fn of<'a, T>(column: &Coded, meanings: &'a [T], row: usize) -> Option<&'a T> {
    meanings.get(column.code(row)?)
}

fn need<T>(value: Option<T>) -> Result<T, ReadError> {
    value.ok_or(ReadError::Damaged)
}

/// A number of a narrower type.
fn narrow<T: TryFrom<i32>>(number: Option<&i32>) -> Result<Option<T>, ReadError> {
    number
        .map(|number| T::try_from(*number).map_err(|_| ReadError::Damaged))
        .transpose()
}

fn needed<T: TryFrom<i32>>(number: Option<&i32>) -> Result<T, ReadError> {
    need(narrow(number)?)
}

impl DecodedGroup<'_> {
    /// The row after the last of the batch that begins at `start`.
    fn end_of_batch(&self, start: usize, rows: usize) -> Result<usize, ReadError> {
        let identity = |row: usize| {
            let session = need(self.columns.session.code(row))?;
            let columns = self.columns;
            Ok::<_, ReadError>((session, columns.seq.at(row)?, columns.fingerprint.at(row)?))
        };
        let first = identity(start)?;
        for row in start + 1..rows {
            if identity(row)? != first {
                return Ok(row);
            }
        }
        Ok(rows)
    }

    fn batch(&self, start: usize, end: usize) -> Result<ArchivedBatch, ReadError> {
        let session = *need(of(&self.columns.session, &self.sessions, start))?;
        let meta = match need(of(&self.columns.kind, &self.kinds, start))? {
            Some(_) => None,
            None => match self.leftover(start) {
                Some(Leftover::Meta(meta)) => Some(meta.clone()),
                _ => return Err(ReadError::Damaged),
            },
        };
        let first = start + usize::from(meta.is_some());
        let mut events = Vec::with_capacity(end - first);
        for row in first..end {
            events.push(self.event(row)?);
        }
        self.check_identity(session, start, first, end)?;
        Ok(ArchivedBatch {
            session,
            seq: needed(Some(self.columns.seq.at(start)?))?,
            fingerprint: u32::try_from(*self.columns.fingerprint.at(start)?).map_err(|_| ReadError::Damaged)?,
            meta,
            events,
        })
    }

    /// Whether the rows are numbered from 0, or from −1 for the row about the session, and begin when their session
    /// says.
    fn check_identity(&self, session: SessionId, start: usize, first: usize, end: usize) -> Result<(), ReadError> {
        let offset = if first > start { -1 } else { 0 };
        for (index, row) in (offset..).zip(start..end) {
            let began = u64::try_from(*self.columns.started_ms.at(row)?);
            if *self.columns.index.at(row)? != index || began != Ok(session.started_ms()) {
                return Err(ReadError::Damaged);
            }
        }
        Ok(())
    }

    fn event(&self, row: usize) -> Result<Event, ReadError> {
        let kind = need(*need(of(&self.columns.kind, &self.kinds, row))?)?;
        let t = needed(self.columns.t_ms.take(row))?;
        Ok(Event {
            t,
            detail: self.detail(kind, row)?,
        })
    }

    fn detail(&self, kind: Kind, row: usize) -> Result<EventDetail, ReadError> {
        let columns = self.columns;
        Ok(match kind {
            Kind::Page => EventDetail::Page(Page {
                url: UrlTemplate::clone(need(of(&columns.page, &self.pages, row))?),
                cause: need(self.name(row)?.cause)?,
                load: narrow(columns.ms.take(row))?,
            }),
            Kind::Click => EventDetail::Click(Click {
                el: need(self.element(row))?,
                x: needed(columns.x.take(row))?,
                y: needed(columns.y.take(row))?,
                button: need(self.name(row)?.button)?,
                count: narrow(columns.count.take(row))?,
            }),
            Kind::Input => EventDetail::Input(self.input(row)?),
            Kind::Submit => EventDetail::Submit(Submit {
                el: need(self.element(row))?,
                valid: *need(columns.valid.take(row))?,
                filled: needed(columns.count.take(row))?,
            }),
            Kind::Key => EventDetail::Key(Key {
                key: need(self.name(row)?.key)?,
                mods: match self.leftover(row) {
                    None => KeyLeftover::default(),
                    Some(Leftover::Key(left)) => left.clone(),
                    Some(_) => return Err(ReadError::Damaged),
                }
                .mods,
                el: self.element(row),
            }),
            Kind::Move => EventDetail::Move(Move {
                x: needed(columns.x.take(row))?,
                y: needed(columns.y.take(row))?,
                path: numbers::read_path(need(columns.path.take(row))?.data())?,
            }),
            Kind::Scroll => EventDetail::Scroll(Scroll {
                y: needed(columns.y.take(row))?,
                x: needed(columns.x.take(row))?,
                max: needed(columns.y_max.take(row))?,
                ms: needed(columns.ms.take(row))?,
                el: self.element(row),
            }),
            rarer => self.rarer(rarer, row)?,
        })
    }

    fn rarer(&self, kind: Kind, row: usize) -> Result<EventDetail, ReadError> {
        let columns = self.columns;
        Ok(match (kind, self.leftover(row)) {
            (Kind::Drag, Some(Leftover::Drag(left))) => EventDetail::Drag(Drag {
                el: need(self.element(row))?,
                to: left.to.clone(),
                dx: left.dx,
                dy: left.dy,
                ms: needed(columns.ms.take(row))?,
            }),
            (Kind::Api, None) => EventDetail::Api(self.api(row, ApiLeftover::default())?),
            (Kind::Api, Some(Leftover::Api(left))) => EventDetail::Api(self.api(row, left.clone())?),
            (Kind::Error, Some(Leftover::Error(left))) => EventDetail::Error(Error {
                name: need(self.name(row)?.error)?,
                message: left.message.clone(),
                script: of(&columns.url, &self.urls, row).copied().cloned(),
                line: left.line,
                col: left.col,
                rejection: left.rejection,
            }),
            (Kind::Viewport, Some(Leftover::Viewport(viewport))) => EventDetail::Viewport(viewport.clone()),
            (Kind::Visibility, None) => EventDetail::Visibility(Visibility {
                hidden: need(self.name(row)?.hidden)?,
            }),
            (Kind::End, None) => EventDetail::End(End {
                reason: need(self.name(row)?.end)?,
            }),
            (Kind::Custom, None) => EventDetail::Custom(Custom {
                name: need(self.name(row)?.custom.clone())?,
            }),
            _ => return Err(ReadError::Damaged),
        })
    }

    fn input(&self, row: usize) -> Result<Input, ReadError> {
        let columns = self.columns;
        let digest = columns.value_digest.take(row).map(|bits| u32::try_from(*bits));
        let rhythm = columns.rhythm.take(row).map(|text| numbers::read_counts(text.data()));
        Ok(Input {
            el: need(self.element(row))?,
            value: Value {
                kind: *need(of(&columns.value_kind, &self.value_kinds, row))?,
                len: narrow(columns.value_len.take(row))?,
                digest: digest
                    .transpose()
                    .map_err(|_| ReadError::Damaged)?
                    .map(ValueDigest::from_bits),
            },
            keys: needed(columns.keys.take(row))?,
            edits: needed(columns.edits.take(row))?,
            ms: needed(columns.ms.take(row))?,
            paste: match self.leftover(row) {
                None => false,
                Some(Leftover::Input(left)) => left.paste,
                Some(_) => return Err(ReadError::Damaged),
            },
            rhythm: rhythm.transpose()?.unwrap_or_default(),
        })
    }

    fn api(&self, row: usize, left: ApiLeftover) -> Result<Api, ReadError> {
        let columns = self.columns;
        Ok(Api {
            method: *need(of(&columns.method, &self.methods, row))?,
            url: UrlTemplate::clone(need(of(&columns.url, &self.urls, row))?),
            status: needed(columns.status.take(row))?,
            ms: needed(columns.ms.take(row))?,
            request: left.request,
            response: left.response,
            xhr: left.xhr,
        })
    }

    fn element(&self, row: usize) -> Option<Arc<Element>> {
        of(&self.columns.element, &self.elements, row).copied().cloned()
    }

    fn name(&self, row: usize) -> Result<&Name, ReadError> {
        need(of(&self.columns.name, &self.names, row).copied())
    }

    fn leftover(&self, row: usize) -> Option<&Leftover> {
        of(&self.columns.detail, &self.leftovers, row).copied()
    }
}
