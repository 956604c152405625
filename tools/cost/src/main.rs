//! `make cost`: what a stack costs at list prices, per million events and for three sizes, and what of it most.
//!
//! Bytes, write units and minutes are measured in this run on recorded traffic; the rest stands in `bill::assumed`, with what it was taken from.
//!
//! usage: `cost [--json]`
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool that prints")]

mod bill;
mod measured;
mod output;
mod prices;

use std::process::ExitCode;

use bill::Scale;
use measured::Measured;
use output::{Month, Report};

/// The sizes that are told of: sessions a day, and worlds that have them.
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

/// At which what a million events cost is little else than their own.
const LARGEST: Scale = Scale {
    sessions_a_day: 1e7,
    worlds: 100.0,
};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let json = match arguments.as_slice() {
        [] => false,
        [flag] if flag == "--json" => true,
        _ => {
            eprintln!("usage: cost [--json]");
            return ExitCode::from(2);
        }
    };
    let measured = Measured::of_recording().and_then(|recorded| Ok((recorded, recorded.with_full_batches()?)));
    let (recorded, full) = match measured {
        Ok(measured) => measured,
        Err(error) => {
            eprintln!("error: the traffic cannot be measured: {error}\n hint: make record records it anew");
            return ExitCode::FAILURE;
        }
    };
    let report = Report {
        recorded,
        full,
        months: SCALES.map(|scale| Month::of(scale, &recorded)).into(),
        full_month: Month::of(LARGEST, &full),
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
