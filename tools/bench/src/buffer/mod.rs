//! How small and how fast a stored batch is, on sites the dictionaries have never seen, and what else the buffer could
//! be.

#![expect(clippy::print_stdout, reason = "its output is its purpose")]

mod sample;
mod variants;

use std::io;

use serde::de::IgnoredAny;
use testgram_fixtures::{Traffic, item};
use testgram_protocol::batch::Batch;
use testgram_protocol::buffer;
use testgram_runtime::clock::Stopwatch;

use crate::timing::{best_micros, quantile};
use sample::Sample;

/// Another seed than the dictionaries'.
const SEED: u64 = 20_261_101;
const SESSIONS: u64 = 80;

/// Prints sizes and times.
pub(crate) fn print() -> io::Result<()> {
    let traffic = Traffic::new(SEED);
    let sessions = traffic
        .held_out()
        .flat_map(|visitors| visitors.sessions(SESSIONS).collect::<Vec<_>>());
    let all: Vec<Sample> = sessions
        .flat_map(|session| session.batches)
        .filter_map(Sample::of)
        .collect();
    println!("{} batches of sites that the dictionaries have never seen\n", all.len());
    println!("Bytes (p50 p90 p99 max), then how many batches take one write unit:\n");
    for (what, low, high) in [
        ("every batch", 1, 500),
        ("20 to 60 events", 20, 60),
        ("38 to 42 events", 38, 42),
    ] {
        let chosen = all.iter().filter(|sample| (low..=high).contains(&sample.sent.events));
        sizes(what, &chosen.collect::<Vec<_>>());
    }
    let typical: Vec<Sample> = traffic.typical_batches().into_iter().filter_map(Sample::of).collect();
    sizes("about 40 events and 6 KB of JSON", &typical.iter().collect::<Vec<_>>());
    let familiar = traffic.training().flat_map(|visitors| visitors.sessions(SESSIONS / 2));
    let known: Vec<Sample> = familiar
        .flat_map(|session| session.batches)
        .filter_map(Sample::of)
        .collect();
    sizes(
        "38 to 42 events of sites trained on, other visits",
        &Sample::alike(&known),
    );
    if let Some(typical) = traffic.typical_batch().and_then(Sample::of) {
        sizes("the typical batch", &[&typical]);
        times(&typical)?;
    }
    variants::compare(&Sample::alike(&all))
}

fn sizes(what: &str, samples: &[&Sample]) {
    let one_unit = samples
        .iter()
        .filter(|sample| item::write_units(sample.packed.len()) == 1);
    println!(
        "{what}: {} batches, {:.1} % in one unit",
        samples.len(),
        100.0 * one_unit.count() as f64 / samples.len() as f64
    );
    let row = |name: &str, of: &dyn Fn(&Sample) -> usize| {
        let values: Vec<f64> = samples.iter().map(|sample| of(sample) as f64).collect();
        let [p50, p90, p99, max] = [0.5, 0.9, 0.99, 1.0].map(|part| quantile(&values, part));
        let events: usize = samples.iter().map(|sample| sample.sent.events).sum();
        println!(
            "  {name:<9}{p50:>7}{p90:>7}{p99:>7}{max:>7}{:>9.1} an event",
            values.iter().sum::<f64>() / events as f64
        );
    };
    row("events", &|sample| sample.sent.events);
    row("JSON", &|sample| sample.sent.frame.len());
    row("words", &|sample| sample.columns.words.len());
    row("numbers", &|sample| sample.columns.numbers.len());
    row("packed", &|sample| sample.packed.len());
    row("item", &|sample| item::bytes(sample.packed.len()));
    println!();
}

fn times(typical: &Sample) -> io::Result<()> {
    let frame = typical.sent.frame.as_str();
    let packed = &typical.packed;
    let (session, seq) = (typical.batch.session(), typical.batch.seq());
    println!("The typical batch, microseconds:");
    let row = |name: &str, time: f64| println!("  {name:<40}{time:>7.1}");
    row(
        "serde_json, skipping all (a floor)",
        best_micros(|| serde_json::from_str::<IgnoredAny>(frame).is_ok()),
    );
    row(
        "serde_json::Value (for scale)",
        best_micros(|| serde_json::from_str::<serde_json::Value>(frame).is_ok()),
    );
    row(
        "parse and validate",
        best_micros(|| Batch::parse(frame, typical.sent.arrival()).is_ok()),
    );
    row("columns", best_micros(|| buffer::columns(&typical.batch).is_ok()));
    row(
        "encode: columns and compression",
        best_micros(|| buffer::encode(&typical.batch).is_ok()),
    );
    row("decode", best_micros(|| buffer::decode(session, seq, packed).is_ok()));
    let since = Stopwatch::start();
    let trained = testgram_dictionary::train()?;
    let (words, numbers) = (trained.words.len(), trained.numbers.len());
    println!(
        "  training: {:.1} s, {words} bytes of words, {numbers} of numbers\n",
        since.ms() / 1e3
    );
    Ok(())
}
