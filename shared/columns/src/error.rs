//! What can go wrong. None of it says anything of what stands in a file.

use testgram_protocol::reason::Reason;

/// Why batches could not be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// A number that no valid batch holds and no column takes.
    #[error("a number is out of range")]
    OutOfRange,
    /// The encoder or the compressor failed, which is ours.
    #[error("the encoder failed")]
    Encoder,
}

/// Why a file could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// It bears no seal: cut short, or not of the archive.
    #[error("not an archive file, or one that is cut short")]
    Unsealed,
    /// It is not what was written.
    #[error("a damaged archive file")]
    Damaged,
    /// Written by a version that this one does not know.
    #[error("an archive file of an unknown version")]
    UnknownVersion,
    /// Whole, but it holds what the rules of today refuse: they have become stricter since it was written.
    #[error("an archive file holds what is refused: {}", .0.as_str())]
    Refused(Reason),
}

impl From<parquet::errors::ParquetError> for WriteError {
    fn from(_: parquet::errors::ParquetError) -> Self {
        Self::Encoder
    }
}

/// The text goes: it may quote the file.
impl From<parquet::errors::ParquetError> for ReadError {
    fn from(_: parquet::errors::ParquetError) -> Self {
        Self::Damaged
    }
}
