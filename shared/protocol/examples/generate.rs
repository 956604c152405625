//! Writes the files of this crate that are made from others: `src/privacy/unsalted.bin` and `schema/v1.json`.
//! `cargo run -p testgram-protocol --example generate`. `tests/it/generated.rs` fails while either is out of date.

use std::path::Path;

#[path = "../tests/common/generated.rs"]
mod generated;

fn main() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let values = std::fs::read_to_string(root.join("data/well-known-values.txt"))?;
    std::fs::write(root.join("src/privacy/unsalted.bin"), generated::unsalted(&values))?;
    std::fs::create_dir_all(root.join("schema"))?;
    std::fs::write(root.join("schema/v1.json"), generated::schema())
}
