//! The archive's file: batches of events to Parquet and back.
//!
//! Pure: bytes in, bytes out; no IO, no clock, no AWS. Anything that reads Parquet reads these files: one row an event,
//! flat columns, described in `docs/archive.md` and declared in one place, `columns.rs`. What came back from a file has
//! passed the constructors of the protocol again.
//!
//! 1. [`write()`] puts batches in order and drops copies, so that the same batches are the same bytes, and seals the
//!    file.
//! 2. [`read()`] opens the seal, so that a damaged file is known before anything in it is believed, and puts the
//!    batches together. A [`Reader`] does it for many files, and judges a text that it has met before only once.
//! 3. [`sessions`] puts the sessions of a partition together from all of its files.
//!
//! Each module uses those to its left only:
//!
//! ```text
//! archived, error, format ← seal, numbers, leftover, pages ← coded ← columns, meanings ← write, read
//!                         ← sessions
//! ```
//!
//! # Example
//!
//! ```
//! use testgram_columns::{ArchivedBatch, read, sessions, write};
//! use testgram_protocol::event::{Event, EventDetail, Visibility};
//! use testgram_protocol::id::SessionId;
//!
//! let hidden = Event { t: 40, detail: EventDetail::Visibility(Visibility { hidden: true }) };
//! let session = SessionId::from_parts(1_793_628_000_000, 7);
//! let batch = ArchivedBatch { session, seq: 0, fingerprint: 5, meta: None, events: vec![hidden] };
//!
//! // Delivery is at least once: a batch that came twice is written once.
//! let file = write(&[batch.clone(), batch.clone()])?;
//! assert_eq!(read(&file)?, [batch]);
//!
//! // The same batch in two files is one batch of the session.
//! let sessions = sessions([read(&file)?, read(&file)?]);
//! assert_eq!(sessions[0].events.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod archived;
mod coded;
mod columns;
mod error;
mod format;
mod leftover;
mod meanings;
mod numbers;
mod pages;
mod read;
mod seal;
mod sessions;
mod write;

pub use archived::ArchivedBatch;
pub use error::{ReadError, WriteError};
pub use format::VERSION;
pub use read::{Reader, read};
pub use sessions::sessions;
pub use write::write;
