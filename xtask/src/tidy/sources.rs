//! The repository's own files.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::process::Command;

/// The files that git knows or would add, by path from the root; those that are text with what is in them.
#[derive(Debug, Default)]
pub struct Sources {
    texts: BTreeMap<String, String>,
    paths: BTreeSet<String>,
}

impl Sources {
    /// Reads the files below `root`.
    ///
    /// # Errors
    /// If git cannot be run, or a file cannot be read.
    pub fn read(root: &Path) -> io::Result<Self> {
        let mut git = Command::new("git");
        git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(root);
        let listed = git.output()?;
        if !listed.status.success() {
            return Err(io::Error::other(
                "git ls-files failed: the rules are held over a git checkout",
            ));
        }
        let mut sources = Self::default();
        for path in String::from_utf8_lossy(&listed.stdout).split('\0') {
            let file = root.join(path);
            // What is deleted and not yet committed is listed, too.
            if path.is_empty() || !file.is_file() {
                continue;
            }
            if let Ok(text) = String::from_utf8(std::fs::read(file)?) {
                sources.texts.insert(path.to_owned(), text);
            }
            sources.add_path(path);
        }
        Ok(sources)
    }

    /// Files for a test of a check: path and text of each.
    #[must_use]
    pub fn planted(files: &[(&str, &str)]) -> Self {
        let mut sources = Self::default();
        for (path, text) in files {
            sources.texts.insert((*path).to_owned(), (*text).to_owned());
            sources.add_path(path);
        }
        sources
    }

    /// Adds a file and the folders it lies in.
    fn add_path(&mut self, path: &str) {
        let slashes = path.match_indices('/').map(|(at, _)| at);
        let folders = slashes.filter_map(|at| path.get(..at)).map(str::to_owned);
        self.paths.extend(folders);
        self.paths.insert(path.to_owned());
    }

    /// Whether there is a file or a folder at `path`.
    pub(crate) fn exists(&self, path: &str) -> bool {
        self.paths.contains(path)
    }

    /// All files and folders.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().map(String::as_str)
    }

    /// The text of the file at `path`.
    pub(crate) fn text(&self, path: &str) -> Option<&str> {
        self.texts.get(path).map(String::as_str)
    }

    /// Path and text of every file with one of these endings.
    pub(crate) fn ending(&self, endings: &[&str]) -> impl Iterator<Item = (&str, &str)> {
        self.texts
            .iter()
            .filter(move |(path, _)| endings.iter().any(|ending| path.ends_with(ending)))
            .map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// Path and text of every Rust file.
    pub(crate) fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        self.ending(&[".rs"])
    }

    /// Path and text of every Markdown file.
    pub(crate) fn markdown(&self) -> impl Iterator<Item = (&str, &str)> {
        self.ending(&[".md"])
    }
}
