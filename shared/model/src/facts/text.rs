//! Facts about words that visitors bring along: a kind and parts, as text. The parts passed the protocol's rules, which
//! let no control character through; what parts them is one.

use std::fmt::Write as _;

/// What a text fact says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextKind {
    /// Device, system, browser, version; a fact for each first few of them.
    Device,
    /// Device, width, height.
    Viewport,
    /// A language.
    Language,
    /// An origin that visitors came from.
    Referrer,
    /// Page, form's number, form.
    Form,
    /// Page, form's number, field: it was filled there.
    FieldOf,
    /// Page, form's number, field: it was the last one before the visitor left.
    DropOff,
    /// Page, name, message, script.
    Error,
    /// Endpoint, `>` for requests or `<` for answers, type, path.
    Key,
}

impl TextKind {
    const fn letter(self) -> char {
        match self {
            Self::Device => 'd',
            Self::Viewport => 'v',
            Self::Language => 'l',
            Self::Referrer => 'r',
            Self::Form => 'f',
            Self::FieldOf => 'i',
            Self::DropOff => 'a',
            Self::Error => 'e',
            Self::Key => 'k',
        }
    }
}

const BETWEEN: char = '\u{1f}';

/// A fact being written. One buffer serves for all.
#[derive(Debug, Default)]
pub(crate) struct Text(String);

impl Text {
    pub(crate) fn start(&mut self, kind: TextKind) -> &mut Self {
        self.0.clear();
        self.0.push(kind.letter());
        self
    }

    pub(crate) fn part(&mut self, part: impl std::fmt::Display) -> &mut Self {
        self.0.push(BETWEEN);
        // Writing to a String has no error.
        let written = write!(self.0, "{part}");
        debug_assert!(written.is_ok());
        self
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The length, to come back to with [`Text::cut`].
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn cut(&mut self, len: usize) {
        self.0.truncate(len);
    }
}

/// The parts of a fact of this kind.
pub(crate) fn parts(fact: &str, kind: TextKind) -> Option<Vec<&str>> {
    let mut parts = fact.split(BETWEEN);
    let letter = parts.next()?;
    letter.chars().eq([kind.letter()]).then(|| parts.collect())
}

/// All facts of a kind begin with this.
pub(crate) fn beginning(kind: TextKind) -> String {
    [kind.letter(), BETWEEN].into_iter().collect()
}
