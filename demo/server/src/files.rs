//! The shop's files: part of the program, so that `tg` runs from anywhere. A debug build reads them from the folder
//! instead, so that a reload of the page shows an edit.

use std::borrow::Cow;

use rust_embed::RustEmbed;
use serde::de::DeserializeOwned;

#[derive(RustEmbed)]
#[folder = "../shop"]
struct Shop;

/// Why the shop cannot be served: a fault of its files, so of this program.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A file is not there.
    #[error("the demo shop has no file {0}")]
    Missing(String),
    /// A file is not text.
    #[error("the demo shop's {0} is not UTF-8")]
    NotText(String),
    /// A file is not what it should be.
    #[error("the demo shop's {file} cannot be read: {source}")]
    Data {
        /// The file, as a path below `demo/shop`.
        file: String,
        /// Where and how its JSON is wrong.
        source: serde_json::Error,
    },
}

/// A file's bytes, by its path below `demo/shop`.
pub(crate) fn bytes(path: &str) -> Option<Cow<'static, [u8]>> {
    Shop::get(path).map(|file| file.data)
}

/// A file's text, by its path below `demo/shop`.
pub(crate) fn text(path: &str) -> Result<String, DemoError> {
    let data = bytes(path).ok_or_else(|| DemoError::Missing(path.to_owned()))?;
    String::from_utf8(data.into_owned()).map_err(|_| DemoError::NotText(path.to_owned()))
}

/// A file of `data/`, read.
pub(crate) fn data<T: DeserializeOwned>(name: &str) -> Result<T, DemoError> {
    let file = format!("data/{name}.json");
    serde_json::from_str(&text(&file)?).map_err(|source| DemoError::Data { file, source })
}
