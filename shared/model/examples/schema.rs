//! Writes `schema/model.v1.json` from the types of the document: `cargo run -p testgram-model --example schema`.
//! `tests/schema.rs` fails while it is out of date.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema");
    std::fs::create_dir_all(&schema)?;
    std::fs::write(schema.join("model.v1.json"), testgram_model::document::schema_text())
}
