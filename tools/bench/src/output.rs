//! The printed report, and the file beside it.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool that prints")]

use std::path::Path;
use std::process::ExitCode;

use crate::Failure;
use crate::figures::{Aim, Report, Row, Section};

/// What is being measured, on standard error.
pub(crate) fn progress(what: &str) {
    eprintln!("==> {what}");
}

/// The exit code; a failure is printed.
pub(crate) fn ended(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// A line that the process which started this one waits for.
pub(crate) fn ready(address: &str) {
    println!("ready {address}");
}

/// Writes the report as JSON.
pub(crate) fn json(report: &Report, path: &Path) -> Result<(), Failure> {
    std::fs::write(path, serde_json::to_string_pretty(report)? + "\n")?;
    Ok(())
}

/// Prints the report for people.
pub(crate) fn table(report: &Report) {
    let Report {
        load_before,
        load_after,
        sections,
    } = report;
    println!(
        "\nLoad averages of the machine: {load_before} before, {load_after} after (figures of a busy machine are only indicative)"
    );
    sections.iter().for_each(section);
}

fn section(section: &Section) {
    println!("\n{}", section.title);
    if let Some(failure) = &section.failure {
        println!("  not measured: {failure}");
    }
    let widest = section
        .rows
        .iter()
        .map(|row| row.what.chars().count())
        .max()
        .unwrap_or_default();
    for row in &section.rows {
        println!("  {}", line(row, widest));
    }
    for note in &section.notes {
        println!("    {note}");
    }
}

fn line(row: &Row, widest: usize) -> String {
    let value = format!("{} {}", number(row.value), row.unit);
    let mut line = format!("{:<widest$}  {value:>16}", row.what);
    if let Some((peer, value)) = &row.beside {
        line += &format!("  {:>16}  {peer}", format!("{} {}", number(*value), row.unit));
    }
    if let Some(ratio) = row.ratio {
        line += &format!("  = {ratio:.2}x");
    }
    let holds = row.holds().map(|holds| if holds { "holds" } else { "MISSED" });
    if let (Some(aim), Some(holds)) = (row.aim, holds) {
        line += &match aim {
            Aim::RatioAtMost(most) => format!("  (aim: at most {most}x, {holds})"),
            Aim::RatioAtLeast(least) => format!("  (aim: at least {least}x, {holds})"),
            Aim::AtMost(most) => format!("  (aim: at most {}, {holds})", number(most)),
        };
    }
    line
}

/// Three digits that say something.
fn number(value: f64) -> String {
    match value.abs() {
        small if small < 10.0 => format!("{value:.2}"),
        middle if middle < 1000.0 => format!("{value:.1}"),
        _ => format!("{value:.0}"),
    }
}
