//! The archive's file: batches of events to Parquet and back.
//!
//! Pure: bytes in, bytes out; no IO, no clock, no AWS. Anything that reads Parquet reads these files: one row an event, flat
//! columns, described in `docs/archive.md` and declared in one place, [`columns`]. What came back from a file has passed the
//! constructors of the protocol again.
//!
//! 1. [`write()`] puts batches in order and drops copies, so that the same batches are the same bytes, and seals the file.
//! 2. [`read()`] opens the seal, so that a damaged file is known before anything in it is believed, and puts the batches together.
//!    A [`Reader`] does it for many files, and judges a text that it has met before only once.
//! 3. [`sessions`] puts the sessions of a partition together from all of its files.

mod archived;
mod coded;
mod columns;
mod error;
mod known;
mod leftover;
mod numbers;
mod pages;
mod read;
mod seal;
mod sessions;
mod write;

pub use archived::Archived;
pub use error::{ReadError, WriteError};
pub use read::{Reader, read};
pub use sessions::sessions;
pub use write::write;

/// The version of the format, in the file's metadata under `testgram.version`. A column that is added or changes its meaning is
/// another version; a reader refuses those that it does not know.
pub const VERSION: &str = "1";
