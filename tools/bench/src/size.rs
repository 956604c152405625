//! How large the functions are: what a cold start has to fetch.

use std::fs;

use crate::figures::{Aim, Row, Section};
use crate::{Failure, built};

const MEGABYTE: f64 = 1e6;
/// DESIGN's limit of a zipped function.
const LIMIT: f64 = 5.0;
/// A zip of one file: its local header, its entry and the end of the directory, and its name twice.
const ZIP_FRAME: usize = 30 + 46 + 22 + 2 * "bootstrap".len();
/// The default of `zip`.
const DEFLATE_LEVEL: u8 = 6;

/// Measures the functions and, beside them, the empty one.
pub(crate) fn measure() -> Result<Section, Failure> {
    let mut section = Section::new("Size of the functions");
    let mut sizes = Vec::new();
    for (name, path) in built::functions()? {
        let binary = fs::read(path)?;
        let zipped = miniz_oxide::deflate::compress_to_vec(&binary, DEFLATE_LEVEL).len() + ZIP_FRAME;
        sizes.push((name, binary.len() as f64 / MEGABYTE, zipped as f64 / MEGABYTE));
    }
    let empty = sizes.pop().ok_or("nothing was built")?;
    for (name, binary, zipped) in sizes {
        section.row(Row::new(format!("{name}, binary"), binary, "MB").beside("empty function", empty.1));
        section.row(
            Row::new(format!("{name}, zipped"), zipped, "MB")
                .beside("empty function", empty.2)
                .aim(Aim::AtMost(LIMIT)),
        );
    }
    Ok(section)
}
