//! The commands. A new one is a file here, a line in `Command` and a line in `run`.

mod archive;
mod buffer;
mod build;
// The one switch between a `tg` with the demo and one without: both files define the same names.
#[cfg_attr(not(feature = "demo"), path = "without_demo.rs")]
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
use testgram_local::stack::MakeClients;

pub use failure::{CommandFailure, FailureReason};

/// Testgram on the command line.
#[derive(Debug, Parser)]
#[command(name = "tg", version, about, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Up(up::Up),
    Buffer(buffer::Buffer),
    Archive(archive::Archive),
    Build(build::Build),
    Model(model::Model),
    #[command(flatten)]
    Demo(demo::DemoCommand),
    Fidelity(fidelity::Fidelity),
    World(world::WorldCommand),
}

/// Runs the command that the arguments name, prints its outcome, and gives the code to exit with. `clients` makes the
/// SDK clients of the handlers against the local stores; only commands that start a stack call it.
pub fn run(args: impl IntoIterator<Item = OsString>, clients: impl MakeClients) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    // Read by hand, since a usage error is printed before the arguments are understood.
    let json = args.iter().any(|arg| arg == "--json");
    let outcome = match Cli::try_parse_from(args) {
        Ok(Cli { command }) => match command {
            Command::Up(up) => up.run(clients),
            Command::Buffer(buffer) => buffer.run(),
            Command::Archive(archive) => archive.run(),
            Command::Build(build) => build.run(),
            Command::Model(model) => model.run(),
            Command::Demo(demo) => demo::run(demo, clients),
            Command::Fidelity(fidelity) => fidelity.run(),
            Command::World(world) => world.run(),
        },
        Err(error) if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) => {
            output::text(&error.to_string());
            Ok(())
        }
        Err(error) => Err(CommandFailure::usage(&error)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::failure(&failure, json);
            ExitCode::from(failure.reason().exit_code())
        }
    }
}
