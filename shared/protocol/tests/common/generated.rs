//! How the generated files come about: used by `examples/generate.rs` and by the test that compares.

use sha2::{Digest, Sha256};

/// Sorted digests of the well-known values: of each as it stands, in lower case, and with a line feed behind it.
pub(crate) fn unsalted(values: &str) -> Vec<u8> {
    let values = values
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.replace("\\n", "\n"));
    let forms = values.flat_map(|value| [value.to_lowercase(), format!("{value}\n"), value]);
    let mut digests: Vec<[u8; 32]> = forms.map(|form| Sha256::digest(form.as_bytes()).into()).collect();
    digests.sort_unstable();
    digests.dedup();
    digests.concat()
}

/// The JSON Schema of v1.
pub(crate) fn schema() -> String {
    let schema = testgram_protocol::schema::batch();
    format!("{:#}\n", schema.as_value())
}
