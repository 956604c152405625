//! `make bench`: what ingest, the snippet and the fold cost, as ratios of one run beside a limit or a peer. Nothing here fails for being
//! slow: a figure that misses its aim says so in the table, and people decide.
//!
//! usage: `bench [ingest | items | peers | size | startup | load | snippet | fold | all]… [--json FILE]`

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

use std::process::ExitCode;

use figures::{Report, Section};

/// Why something could not be measured.
pub(crate) type Failure = Box<dyn std::error::Error>;

type Measure = fn() -> Result<Section, Failure>;

/// What can be measured, in the order in which it is.
const ALL: &[(&str, Measure)] = &[
    ("ingest", ingest::measure),
    ("items", items::measure),
    ("peers", peers::measure),
    ("size", size::measure),
    ("startup", startup::measure),
    ("load", load::measure),
    ("snippet", snippet::measure),
    ("fold", fold::measure),
];

fn main() -> ExitCode {
    let mut wanted = Vec::new();
    let mut json = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--json" => json = arguments.next(),
            fold::CHILD => {
                let folder = arguments.next().unwrap_or_default();
                return output::ended(fold::fold(folder.as_ref()));
            }
            load::ECHO => return output::ended(load::echo()),
            _ => wanted.push(argument),
        }
    }
    let known = |word: &String| word == "all" || ALL.iter().any(|(name, _)| name == word);
    if wanted.is_empty() || !wanted.iter().all(known) {
        output::usage(ALL.iter().map(|(name, _)| *name));
        return ExitCode::from(2);
    }
    let mut report = Report::begin();
    for (name, measure) in ALL {
        if wanted.iter().any(|word| word == "all" || word == name) {
            output::progress(name);
            report.add(measure().unwrap_or_else(|failure| Section::failed(name, &*failure)));
        }
    }
    report.end();
    output::table(&report);
    output::ended(
        json.map_or(Ok(()), |path| output::json(&report, &path))
            .and_then(|()| report.whole()),
    )
}
