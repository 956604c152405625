//! The columns, each declared once: its name, what it holds, whether it may be null, and how it is stored.

use std::cell::Cell;
use std::sync::Arc;

use parquet::basic::{Compression, Encoding, LogicalType, Repetition, ZstdLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int32Type, Int64Type};
use parquet::errors::Result as Parquet;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedRowGroupWriter;
use parquet::schema::types::{ColumnPath, Type};

use crate::coded::Coded;
use crate::error::ReadError;
use crate::format::{VERSION, VERSION_KEY};
use crate::pages::Source;
use crate::seal;

/// Whether a column may be null.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Nullable,
}

/// How a column is stored before it is compressed.
#[derive(Clone, Copy)]
enum Store {
    /// Each distinct value once, and a code for each row.
    Distinct,
    /// As differences from the row before.
    Steps,
    /// As they are, one after another.
    Plain,
}

/// What a column holds, and as what it is written and read.
pub(crate) trait Holds {
    /// Parquet's type, as it is written.
    type Physical: DataType;
    /// The whole column of a row group, as it is read.
    type Read;
    const IS_TEXT: bool;

    fn read(source: &Source<'_>, column: usize, nullable: bool) -> Result<Self::Read, ReadError>;
}

/// Text of which there are few distinct ones. Always stored as [`Store::Distinct`].
pub(crate) struct Text;
/// Text of which most are distinct.
pub(crate) struct Line;
/// A number of at most 31 bits.
pub(crate) struct Int;
/// A number that may be beyond 31 bits. Unsigned types would be read as negative by some.
pub(crate) struct Long;
/// Yes or no: a boolean.
pub(crate) struct Flag;

impl Holds for Text {
    type Physical = ByteArrayType;
    type Read = Coded;
    const IS_TEXT: bool = true;

    fn read(source: &Source<'_>, column: usize, nullable: bool) -> Result<Coded, ReadError> {
        Coded::read(source, column, nullable)
    }
}

macro_rules! holds {
    ($($name:ident: $physical:ty, text $text:literal;)+) => {$(
        impl Holds for $name {
            type Physical = $physical;
            type Read = Cells<$physical>;
            const IS_TEXT: bool = $text;

            fn read(source: &Source<'_>, column: usize, nullable: bool) -> Result<Self::Read, ReadError> {
                Cells::read(source, column, nullable)
            }
        }
    )+};
}

holds! {
    Line: ByteArrayType, text true;
    Int: Int32Type, text false;
    Long: Int64Type, text false;
    Flag: BoolType, text false;
}

/// The values of a column that are not null, and for each row whether it has one (nothing where all have).
pub(crate) struct Cells<T: DataType> {
    values: Vec<T::T>,
    levels: Vec<i16>,
    next: Cell<usize>,
}

impl<T: DataType> Default for Cells<T> {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            levels: Vec::new(),
            next: Cell::new(0),
        }
    }
}

impl<T: DataType> Cells<T> {
    /// Adds a row. Those of a required column all have a value.
    fn put(&mut self, value: Option<T::T>) {
        self.levels.push(i16::from(value.is_some()));
        self.values.extend(value);
    }

    /// The value of a row of a required column.
    pub(crate) fn at(&self, row: usize) -> Result<&T::T, ReadError> {
        self.values.get(row).ok_or(ReadError::Damaged)
    }

    /// The value of a row of a nullable column. Rows are to be asked for in their order; those that are left out must
    /// be null, which [`Cells::is_done`] says.
    pub(crate) fn take(&self, row: usize) -> Option<&T::T> {
        if *self.levels.get(row)? == 0 {
            return None;
        }
        let next = self.next.get();
        self.next.set(next + 1);
        self.values.get(next)
    }

    /// Whether every value has been taken.
    pub(crate) fn is_done(&self) -> bool {
        self.next.get() == self.values.len()
    }

    fn write(&self, group: &mut SerializedRowGroupWriter<'_, Vec<u8>>, need: Need) -> Parquet<()> {
        let levels = (need == Need::Nullable).then_some(self.levels.as_slice());
        if let Some(mut column) = group.next_column()? {
            column.typed::<T>().write_batch(&self.values, levels, None)?;
            column.close()?;
        }
        Ok(())
    }

    fn read(source: &Source<'_>, column: usize, nullable: bool) -> Result<Self, ReadError> {
        let mut reader = T::get_column_reader(source.reader(column)?).ok_or(ReadError::Damaged)?;
        let mut cells = Self::default();
        let levels = nullable.then_some(&mut cells.levels);
        let (read, ..) = reader.read_records(source.rows, levels, None, &mut cells.values)?;
        if read == source.rows {
            Ok(cells)
        } else {
            Err(ReadError::Damaged)
        }
    }
}

