//! The command line.

mod archive;
mod build;
mod demo;
mod failure;
mod fidelity;
mod logging;
mod model;
mod output;
mod progress;
mod target;
mod up;
mod world;

use std::{ffi::OsString, process::ExitCode};

use clap::{Parser, Subcommand, error::ErrorKind};

pub use failure::{Failure, Reason};
pub use up::Up;

use crate::local::stack::MakeClients;

/// Testgram on the command line.
#[derive(Debug, Parser)]
#[command(name = "tg", version, about, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Up(Up),
    Archive(archive::Archive),
    Build(build::Build),
    Model(model::Model),
    Demo(demo::Demo),
    Fidelity(fidelity::Fidelity),
    World(world::World),
}

/// Runs the command that the arguments name. `clients` makes the SDK clients of the handlers against the local stores.
pub fn run(args: impl IntoIterator<Item = OsString>, clients: impl MakeClients) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    // Before the arguments are understood, how to say that they are not.
    let json = args.iter().any(|arg| arg == "--json");
    let outcome = match Cli::try_parse_from(args) {
        Ok(Cli { command }) => match command {
            Command::Up(up) => up.run(clients),
            Command::Archive(archive) => archive.run(),
            Command::Build(build) => build.run(),
            Command::Model(model) => model.run(),
            Command::Demo(demo) => demo.run(clients),
            Command::Fidelity(fidelity) => fidelity.run(),
            Command::World(world) => world.run(),
        },
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            output::text(&error.to_string());
            Ok(())
        }
        Err(error) => Err(Failure::usage(&error)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::failure(&failure, json);
            ExitCode::from(failure.reason().exit_code())
        }
    }
}
