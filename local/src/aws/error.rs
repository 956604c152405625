//! Why the AWS endpoint cannot start.

use std::io;

/// Why the endpoint cannot start.
#[derive(Debug, thiserror::Error)]
pub enum AwsError {
    /// The SQLite file of the tables cannot be opened.
    #[error("the tables cannot be opened: {0}")]
    Tables(String),
    /// The folder of the buckets cannot be opened.
    #[error("the buckets cannot be opened: {0}")]
    Buckets(String),
    /// The operating system refuses a socket or a thread.
    #[error(transparent)]
    Io(#[from] io::Error),
}
