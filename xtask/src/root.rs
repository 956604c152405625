//! Where the repository is.

use std::path::PathBuf;

/// The repository's root.
#[must_use]
pub fn root() -> PathBuf {
    // Without `..`, so that paths below it can be printed relative to it.
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    own.parent().map_or_else(PathBuf::new, PathBuf::from)
}
