//! How large the archive's files are, and how fast they are written and read. Sizes are of the recorded traffic as it
//! is and of generated traffic, which does not repeat itself; speeds are also of recorded traffic, again and again with
//! other sessions.

#![expect(clippy::print_stdout, reason = "its output is its purpose")]

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use testgram_columns::{ArchivedBatch, Reader, read, sessions, write};
use testgram_fixtures::{SOME_TIME_MS, SentBatch, SentSession, Traffic, recorded};

use crate::Failure;
use crate::timing::cpu_micros;

/// How long each thing is measured, seconds of CPU.
const SECONDS: f64 = 2.0;

/// The site whose visitors are generated.
const SITE: usize = 3;

/// Prints sizes and speeds. `most` events are measured with; a small file has `small` of them.
pub(crate) fn print(most: usize, small: usize) -> Result<(), Failure> {
    let recorded: Vec<SentSession> = recorded::read()?.into_iter().map(|one| one.session).collect();
    measure("recorded", &Gathered::of(recorded.clone(), most)?, small)?;

    let traffic = Traffic::new(1);
    let site = traffic.site(SITE).ok_or("no such site")?;
    let visits = (0..).map(|number| site.session(number, SOME_TIME_MS + number * 1_009));
    measure(
        &format!("generated ({})", site.name()),
        &Gathered::of(visits, most)?,
        small,
    )?;

    let again = (0..).map_while(|number: usize| {
        let session = recorded.get(number % recorded.len())?;
        session.shifted(SOME_TIME_MS + number as u64 * 1_009)
    });
    println!("(sizes of traffic that repeats itself say nothing)");
    measure("recorded, again and again", &Gathered::of(again, most)?, small)
}

/// Batches, how many events are in them, how many bytes they were as JSON, as gzip of each frame's, and of all of it.
#[derive(Default)]
struct Gathered {
    batches: Vec<ArchivedBatch>,
    events: usize,
    json: usize,
    gzip_each: usize,
    gzip: usize,
}

impl Gathered {
    /// At most so many events, and what the last session has beyond them.
    fn of(sessions: impl IntoIterator<Item = SentSession>, most: usize) -> Result<Self, Failure> {
        let mut gathered = Self::default();
        let mut all = GzEncoder::new(Vec::new(), Compression::default());
        for session in sessions {
            for sent in &session.batches {
                gathered.batches.push(archived(sent)?);
                gathered.events += sent.events;
                gathered.json += sent.frame.len();
                let mut one = GzEncoder::new(Vec::new(), Compression::default());
                one.write_all(sent.frame.as_bytes())?;
                gathered.gzip_each += one.finish()?.len();
                all.write_all(sent.frame.as_bytes())?;
            }
            if gathered.events >= most {
                break;
            }
        }
        gathered.gzip = all.finish()?.len();
        Ok(gathered)
    }
}

fn archived(sent: &SentBatch) -> Result<ArchivedBatch, Failure> {
    let batch = sent.accepted()?;
    let (session, seq) = (batch.session(), batch.seq());
    let (meta, events) = batch.into_parts();
    Ok(ArchivedBatch {
        session,
        seq,
        fingerprint: (twox_hash::XxHash3_64::oneshot(sent.frame.as_bytes()) >> 32) as u32,
        meta,
        events,
    })
}

fn measure(what: &str, gathered: &Gathered, small: usize) -> Result<(), Failure> {
    let Gathered {
        batches,
        events,
        json,
        gzip_each,
        gzip,
    } = gathered;
    let size = |what: &str, bytes: usize| println!("  {what:<28} {:7.2} bytes an event", bytes as f64 / *events as f64);
    println!("{what}: {events} events in {} batches", batches.len());
    size("JSON", *json);
    size("gzip, each frame", *gzip_each);
    size("gzip, all in one", *gzip);

    let bytes = rate("write", *events, || write(batches))?;
    size("one file", bytes.len());
    let back = rate("read", *events, || read(&bytes))?;
    rate("clone", *events, || {
        Ok::<_, Failure>(back.iter().map(|batch| batch.events.clone()).collect::<Vec<_>>())
    })?;
    rate("read, sessions", *events, || read(&bytes).map(|file| sessions([file])))?;

    let files = pieces(batches, small).map(write).collect::<Result<Vec<_>, _>>()?;
    size(&format!("files of {small} events"), files.iter().map(Vec::len).sum());
    let count = |file: Vec<ArchivedBatch>| file.len();
    rate("read, each alone", *events, || {
        files.iter().map(|file| read(file).map(count)).sum::<Result<usize, _>>()
    })?;
    rate("read, one reader", *events, || {
        let mut reader = Reader::default();
        files
            .iter()
            .map(|file| reader.read(file).map(count))
            .sum::<Result<usize, _>>()
    })?;
    Ok(())
}

/// Cuts batches where a piece has so many events.
fn pieces(mut batches: &[ArchivedBatch], most: usize) -> impl Iterator<Item = &[ArchivedBatch]> {
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

fn rate<T, E>(what: &str, events: usize, run: impl Fn() -> Result<T, E>) -> Result<T, E> {
    let (mut rounds, mut seconds) = (0, 0.0);
    loop {
        let before = cpu_micros();
        let out = run()?;
        seconds += (cpu_micros() - before) / 1e6;
        rounds += 1;
        if seconds > SECONDS {
            println!(
                "  {what:<28} {:7.2} M events/s",
                (rounds * events) as f64 / seconds / 1e6
            );
            return Ok(out);
        }
    }
}
