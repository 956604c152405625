//! Trains the buffer's dictionaries and writes them where the protocol crate looks for them. `make dictionary` runs it.
//!
//! What is in the store was written with the dictionaries of its version. After the first release new ones are a new version of
//! the buffer format, in files of their own; these are then frozen.

#![expect(clippy::print_stdout, reason = "it says what it did")]

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/protocol/src/buffer");

fn main() -> std::io::Result<()> {
    let trained = testgram_traffic::dictionary::train()?;
    write("words.v1.dict", &trained.words)?;
    write("numbers.v1.dict", &trained.numbers)
}

fn write(name: &str, dictionary: &[u8]) -> std::io::Result<()> {
    let file = std::path::Path::new(FOLDER).join(name);
    let unchanged = std::fs::read(&file).is_ok_and(|before| before == dictionary);
    std::fs::write(&file, dictionary)?;
    println!(
        "{name}: {} bytes, {}",
        dictionary.len(),
        if unchanged { "unchanged" } else { "new" }
    );
    Ok(())
}
