//! Text columns by their dictionary: each distinct text once, and for each row which one it is.
//!
//! Parquet stores them so, but its reader hands out a counted reference for each row. Here a row costs four bytes and
//! no lookup: what a text means is looked up by its number. Our writer makes nothing but dictionary pages and pages of
//! version 1 for these columns.

use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::Page;

use crate::error::ReadError;
use crate::pages::Source;

/// The code that stands for null.
const NULL: u32 = u32::MAX;

/// A text column of one row group.
pub(crate) struct Coded {
    /// The distinct texts of the column, each once.
    pub(crate) texts: Vec<Bytes>,
    /// Which one a row has.
    codes: Vec<u32>,
}

impl Coded {
    /// Which of [`Coded::texts`] stands in a row; `None` for null.
    pub(crate) fn code(&self, row: usize) -> Option<usize> {
        self.codes
            .get(row)
            .filter(|code| **code != NULL)
            .map(|code| *code as usize)
    }

    pub(crate) fn read(source: &Source<'_>, column: usize, nullable: bool) -> Result<Self, ReadError> {
        let (mut texts, mut codes) = (Vec::new(), Vec::with_capacity(source.rows));
        for page in source.pages(column)? {
            match page? {
                Page::DictionaryPage { buf, num_values, .. } => texts = plain(&buf, num_values as usize)?,
                Page::DataPage {
                    buf,
                    num_values,
                    encoding: Encoding::RLE_DICTIONARY | Encoding::PLAIN_DICTIONARY,
                    ..
                } => data(&buf, num_values as usize, nullable, &mut codes).ok_or(ReadError::Damaged)?,
                _ => return Err(ReadError::Damaged),
            }
        }
        let known = |code: &u32| *code == NULL || (*code as usize) < texts.len();
        if codes.len() == source.rows && codes.iter().all(known) {
            Ok(Self { texts, codes })
        } else {
            Err(ReadError::Damaged)
        }
    }
}

/// Texts, each after its length.
fn plain(page: &Bytes, count: usize) -> Result<Vec<Bytes>, ReadError> {
    let (mut texts, mut at) = (Vec::with_capacity(count.min(page.len())), 0);
    for _ in 0..count {
        let rest = page.get(at..).ok_or(ReadError::Damaged)?;
        let (length, rest) = rest.split_first_chunk().ok_or(ReadError::Damaged)?;
        let text = rest
            .get(..u32::from_le_bytes(*length) as usize)
            .ok_or(ReadError::Damaged)?;
        texts.push(page.slice_ref(text));
        at += length.len() + text.len();
    }
    Ok(texts)
}

/// Adds the codes of a page. Where the column may be null, they follow a bit for each row that says whether it is not.
fn data(page: &[u8], rows: usize, nullable: bool, codes: &mut Vec<u32>) -> Option<()> {
    if !nullable {
        let (width, packed) = page.split_first()?;
        return unpack(packed, *width, rows, |code| codes.push(code));
    }
    let (length, page) = page.split_first_chunk()?;
    let (present, page) = page.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    let start = codes.len();
    let mut count = 0;
    unpack(present, 1, rows, |bit| {
        count += bit as usize;
        codes.push(if bit == 0 { NULL } else { 0 });
    })?;
    if count == 0 {
        return Some(());
    }
    let (width, packed) = page.split_first()?;
    let mut slots = codes.get_mut(start..)?.iter_mut().filter(|code| **code == 0);
    unpack(packed, *width, count, |code| {
        if let Some(slot) = slots.next() {
            *slot = code;
        }
    })
}

/// Unpacks `count` numbers of `width` bits from [runs and bit-packed groups of eight][format].
///
/// [format]: https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE
fn unpack(mut packed: &[u8], width: u8, mut count: usize, mut take: impl FnMut(u32)) -> Option<()> {
    if width > u32::BITS as u8 {
        return None;
    }
    while count > 0 {
        let header = varint(&mut packed)?;
        let length = (header >> 1) as usize;
        if header & 1 == 0 {
            let bytes = packed.split_off(..usize::from(width.div_ceil(8)))?;
            let value = bytes.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte));
            let run = length.min(count);
            (0..run).for_each(|_| take(value));
            // A run of none would go round for ever in a damaged page.
            count = count.checked_sub(run.max(1))?;
        } else {
            let groups = packed.split_off(..length.checked_mul(usize::from(width))?)?;
            let packed_here = length.checked_mul(8)?.min(count);
            bits(groups, width, packed_here, &mut take);
            count = count.checked_sub(packed_here.max(1))?;
        }
    }
    Some(())
}

/// `count` numbers of `width` bits each, the low bits of a byte first.
fn bits(packed: &[u8], width: u8, count: usize, take: &mut impl FnMut(u32)) {
    let mask = (1_u64 << width) - 1;
    let (mut held, mut holds) = (0_u64, 0);
    let mut bytes = packed.iter();
    for _ in 0..count {
        while holds < width {
            held |= u64::from(bytes.next().copied().unwrap_or_default()) << holds;
            holds += 8;
        }
        take((held & mask) as u32);
        held >>= width;
        holds -= width;
    }
}

fn varint(packed: &mut &[u8]) -> Option<u32> {
    let mut value = 0_u32;
    for shift in (0..u32::BITS).step_by(7) {
        let byte = *packed.split_off_first()?;
        value |= u32::from(byte & 0x7f).checked_shl(shift)?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}
