//! How large the archive's files are, and how fast they are written and read: recorded traffic, again and again with other sessions.
//!
//! `cargo run --release -p testgram-columns --example measure [EVENTS] [EVENTS OF A SMALL FILE]`

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program at the rim: it prints its result and measures time"
)]

use std::io::Write as _;
use std::time::Instant;

use flate2::Compression;
use flate2::write::GzEncoder;
use testgram_columns::{Archived, Reader, read, sessions, write};

mod traffic;

use traffic::Failure;

/// Rounds of which the fastest counts: others use the machine too.
const ROUNDS: usize = 5;

fn main() -> Result<(), Failure> {
    let numbers: Result<Vec<usize>, _> = std::env::args().skip(1).map(|number| number.parse()).collect();
    let (wanted, small) = match numbers?.as_slice() {
        [] => (1_000_000, 500),
        [wanted] => (*wanted, 500),
        [wanted, small, ..] => (*wanted, *small),
    };
    let (batches, json, gzip) = gather(wanted)?;
    let events = batches.iter().map(|batch| batch.events.len()).sum();
    let a_event = |bytes: usize| bytes as f64 / events as f64;
    println!("{events} events in {} batches", batches.len());
    println!("  JSON         {:8.2} bytes an event", a_event(json));
    println!("  gzip JSON    {:8.2}, a file a batch", a_event(gzip));

    println!("one file");
    let bytes = fastest("write", events, || write(&batches))?;
    println!("  Parquet      {:8.2} bytes an event", a_event(bytes.len()));
    let back = fastest("read", events, || read(&bytes))?;
    fastest("clone", events, || {
        let events: Vec<_> = back.iter().map(|batch| batch.events.clone()).collect();
        Ok::<_, Failure>(events)
    })?;
    println!(
        "  {} sessions",
        fastest("read, sessions", events, || read(&bytes).map(|file| sessions([file])))?.len()
    );

    println!("files of some {small} events");
    let files = pieces(&batches, small).map(write).collect::<Result<Vec<_>, _>>()?;
    println!(
        "  Parquet      {:8.2} bytes an event",
        a_event(files.iter().map(Vec::len).sum())
    );
    fastest("read, each alone", events, || {
        files
            .iter()
            .map(|file| read(file).map(|file| file.len()))
            .sum::<Result<usize, _>>()
    })?;
    fastest("read, one reader", events, || {
        let mut reader = Reader::default();
        files
            .iter()
            .map(|file| reader.read(file).map(|file| file.len()))
            .sum::<Result<usize, _>>()
    })?;
    Ok(())
}

/// At least so many events; how many bytes they were as JSON, and as gzip of each frame's.
fn gather(wanted: usize) -> Result<(Vec<Archived>, usize, usize), Failure> {
    let recorded = traffic::recorded()?;
    let (mut batches, mut events, mut json, mut gzip) = (Vec::new(), 0, 0, 0);
    let mut began_ms = 1_793_628_000_000;
    while events < wanted {
        for session in &recorded {
            began_ms += 1_009;
            for sent in &session
                .shifted(began_ms)
                .ok_or("a frame as the snippet writes none")?
                .batches
            {
                batches.push(traffic::archived(sent)?);
                events += sent.events;
                json += sent.frame.len();
                let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
                encoder.write_all(sent.frame.as_bytes())?;
                gzip += encoder.finish()?.len();
            }
        }
    }
    Ok((batches, json, gzip))
}

/// Cuts batches where a piece has so many events.
fn pieces(mut batches: &[Archived], most: usize) -> impl Iterator<Item = &[Archived]> {
    std::iter::from_fn(move || {
        let mut events = 0;
        let full = batches.iter().position(|batch| {
            events += batch.events.len();
            events >= most
        });
        let piece = batches.split_off(..full.map_or(batches.len(), |last| last + 1))?;
        (!piece.is_empty()).then_some(piece)
    })
}

fn fastest<T, E>(what: &str, events: usize, run: impl Fn() -> Result<T, E>) -> Result<T, E> {
    let mut best = f64::INFINITY;
    let mut round = || {
        let began = Instant::now();
        let out = run()?;
        best = best.min(began.elapsed().as_secs_f64());
        Ok(out)
    };
    for _ in 1..ROUNDS {
        round()?;
    }
    let out = round()?;
    println!("  {what:<18} {:6.2} M events/s", events as f64 / best / 1e6);
    Ok(out)
}