/// Declares the columns, and all that is done to each of them alike.
macro_rules! columns {
    ($($(#[$doc:meta])* $name:ident: $holds:ident, $need:ident, $store:ident;)+) => {
        /// A row to be written.
        #[derive(Default)]
        pub(crate) struct Row {
            $($(#[$doc])* pub(crate) $name: Option<<<$holds as Holds>::Physical as DataType>::T>,)+
        }

        /// Rows to be written, column by column: one row group.
        #[derive(Default)]
        pub(crate) struct Rows {
            $($name: Cells<<$holds as Holds>::Physical>,)+
        }

        /// The rows of one row group.
        pub(crate) struct Group {
            $($(#[$doc])* pub(crate) $name: <$holds as Holds>::Read,)+
        }

        impl Rows {
            pub(crate) fn push(&mut self, row: Row) {
                $(self.$name.put(row.$name);)+
            }

            pub(crate) fn write(&self, group: &mut SerializedRowGroupWriter<'_, Vec<u8>>) -> Parquet<()> {
                $(self.$name.write(group, Need::$need)?;)+
                Ok(())
            }
        }

        impl Group {
            pub(crate) fn read(source: &Source<'_>) -> Result<Self, ReadError> {
                let mut column = 0..;
                Ok(Self {
                    $($name: <$holds as Holds>::read(source, column.next().unwrap_or_default(), Need::$need == Need::Nullable)?,)+
                })
            }
        }

        /// The schema of every file.
        pub(crate) fn schema() -> Parquet<Type> {
            let columns = vec![$(column::<$holds>(stringify!($name), Need::$need)?,)+];
            Type::group_type_builder("events").with_fields(columns).build()
        }

        const STORES: &[(&str, Store)] = &[$((stringify!($name), Store::$store),)+];
    };
}

columns! {
    /// The ULID of the session that the event is of.
    session: Text, Required, Distinct;
    /// When the session began, milliseconds since 1970: what its ULID says.
    started_ms: Long, Required, Distinct;
    /// Number of the batch in its session.
    seq: Int, Required, Distinct;
    /// 32 bits by which batches under one number are distinguished.
    fingerprint: Long, Required, Plain;
    /// Place of the event in its batch; −1 for what the batch says of its session.
    index: Int, Required, Steps;
    /// Milliseconds since the session began.
    t_ms: Int, Nullable, Steps;
    /// Word of the kind, or `meta`.
    kind: Text, Required, Distinct;
    /// Where: the template of the last page's URL in this batch.
    page: Text, Nullable, Distinct;
    /// On what: an element as JSON.
    element: Text, Nullable, Distinct;
    /// Which one of its kind: a word.
    name: Text, Nullable, Distinct;
    /// A URL's template that is not the page's: the API, the script.
    url: Text, Nullable, Distinct;
    /// Method of an API call.
    method: Text, Nullable, Distinct;
    /// Status of an API call.
    status: Int, Nullable, Distinct;
    /// How long it took, milliseconds.
    ms: Int, Nullable, Plain;
    /// CSS pixels from the left.
    x: Int, Nullable, Plain;
    /// CSS pixels from the top.
    y: Int, Nullable, Plain;
    /// How far down one could scroll.
    y_max: Int, Nullable, Plain;
    /// A pointer's path: `ms,right,down` by step.
    path: Line, Nullable, Plain;
    /// What kind of value was put in.
    value_kind: Text, Nullable, Distinct;
    /// Bucket of the value's length, from 0.
    value_len: Int, Nullable, Distinct;
    /// 32 bits of its digest.
    value_digest: Long, Nullable, Plain;
    /// How many keys were pressed.
    keys: Int, Nullable, Distinct;
    /// Of which took something back.
    edits: Int, Nullable, Distinct;
    /// Gaps between keys, counted by bucket of length.
    rhythm: Line, Nullable, Plain;
    /// How many: clicks in a row, fields filled.
    count: Int, Nullable, Distinct;
    /// Whether the browser found a form valid.
    valid: Flag, Nullable, Plain;
    /// What has no column of its own, as JSON.
    detail: Text, Nullable, Distinct;
}

impl Group {
    /// Whether nothing stands where nothing was looked for.
    pub(crate) fn is_done(&self) -> bool {
        let numbers = [&self.t_ms, &self.status, &self.ms, &self.x, &self.y, &self.y_max];
        let more = [&self.value_len, &self.keys, &self.edits, &self.count];
        let lines = [&self.path, &self.rhythm];
        numbers.into_iter().chain(more).all(|cells| cells.is_done())
            && lines.into_iter().all(|cells| cells.is_done())
            && self.value_digest.is_done()
            && self.valid.is_done()
    }
}

fn column<H: Holds>(name: &str, need: Need) -> Parquet<Arc<Type>> {
    let repetition = match need {
        Need::Required => Repetition::REQUIRED,
        Need::Nullable => Repetition::OPTIONAL,
    };
    let builder = Type::primitive_type_builder(name, H::Physical::get_physical_type()).with_repetition(repetition);
    let logical = H::IS_TEXT.then_some(LogicalType::String);
    builder.with_logical_type(logical).build().map(Arc::new)
}

/// A dictionary is never given up for plain pages: see [`Coded`].
const DICTIONARY_BYTES: usize = i32::MAX as usize;

/// Of generated traffic an event takes 14.2 bytes at level 1, 13.9 at 3, 13.4 at 6, 13.1 at 9, 12.8 at 15, and 1.8,
/// 2.0, 2.3, 2.8 and 10 µs to write; recorded traffic is alike. Reading takes the same at all of them.
const LEVEL: i32 = 6;

/// How every file is written.
pub(crate) fn properties() -> Parquet<WriterProperties> {
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(LEVEL)?))
        .set_created_by("testgram".to_owned())
        .set_dictionary_page_size_limit(DICTIONARY_BYTES)
        .set_data_page_row_count_limit(usize::MAX)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        .set_key_value_metadata(Some(vec![
            KeyValue::new(VERSION_KEY.to_owned(), VERSION.to_owned()),
            KeyValue::new(seal::KEY.to_owned(), seal::BLANK.to_owned()),
        ]));
    for (name, store) in STORES {
        let path = ColumnPath::from(*name);
        builder = builder.set_column_dictionary_enabled(path.clone(), matches!(store, Store::Distinct));
        if matches!(store, Store::Steps) {
            builder = builder.set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
        }
    }
    // By these a reader of many files knows which to leave out.
    for name in ["session", "started_ms"] {
        builder = builder.set_column_statistics_enabled(ColumnPath::from(name), EnabledStatistics::Chunk);
    }
    Ok(builder.build())
}

/// A text as a cell.
pub(crate) fn text(text: String) -> ByteArray {
    ByteArray::from(text.into_bytes())
}
