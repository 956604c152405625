//! Chores of the repository, run as `cargo xtask <chore>`: writing generated files, training dictionaries, fixtures for
//! tests in other languages, and the rules of the house.
//!
//! * [`generate`] writes the JSON Schemas and the unsalted digests (`make generated`).
//! * [`dictionary`] trains the buffer's dictionaries (`make dictionary`).
//! * [`fixture`] writes recorded traffic as Parquet, with what a reader must find in it; `tests/duckdb.sh` compares.
//! * [`tidy`] holds the sources to the rules that no compiler checks. `tests/tidy.rs` runs it in the gate.
//!
//! ```
//! use testgram_xtask::tidy::{Sources, width};
//!
//! let page = format!("# A title\n\n{}\n", "word ".repeat(30));
//! let sources = Sources::planted(&[("docs/page.md", &page)]);
//! assert_eq!(width::faults(&sources)[0].to_string(), "docs/page.md:3: 149 columns, 120 are the most");
//! ```
//!
//! Dependencies point from left to right: `generate`, `dictionary` and `fixture` stand beside `tidy`; all know `root`.

pub mod dictionary;
pub mod fixture;
pub mod generate;
mod root;
pub mod tidy;

pub use root::root;
