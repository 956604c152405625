//! The house's rules, held over the repository's sources: a [`Check`] each, in a file of its own that also plants a
//! fault to prove that the check finds it.
//!
//! Dependencies point from right to left: `fault` ← `sources`, `workspace` ← `rust`, `markdown` ← the checks.

pub mod arrows;
pub mod circles;
pub mod examples;
mod fault;
pub mod links;
pub mod local_mode;
mod markdown;
pub mod pure;
mod rust;
mod sources;
pub mod width;
pub mod words;
mod workspace;

use std::io;

pub use fault::Fault;
pub use sources::Sources;
pub use workspace::Workspace;

use crate::root::root;

/// A rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Check {
    /// No circle of files inside a crate.
    Circles,
    /// Crates depend on each other along declared arrows only.
    Arrows,
    /// Pure crates name neither AWS nor a clock nor an async runtime.
    Pure,
    /// Nothing in `shared/` or `functions/` knows local mode.
    LocalMode,
    /// Comments and documents wrap at 120 columns.
    Width,
    /// Paths and links in documents lead somewhere.
    Links,
    /// No word that the glossary rules out.
    Words,
    /// Every library shows an example that runs.
    Examples,
}

/// What the checks look at.
#[derive(Debug)]
pub struct Repository {
    sources: Sources,
    workspace: Workspace,
}

impl Repository {
    /// Reads this repository.
    ///
    /// # Errors
    /// If git or cargo cannot be run, or a file cannot be read.
    pub fn read() -> io::Result<Self> {
        let root = root();
        Ok(Self {
            sources: Sources::read(&root)?,
            workspace: Workspace::read(&root)?,
        })
    }
}

impl Check {
    /// All of them, in the order in which they run.
    pub const ALL: &[Self] = &[
        Self::Circles,
        Self::Arrows,
        Self::Pure,
        Self::LocalMode,
        Self::Width,
        Self::Links,
        Self::Words,
        Self::Examples,
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> String {
        let value = clap::ValueEnum::to_possible_value(&self);
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// Every breach of the rule, in the order of files and lines.
    #[must_use]
    pub fn faults(self, repository: &Repository) -> Vec<Fault> {
        let Repository { sources, workspace } = repository;
        match self {
            Self::Circles => circles::faults(sources, &workspace.crate_roots()),
            Self::Arrows => arrows::faults(workspace),
            Self::Pure => pure::faults(sources, workspace),
            Self::LocalMode => local_mode::faults(sources, workspace),
            Self::Width => width::faults(sources),
            Self::Links => links::faults(sources),
            Self::Words => words::faults(sources),
            Self::Examples => examples::faults(sources, &workspace.library_roots()),
        }
    }
}
