//! `make cost`: what a stack costs at list prices, per million events and for three sizes, and which line costs most.
//!
//! Bytes, write units and minutes are measured in this run on recorded traffic; the other figures stand in
//! `bill::assumed`, with sources.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool that prints")]

mod bill;
mod measured;
mod output;
mod prices;

use std::io;
use std::process::ExitCode;

use bill::Scale;
use clap::Parser;
use measured::Measured;
use output::{Month, Report};

/// The sizes that are printed: sessions a day, and worlds that have them.
const SCALES: [Scale; 3] = [
    Scale {
        sessions_a_day: 1e3,
        worlds: 1.0,
    },
    Scale {
        sessions_a_day: 1e5,
        worlds: 10.0,
    },
    LARGEST,
];

/// At this size fixed costs hardly count.
const LARGEST: Scale = Scale {
    sessions_a_day: 1e7,
    worlds: 100.0,
};

/// What a stack costs at list prices.
#[derive(Parser)]
#[command(name = "cost")]
struct Cli {
    /// Prints JSON, with where and when each price was seen.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let Cli { json } = Cli::parse();
    let report = match report() {
        Ok(report) => report,
        Err(error) => {
            eprintln!("error: the traffic cannot be measured: {error}\n hint: make record records it again");
            return ExitCode::FAILURE;
        }
    };
    if json {
        println!("{}", report.json());
        return ExitCode::SUCCESS;
    }
    match report.text() {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(_) => ExitCode::FAILURE,
    }
}

/// Measured now.
fn report() -> io::Result<Report> {
    let recorded = Measured::of_recording()?;
    let full = recorded.with_full_batches()?;
    Ok(Report {
        recorded,
        full,
        months: SCALES.map(|scale| Month::of(scale, &recorded)).into(),
        full_month: Month::of(LARGEST, &full),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_of_the_docs_are_those_that_are_measured() {
        let Report {
            recorded,
            months,
            full_month,
            ..
        } = report().unwrap();
        // Each page but a session's first sends the last batch of the page before again; loads and ends are counted by
        // other events.
        assert!((recorded.loads - recorded.again - 1.0).abs() < 1e-9, "{recorded:?}");

        let [small, middle, large] = [&months[0], &months[1], &months[2]].map(Month::usd_per_million_events);
        let row = format!("| a million events | ${small:.1} | ${middle:.2} | ${large:.2} |");
        assert!(include_str!("../../../docs/deploy.md").contains(&row), "{row}");
        let full = full_month.usd_per_million_events();
        let total = format!("${large:.2} at 10 million sessions a day; in full batches ${full:.2}.");
        let Measured {
            batches, again, loads, ..
        } = recorded;
        let causes =
            format!("{batches:.1} batches, {again:.1} of them sent twice, and {loads:.1} connections a session");
        for line in [total, causes] {
            assert!(include_str!("../../../docs/performance.md").contains(&line), "{line}");
        }
    }
}
