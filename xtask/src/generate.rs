//! The files that are generated from others and committed. `make generated` writes them; the test below fails while one
//! is out of date.

use std::fs;
use std::io;

use sha2::{Digest, Sha256};

use crate::root::root;

/// The values whose digests are refused, one a line.
const WELL_KNOWN: &str = "shared/protocol/data/well-known-values.txt";

/// A generated file.
#[derive(Debug)]
pub struct Generated {
    /// Where it lies, from the repository's root.
    pub path: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// All generated files, as they should be.
///
/// # Errors
/// If a file that they are made from cannot be read.
pub fn files() -> io::Result<[Generated; 3]> {
    let values = fs::read_to_string(root().join(WELL_KNOWN))?;
    let batch = testgram_protocol::schema::batch();
    Ok([
        Generated {
            path: "shared/protocol/src/privacy/unsalted.bin",
            bytes: unsalted(&values),
        },
        Generated {
            path: "shared/protocol/schema/v1.json",
            bytes: format!("{:#}\n", batch.as_value()).into_bytes(),
        },
        Generated {
            path: "shared/model/schema/model.v1.json",
            bytes: testgram_model::document::schema_text().into(),
        },
    ])
}

/// Writes all generated files; gives a line on each.
///
/// # Errors
/// As [`files`], or if a file cannot be written.
pub fn write() -> io::Result<Vec<String>> {
    files()?
        .into_iter()
        .map(|Generated { path, bytes }| {
            let unchanged = is_current(path, &bytes);
            fs::write(root().join(path), bytes)?;
            Ok(format!("{path}: {}", if unchanged { "unchanged" } else { "new" }))
        })
        .collect()
}

fn is_current(path: &str, bytes: &[u8]) -> bool {
    fs::read(root().join(path)).is_ok_and(|before| before == bytes)
}

/// Sorted SHA-256 digests of the well-known values: of each as it stands, in lower case, and with a line feed behind
/// it.
fn unsalted(values: &str) -> Vec<u8> {
    let written = values
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.replace("\\n", "\n"));
    let forms = written.flat_map(|value| [value.to_lowercase(), format!("{value}\n"), value]);
    let mut digests: Vec<[u8; 32]> = forms.map(|form| Sha256::digest(form.as_bytes()).into()).collect();
    digests.sort_unstable();
    digests.dedup();
    digests.concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_files_are_up_to_date() {
        for Generated { path, bytes } in files().unwrap() {
            assert!(is_current(path, &bytes), "{path} is out of date: make generated");
        }
        assert!(!is_current("Cargo.toml", b"something else"));
    }

    #[test]
    fn some_hundreds_of_values_are_well_known_the_empty_one_among_them() {
        let values = fs::read_to_string(root().join(WELL_KNOWN)).unwrap();
        let digests = unsalted(&values).len() / 32;
        assert!(digests > 500, "{digests}");
        assert!(values.lines().any(str::is_empty));
    }
}
