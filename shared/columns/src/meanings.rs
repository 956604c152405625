//! What texts mean, each judged once by the protocol's own constructors however often it is met.

use std::collections::HashMap;
use std::str::FromStr;

use bytes::Bytes;
use testgram_protocol::event::{Button, EndReason, ErrorName, Kind, NamedKey, PageCause, Word};

use crate::coded::Coded;
use crate::error::ReadError;
use crate::format::{HIDDEN, META, SHOWN};

/// Most texts of one column that are remembered from file to file: some megabytes.
const MOST: usize = 1 << 14;

/// The texts of one column that have been met, and what each means.
pub(crate) struct Meanings<T>(HashMap<Box<[u8]>, T>);

impl<T> Default for Meanings<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T> Meanings<T> {
    /// What each of `texts` means, in their order. Those not met before are read by `read`, which gets their places.
    pub(crate) fn of(
        &mut self,
        texts: &[Bytes],
        mut read: impl FnMut(usize, &[u8]) -> Result<T, ReadError>,
    ) -> Result<Vec<&T>, ReadError> {
        if self.0.len() > MOST {
            self.0.clear();
        }
        for (place, text) in texts.iter().enumerate() {
            if !self.0.contains_key(&**text) {
                self.0.insert((**text).into(), read(place, text)?);
            }
        }
        texts
            .iter()
            .map(|text| self.0.get(&**text).ok_or(ReadError::Damaged))
            .collect()
    }
}

/// What each text of a column means.
pub(crate) fn each<T>(column: &Coded, read: impl Fn(&str) -> Result<T, ReadError>) -> Result<Vec<T>, ReadError> {
    column.texts.iter().map(|text| read(utf8(text)?)).collect()
}

pub(crate) fn utf8(text: &[u8]) -> Result<&str, ReadError> {
    std::str::from_utf8(text).map_err(|_| ReadError::Damaged)
}

/// A word of a closed list.
pub(crate) fn word<T: FromStr>(text: &str) -> Result<T, ReadError> {
    text.parse().map_err(|_| ReadError::Damaged)
}

/// A word in `kind`: `None` for the row about the session.
pub(crate) fn kind(text: &str) -> Result<Option<Kind>, ReadError> {
    if text == META { Ok(None) } else { word(text).map(Some) }
}

/// A word in `name`: what it means in a row of each kind that has one.
pub(crate) struct Name {
    pub(crate) cause: Option<PageCause>,
    pub(crate) button: Option<Button>,
    pub(crate) key: Option<NamedKey>,
    pub(crate) error: Option<ErrorName>,
    pub(crate) end: Option<EndReason>,
    pub(crate) hidden: Option<bool>,
    pub(crate) custom: Option<Word>,
}

impl Name {
    pub(crate) fn read(text: &[u8]) -> Result<Self, ReadError> {
        let text = utf8(text)?;
        Ok(Self {
            cause: text.parse().ok(),
            button: text.parse().ok(),
            key: text.parse().ok(),
            error: text.parse().ok(),
            end: text.parse().ok(),
            hidden: match text {
                HIDDEN => Some(true),
                SHOWN => Some(false),
                _ => None,
            },
            custom: Word::new(text).ok(),
        })
    }
}
