//! The buffer's dictionaries, trained and written to where the protocol crate includes them. `make dictionary` runs it.
//!
//! What is in the store was written with the dictionaries of its version. After the first release new ones are a new
//! version of the buffer format, in files of their own; these are then frozen.

use std::fs;

use crate::root::root;

const FOLDER: &str = "shared/protocol/src/buffer";

/// Trains and writes the dictionaries; gives a line on each.
///
/// # Errors
/// If zstd cannot train one, or a file cannot be written.
pub fn write() -> std::io::Result<Vec<String>> {
    let trained = testgram_dictionary::train()?;
    [("words.v1.dict", trained.words), ("numbers.v1.dict", trained.numbers)]
        .into_iter()
        .map(|(name, dictionary)| {
            let file = root().join(FOLDER).join(name);
            let unchanged = fs::read(&file).is_ok_and(|before| before == dictionary);
            fs::write(&file, &dictionary)?;
            let change = if unchanged { "unchanged" } else { "new" };
            Ok(format!("{name}: {} bytes, {change}", dictionary.len()))
        })
        .collect()
}
