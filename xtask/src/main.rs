//! `cargo xtask`: chores of the repository. The library's documentation lists them.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool that prints")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use testgram_xtask::tidy::{Check, Fault};
use testgram_xtask::{dictionary, fixture, generate, tidy};

/// Chores of the repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Writes the files that are generated and committed: the JSON Schemas and the unsalted digests.
    Generate,
    /// Trains the buffer's zstd dictionaries and writes them: only for a new version of the format.
    Dictionary,
    /// Writes fixtures for tests in other languages.
    #[command(subcommand)]
    Fixture(Fixture),
    /// Holds the sources to the house's rules and prints every breach.
    Tidy {
        /// Which rules; all of them if none is named.
        checks: Vec<Check>,
    },
}

#[derive(Subcommand)]
enum Fixture {
    /// The recorded traffic as the archive's files; prints as JSON what a reader must find in them.
    Archive {
        /// A folder that exists.
        folder: PathBuf,
    },
    /// The recorded traffic as the archive's files, a model of it, and the model's symbol of each event.
    Transitions {
        /// A folder that exists.
        folder: PathBuf,
        /// The model's k.
        k: u32,
    },
}

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match run(Cli::parse().chore) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(chore: Chore) -> Result<ExitCode, Failure> {
    match chore {
        Chore::Generate => generate::write()?.iter().for_each(|line| println!("{line}")),
        Chore::Dictionary => dictionary::write()?.iter().for_each(|line| println!("{line}")),
        Chore::Fixture(Fixture::Archive { folder }) => println!("{}", fixture::archive::write(&folder)?),
        Chore::Fixture(Fixture::Transitions { folder, k }) => println!("{}", fixture::transitions::write(&folder, k)?),
        Chore::Tidy { checks } => return print_faults(&checks),
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints the faults of each check, and fails if there are any.
fn print_faults(wanted: &[Check]) -> Result<ExitCode, Failure> {
    let checks = if wanted.is_empty() { Check::ALL } else { wanted };
    let repository = tidy::Repository::read()?;
    let mut count = 0;
    for check in checks {
        let faults: Vec<Fault> = check.faults(&repository);
        println!("{}: {} faults", check.name(), faults.len());
        faults.iter().for_each(|fault| println!("  {fault}"));
        count += faults.len();
    }
    Ok(if count == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
