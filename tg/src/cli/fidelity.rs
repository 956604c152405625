//! `tg fidelity`: how well the model predicts sessions that it has not seen.

use std::path::{Path, PathBuf};

use testgram_runtime::clock::Stopwatch;
use testgram_sequence::corpus::{Corpus, Refused, Report};

use super::failure::{CommandFailure, FailureReason};
use super::output;
use super::progress::Progress;

/// Learn from one file of sessions and measure on another, with the code that builds published models
///
/// A line is a session: its symbols, separated by spaces. The end of each session is predicted like a symbol. The
/// vocabulary is closed: it is the symbols of all files given.
///
/// Exit codes: 0 done; 2 the arguments are not understood; 10 a file cannot be read, or holds something else; 1
/// anything else.
#[derive(Debug, clap::Args)]
pub(super) struct Fidelity {
    /// Sessions to learn from
    #[arg(long, value_name = "FILE")]
    train: PathBuf,

    /// Sessions to measure on
    #[arg(long, value_name = "FILE")]
    test: PathBuf,

    /// Additional symbols for the vocabulary
    #[arg(long, value_name = "FILE")]
    names: Option<PathBuf>,

    /// k-anonymity threshold: the minimum of distinct sessions behind every number of the model
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    k: u32,

    /// Print the figures, or the error, as JSON: {bits_per_symbol, top1, top5, train_seconds, symbols_per_second,
    /// model_bytes}
    #[arg(long)]
    json: bool,
}

impl Fidelity {
    /// Runs the command to its end.
    ///
    /// # Errors
    /// As the command's help lists them.
    pub(super) fn run(self) -> Result<(), CommandFailure> {
        let names = self.names.as_deref().map(read).transpose()?.unwrap_or_default();
        let corpus = Corpus::parse(&read(&self.train)?, &read(&self.test)?, &names).map_err(refused)?;
        Progress::new(self.json).say("counting, learning, measuring");
        let began = Stopwatch::start();
        let (report, _) = corpus.report(self.k, || began.ms() / 1000.0).map_err(refused)?;
        if self.json {
            let value = serde_json::to_value(report);
            output::json(&value.map_err(|error| CommandFailure::new(FailureReason::Failed, error.to_string()))?);
        } else {
            output::text(&shown(&report, self.k));
        }
        Ok(())
    }
}

fn read(file: &Path) -> Result<Vec<u8>, CommandFailure> {
    std::fs::read(file)
        .map_err(|error| CommandFailure::new(FailureReason::InputUnusable, format!("{}: {error}", file.display())))
}

fn refused(refused: Refused) -> CommandFailure {
    let why = match refused {
        Refused::NotUtf8 => "a file is not text",
        Refused::Empty => "there is nothing to learn from, or nothing to measure on",
        Refused::TooManySymbols => "there are more different symbols than a model holds",
        Refused::TooFewSessions => "there are fewer sessions to learn from than are to be behind every number",
    };
    CommandFailure::new(FailureReason::InputUnusable, format!("{refused}: {why}"))
}

fn shown(report: &Report, k: u32) -> String {
    format!(
        "bits per symbol      {:.4}\ntop-1 accuracy       {:.1} %\ntop-5 accuracy       {:.1} %\nlearning time        {:.1} s\n\
         symbols per second   {:.0}\nmodel size           {} bytes at k = {k}\n",
        report.bits_per_symbol,
        report.top1,
        report.top5,
        report.train_seconds,
        report.symbols_per_second,
        report.model_bytes
    )
}
