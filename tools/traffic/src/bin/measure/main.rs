//! How small and how fast is a stored batch? On sites the dictionaries have never seen. Run it with `--release`.

#![expect(clippy::print_stdout, reason = "its output is its purpose")]
#![expect(clippy::disallowed_methods, reason = "it measures time; nothing hangs on the clock")]

mod numbers;
mod variants;

use numbers::{micros, quantile};
use serde::de::IgnoredAny;
use testgram_protocol::batch::Batch;
use testgram_protocol::buffer::{self, Columns};
use testgram_traffic::{Sent, Traffic, dictionary, item};

/// Another seed than the dictionaries'.
const SEED: u64 = 20_261_101;
const SESSIONS: u64 = 80;

/// A batch in its forms.
pub(crate) struct Sample {
    sent: Sent,
    batch: Batch,
    columns: Columns,
    packed: Vec<u8>,
}

fn main() -> std::io::Result<()> {
    let traffic = Traffic::new(SEED);
    let sent = traffic
        .held_out()
        .flat_map(|visitors| visitors.sessions(SESSIONS).collect::<Vec<_>>());
    let all: Vec<Sample> = sent.flat_map(|session| session.batches).filter_map(sample).collect();
    println!("{} batches of sites that the dictionaries have never seen\n", all.len());
    println!("Bytes (p50 p90 p99 max), then how many batches take one write unit:\n");
    for (what, low, high) in [
        ("every batch", 1, 500),
        ("20 to 60 events", 20, 60),
        ("38 to 42 events", 38, 42),
    ] {
        sizes(
            what,
            &all.iter()
                .filter(|sample| (low..=high).contains(&sample.sent.events))
                .collect::<Vec<_>>(),
        );
    }
    let typical: Vec<Sample> = traffic.typical_batches().into_iter().filter_map(sample).collect();
    sizes("about 40 events and 6 KB of JSON", &typical.iter().collect::<Vec<_>>());
    let familiar = traffic.training().flat_map(|visitors| visitors.sessions(SESSIONS / 2));
    let familiar: Vec<Sample> = familiar
        .flat_map(|session| session.batches)
        .filter_map(sample)
        .collect();
    let alike: Vec<&Sample> = familiar
        .iter()
        .filter(|sample| (38..=42).contains(&sample.sent.events))
        .collect();
    sizes("38 to 42 events of sites trained on, other visits", &alike);
    if let Some(typical) = traffic.typical_batch().and_then(sample) {
        sizes("the typical batch", &[&typical]);
        times(&typical)?;
    }
    let alike: Vec<&Sample> = all
        .iter()
        .filter(|sample| (38..=42).contains(&sample.sent.events))
        .collect();
    variants::compare(&alike)
}

fn sample(sent: Sent) -> Option<Sample> {
    let batch = Batch::parse(&sent.frame, sent.arrival())
        .ok()
        .filter(|parsed| parsed.rejected.is_empty())?
        .batch;
    let columns = buffer::columns(&batch).ok()?;
    let packed = buffer::encode(&batch).ok()?;
    Some(Sample {
        sent,
        batch,
        columns,
        packed,
    })
}

fn sizes(what: &str, samples: &[&Sample]) {
    let one_unit = samples
        .iter()
        .filter(|sample| item::write_units(sample.packed.len()) == 1)
        .count();
    println!(
        "{what}: {} batches, {:.1} % in one unit",
        samples.len(),
        100.0 * one_unit as f64 / samples.len() as f64
    );
    let row = |name: &str, of: &dyn Fn(&Sample) -> usize| {
        let mut values: Vec<usize> = samples.iter().map(|sample| of(sample)).collect();
        let [p50, p90, p99, max] = [0.5, 0.9, 0.99, 1.0].map(|part| quantile(&mut values, part));
        let per_event: usize = values.iter().sum();
        let events: usize = samples.iter().map(|sample| sample.sent.events).sum();
        println!(
            "  {name:<9}{p50:>7}{p90:>7}{p99:>7}{max:>7}{:>9.1} an event",
            per_event as f64 / events as f64
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

fn times(typical: &Sample) -> std::io::Result<()> {
    let frame = typical.sent.frame.as_str();
    let packed = &typical.packed;
    let (session, seq) = (typical.batch.session(), typical.batch.seq());
    println!("The typical batch, microseconds:");
    let row = |name: &str, time: f64| println!("  {name:<40}{time:>7.1}");
    row(
        "serde_json, skipping all (a floor)",
        micros(|| serde_json::from_str::<IgnoredAny>(frame).is_ok()),
    );
    row(
        "serde_json::Value (for scale)",
        micros(|| serde_json::from_str::<serde_json::Value>(frame).is_ok()),
    );
    row(
        "parse and validate",
        micros(|| Batch::parse(frame, typical.sent.arrival()).is_ok()),
    );
    row("columns", micros(|| buffer::columns(&typical.batch).is_ok()));
    row(
        "encode: columns and compression",
        micros(|| buffer::encode(&typical.batch).is_ok()),
    );
    row("decode", micros(|| buffer::decode(session, seq, packed).is_ok()));
    let start = std::time::Instant::now();
    let trained = dictionary::train()?;
    let (words, numbers) = (trained.words.len(), trained.numbers.len());
    println!(
        "  training: {:.1} s, {words} bytes of words, {numbers} of numbers\n",
        start.elapsed().as_secs_f64()
    );
    Ok(())
}
