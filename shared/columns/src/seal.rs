//! The seal: a hash over the whole file, in the file. Parquet has checksums for pages only, its Rust writer makes none,
//! and zstd frames in it bear none, so a flipped bit could come back as another number. And the Parquet reader may
//! panic on a file that was not made by its writer: what does not bear the seal never gets there.

use crate::error::ReadError;

/// The key in the file's metadata under which the hash stands, XXH3 (64 bits) in hex, over the file with zeros in its
/// place.
pub(crate) const KEY: &str = "testgram.seal";
/// What stands there until it is known.
pub(crate) const BLANK: &str = "0000000000000000";

/// Between key and hash: Thrift's compact protocol for "the next field, a text of sixteen bytes".
const BETWEEN: [u8; 2] = [0x18, 16];

/// With which every Parquet file ends, after the length of its footer.
const MAGIC: &[u8; 4] = b"PAR1";

/// Seals a file that was written with a [`BLANK`] under [`KEY`]; `None` if it was not.
pub(crate) fn close(mut file: Vec<u8>) -> Option<Vec<u8>> {
    let place = place(&file)?;
    let hash = hash(&file);
    file.get_mut(place..place + BLANK.len())?
        .copy_from_slice(hash.as_bytes());
    Some(file)
}

/// Opens a sealed file: it comes back as it was before it was sealed.
pub(crate) fn open(file: &[u8]) -> Result<Vec<u8>, ReadError> {
    let place = place(file).ok_or(ReadError::Unsealed)?;
    let mut blank = file.to_vec();
    let seal = blank.get_mut(place..place + BLANK.len()).ok_or(ReadError::Unsealed)?;
    let claimed = <[u8; BLANK.len()]>::try_from(&*seal).map_err(|_| ReadError::Unsealed)?;
    seal.copy_from_slice(BLANK.as_bytes());
    if hash(&blank).as_bytes() == claimed {
        Ok(blank)
    } else {
        Err(ReadError::Damaged)
    }
}

fn hash(blank: &[u8]) -> String {
    format!("{:016x}", twox_hash::XxHash3_64::oneshot(blank))
}

/// Where in the file the hash stands.
fn place(file: &[u8]) -> Option<usize> {
    let body = file.strip_suffix(MAGIC)?;
    let (content, length) = body.split_last_chunk()?;
    let footer_length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
    let start = content.len().checked_sub(footer_length)?;
    let before = [KEY.as_bytes(), &BETWEEN].concat();
    let footer = content.get(start..)?;
    let at = footer.windows(before.len()).rposition(|window| window == before)?;
    Some(start + at + before.len())
}
