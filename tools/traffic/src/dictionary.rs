//! Training the buffer's dictionaries.

use testgram_protocol::batch::Batch;
use testgram_protocol::buffer::{self, Columns};

use crate::{Sent, Traffic, Visitors};

/// The seed of the traffic that they are trained on.
pub const TRAINING_SEED: u64 = 0x7e57_6ea3;

/// Bytes of the dictionary of words.
pub const WORDS_BYTES: usize = 8 * 1024;

/// Bytes of the dictionary of numbers: little more than the tables of how often each byte is seen.
pub const NUMBERS_BYTES: usize = 1024;

/// Batches taken of each site. The trainer wants about a hundred times the dictionary's size in samples.
const BATCHES_OF_A_SITE: usize = 700;

/// The two dictionaries of the buffer.
#[derive(Debug)]
pub struct Dictionaries {
    /// For [`Columns::words`].
    pub words: Vec<u8>,
    /// For [`Columns::numbers`].
    pub numbers: Vec<u8>,
}

/// The dictionaries, the same ones for the same generator and the same zstd.
///
/// # Errors
/// If zstd cannot make one.
pub fn train() -> std::io::Result<Dictionaries> {
    let columns: Vec<Columns> = training(&Traffic::new(TRAINING_SEED))
        .filter_map(|sent| columns(&sent))
        .collect();
    let (words, numbers) = columns
        .into_iter()
        .map(|columns| (columns.words, columns.numbers))
        .unzip();
    Ok(Dictionaries {
        words: train_on(words, WORDS_BYTES)?,
        numbers: train_on(numbers, NUMBERS_BYTES)?,
    })
}

/// A dictionary of at most `bytes`, trained on `samples`.
///
/// # Errors
/// If zstd cannot make one.
pub fn train_on(mut samples: Vec<Vec<u8>>, bytes: usize) -> std::io::Result<Vec<u8>> {
    // The trainer refuses the smallest.
    samples.retain(|sample| sample.len() >= 8);
    zstd::dict::from_samples(&samples, bytes)
}

/// As many batches of each training site.
pub fn training(traffic: &Traffic) -> impl Iterator<Item = Sent> {
    traffic
        .training()
        .flat_map(|visitors| batches_of(visitors).take(BATCHES_OF_A_SITE))
}

fn batches_of(visitors: Visitors<'_>) -> impl Iterator<Item = Sent> {
    visitors.sessions(u64::MAX / 60_000).flat_map(|session| session.batches)
}

/// What the dictionaries are to help compress.
#[must_use]
pub fn columns(sent: &Sent) -> Option<Columns> {
    buffer::columns(&Batch::parse(&sent.frame, sent.arrival()).ok()?.batch).ok()
}
