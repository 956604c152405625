//! The pages of a column, unpacked.
//!
//! Parquet's own reader makes a compressor and a decompressor for each column of each file, which in files of some
//! hundred events is half of the time that reading them takes. So it is made to believe that pages are not compressed,
//! and one decompressor serves them all.

use std::cell::RefCell;
use std::sync::Arc;

use bytes::Bytes;
use parquet::basic::Compression;
use parquet::column::page::{Page, PageMetadata, PageReader};
use parquet::column::reader::{ColumnReader, get_column_reader};
use parquet::errors::{ParquetError, Result};
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::serialized_reader::SerializedPageReader;
use zstd::bulk::Decompressor;
use zstd::zstd_safe::get_frame_content_size;

thread_local! {
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// A row group of a file.
pub(crate) struct Source<'a> {
    pub(crate) file: Arc<Bytes>,
    pub(crate) group: &'a RowGroupMetaData,
    pub(crate) rows: usize,
}

impl Source<'_> {
    /// The pages of a column.
    pub(crate) fn pages(&self, column: usize) -> Result<Pages> {
        let chunk = self.group.columns().get(column).ok_or_else(damaged)?;
        let plain = chunk
            .clone()
            .into_builder()
            .set_compression(Compression::UNCOMPRESSED)
            .build()?;
        SerializedPageReader::new(Arc::clone(&self.file), &plain, self.rows, None).map(Pages)
    }

    /// A reader of the values of a column.
    pub(crate) fn reader(&self, column: usize) -> Result<ColumnReader> {
        let chunk = self.group.columns().get(column).ok_or_else(damaged)?;
        Ok(get_column_reader(
            chunk.column_descr_ptr(),
            Box::new(self.pages(column)?),
        ))
    }
}

/// Pages that are unpacked as they are read.
pub(crate) struct Pages(SerializedPageReader<Bytes>);

impl Iterator for Pages {
    type Item = Result<Page>;

    fn next(&mut self) -> Option<Self::Item> {
        self.get_next_page().transpose()
    }
}

impl PageReader for Pages {
    fn get_next_page(&mut self) -> Result<Option<Page>> {
        self.0.get_next_page()?.map(unpacked).transpose()
    }

    fn peek_next_page(&mut self) -> Result<Option<PageMetadata>> {
        self.0.peek_next_page()
    }

    fn skip_next_page(&mut self) -> Result<()> {
        self.0.skip_next_page()
    }
}

fn unpacked(mut page: Page) -> Result<Page> {
    match &mut page {
        Page::DataPage { buf, .. } | Page::DictionaryPage { buf, .. } => *buf = unpack(buf)?,
        // Of this version only the values are compressed; our writer makes none.
        Page::DataPageV2 { .. } => return Err(damaged()),
    }
    Ok(page)
}

fn unpack(packed: &[u8]) -> Result<Bytes> {
    if packed.is_empty() {
        return Ok(Bytes::new());
    }
    let claimed = get_frame_content_size(packed).ok().flatten().ok_or_else(damaged)?;
    let size = usize::try_from(claimed).map_err(|_| damaged())?;
    DECOMPRESSOR.with_borrow_mut(|slot| {
        let decompressor = match slot {
            Some(decompressor) => decompressor,
            None => slot.insert(Decompressor::new()?),
        };
        Ok(decompressor.decompress(packed, size)?.into())
    })
}

fn damaged() -> ParquetError {
    ParquetError::General(String::new())
}
