//! Trains the buffer's zstd dictionaries on generated traffic. `make dictionary` writes them; `make bench` compares
//! them with others.
//!
//! ```
//! use testgram_dictionary::{TRAINING_SEED, columns, train_on, training};
//! use testgram_fixtures::Traffic;
//!
//! let traffic = Traffic::new(TRAINING_SEED);
//! let words = training(&traffic).take(500).filter_map(|sent| columns(&sent)).map(|columns| columns.words);
//! let dictionary = train_on(words.collect(), 1024)?;
//! assert!(dictionary.len() <= 1024);
//! # Ok::<(), std::io::Error>(())
//! ```

use testgram_fixtures::{SentBatch, Traffic, Visitors};
use testgram_protocol::buffer::{self, Columns};

/// The seed of the traffic that the dictionaries are trained on.
pub const TRAINING_SEED: u64 = 0x7e57_6ea3;

/// Bytes of the dictionary of words.
pub const WORDS_BYTES: usize = 8 * 1024;

/// Bytes of the dictionary of numbers: little more than the tables of how often each byte is seen.
pub const NUMBERS_BYTES: usize = 1024;

/// Batches taken of each site. The trainer wants about a hundred times the dictionary's size in samples.
const BATCHES_OF_A_SITE: usize = 700;

/// The two dictionaries of the buffer. `cargo xtask dictionary` writes them to where the protocol crate includes them.
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
/// If zstd cannot make one: there are too few samples.
pub fn train() -> std::io::Result<Dictionaries> {
    let traffic = Traffic::new(TRAINING_SEED);
    let samples = training(&traffic).filter_map(|sent| columns(&sent));
    let (words, numbers) = samples.map(|columns| (columns.words, columns.numbers)).unzip();
    Ok(Dictionaries {
        words: train_on(words, WORDS_BYTES)?,
        numbers: train_on(numbers, NUMBERS_BYTES)?,
    })
}

/// A dictionary of at most `bytes`, trained on `samples`.
///
/// # Errors
/// If zstd cannot make one: there are too few samples.
pub fn train_on(mut samples: Vec<Vec<u8>>, bytes: usize) -> std::io::Result<Vec<u8>> {
    // The trainer refuses the smallest.
    samples.retain(|sample| sample.len() >= 8);
    zstd::dict::from_samples(&samples, bytes)
}

/// The batches to train on: as many of each training site.
pub fn training(traffic: &Traffic) -> impl Iterator<Item = SentBatch> {
    traffic
        .training()
        .flat_map(|visitors| batches_of(visitors).take(BATCHES_OF_A_SITE))
}

fn batches_of(visitors: Visitors<'_>) -> impl Iterator<Item = SentBatch> {
    visitors.sessions(u64::MAX / 60_000).flat_map(|session| session.batches)
}

/// The columns of a batch, which the dictionaries are to help compress. `None` if the protocol refuses the batch.
#[must_use]
pub fn columns(sent: &SentBatch) -> Option<Columns> {
    buffer::columns(&sent.accepted().ok()?).ok()
}
