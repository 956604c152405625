//! How large the archive's files are, and how fast they are written and read. Sizes are of the recorded traffic as it is and of
//! generated traffic, which does not repeat itself; speeds are also of recorded traffic, again and again with other sessions.
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
use testgram_columns::{ArchivedBatch, Reader, read, sessions, write};
use testgram_traffic::{SOME_TIME_MS, Session, Traffic};

mod traffic;

use traffic::Failure;

/// How long each thing is measured, seconds: the system counts the time that a thread runs in steps of some milliseconds.
const SECONDS: f64 = 2.0;

/// The site whose visitors are generated.
const SITE: usize = 3;

fn main() -> Result<(), Failure> {
    let numbers: Result<Vec<usize>, _> = std::env::args().skip(1).map(|number| number.parse()).collect();
    let (most, small) = match numbers?.as_slice() {
        [] => (1_000_000, 500),
        [most] => (*most, 500),
        [most, small, ..] => (*most, *small),
    };
    let recorded = traffic::recorded()?;
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
    println!("(sizes of what repeats itself say nothing)");
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
    fn of(sessions: impl IntoIterator<Item = Session>, most: usize) -> Result<Self, Failure> {
        let mut gathered = Self::default();
        let mut all = GzEncoder::new(Vec::new(), Compression::default());
        for session in sessions {
            for sent in &session.batches {
                gathered.batches.push(traffic::archived(sent)?);
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
        let began = Stopwatch::start();
        let out = run()?;
        seconds += began.seconds();
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

/// The time that this thread has run, where the system tells it: what others do on the machine counts for little. Else the time that
/// has passed.
struct Stopwatch(Instant, Option<u64>);

impl Stopwatch {
    fn start() -> Self {
        Self(Instant::now(), Self::ran_ns())
    }

    fn ran_ns() -> Option<u64> {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        text.split(' ').next()?.parse().ok()
    }

    fn seconds(&self) -> f64 {
        let ran = Self::ran_ns().zip(self.1).map(|(now, then)| (now - then) as f64 / 1e9);
        ran.unwrap_or_else(|| self.0.elapsed().as_secs_f64())
    }
}
