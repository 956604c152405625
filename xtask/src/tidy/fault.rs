//! A breach of a rule.

use std::fmt;

/// A breach of a rule. A check makes it; the test and `cargo xtask tidy` print it as `path:line: text`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fault {
    /// The file, from the repository's root.
    pub path: String,
    /// Its line, from 1; 0 if it is about the whole file.
    pub line: usize,
    /// What is wrong.
    pub text: String,
}

impl Fault {
    pub(crate) fn new(path: &str, line: usize, text: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            text: text.into(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.text),
            line => write!(f, "{}:{line}: {}", self.path, self.text),
        }
    }
}
