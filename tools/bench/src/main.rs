//! `make bench`: what ingest, the snippet and the fold cost, as ratios of one run beside a limit or a peer. Nothing
//! here fails for being slow: a figure that misses its aim says so in the table, and people decide.
//!
//! `bench buffer` and `bench archive` print sizes and speeds of the two formats by themselves.

mod archive;
mod buffer;
mod built;
mod child;
mod figures;
mod fold;
mod http;
mod ingest;
mod items;
mod load;
mod mirror;
mod output;
mod peers;
mod sample;
mod size;
mod snippet;
mod startup;
mod timing;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use figures::{Report, Section};

/// Why something could not be measured.
pub(crate) type Failure = Box<dyn std::error::Error>;

/// Measures what Testgram costs, beside limits and peers.
#[derive(Parser)]
#[command(
    name = "bench",
    args_conflicts_with_subcommands = true,
    arg_required_else_help = true
)]
struct Cli {
    /// What is measured.
    wanted: Vec<Measurement>,
    /// Also writes the figures to this file, as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Prints how small and fast a stored batch is, and what else the buffer could be.
    Buffer,
    /// Prints how large the archive's files are, and how fast they are written and read.
    Archive {
        /// Events to measure with.
        #[arg(default_value_t = 1_000_000)]
        events: usize,
        /// Events of a small file.
        #[arg(default_value_t = 500)]
        small: usize,
    },
    /// Folds the archive in a folder: `fold` starts it, to measure its memory in a process of its own.
    #[command(name = fold::CHILD, hide = true)]
    FoldChild { folder: PathBuf },
    /// Serves the peer of `load`.
    #[command(name = load::ECHO, hide = true)]
    EchoServer,
}

/// What can be measured, in the order in which it is.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Measurement {
    /// CPU of ingest for a batch, beside a bare parse.
    Ingest,
    /// Bytes of a stored batch, beside a write unit.
    Items,
    /// CPU to check a batch, beside a JSON Schema validator and pydantic.
    Peers,
    /// Bytes of the functions.
    Size,
    /// Start and first event of the functions, beside an empty one.
    Startup,
    /// Batches a second through `tg up`, beside a bare WebSocket server.
    Load,
    /// The snippet on a page, beside other recorders.
    Snippet,
    /// A build's fold, beside DuckDB.
    Fold,
    /// All of these.
    All,
}

impl Measurement {
    fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// Measures it; `None` of [`Measurement::All`].
    fn measure(self) -> Option<Result<Section, Failure>> {
        Some(match self {
            Self::Ingest => ingest::measure(),
            Self::Items => items::measure(),
            Self::Peers => peers::measure(),
            Self::Size => size::measure(),
            Self::Startup => startup::measure(),
            Self::Load => load::measure(),
            Self::Snippet => snippet::measure(),
            Self::Fold => fold::measure(),
            Self::All => return None,
        })
    }
}

fn main() -> ExitCode {
    let Cli { wanted, json, command } = Cli::parse();
    output::ended(match command {
        Some(Command::Buffer) => buffer::print().map_err(Failure::from),
        Some(Command::Archive { events, small }) => archive::print(events, small),
        Some(Command::FoldChild { folder }) => fold::fold(&folder),
        Some(Command::EchoServer) => load::echo(),
        None => report(&wanted, json),
    })
}

/// Measures what is wanted, and prints it.
fn report(wanted: &[Measurement], json: Option<PathBuf>) -> Result<(), Failure> {
    let mut report = Report::begin();
    for measurement in Measurement::value_variants() {
        if !wanted.contains(measurement) && !wanted.contains(&Measurement::All) {
            continue;
        }
        let name = measurement.name();
        if *measurement != Measurement::All {
            output::progress(&name);
        }
        if let Some(result) = measurement.measure() {
            report.add(result.unwrap_or_else(|failure| Section::failed(&name, &*failure)));
        }
    }
    report.end();
    output::table(&report);
    if let Some(path) = json {
        output::json(&report, &path)?;
    }
    report.whole()
}
