//! The fold: everything a build computes from the archive's files, beside DuckDB computing only the table of
//! first-order transitions from the same files on the same cores; and how its time and memory grow.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use miniz_oxide::deflate::compress_to_vec;
use serde::{Deserialize, Serialize};
use testgram_columns::{ArchivedBatch, Reader};
use testgram_fixtures::{SOME_TIME_MS, recorded};
use testgram_model::{Catalog, Inventory, Partial};
use testgram_protocol::id::SessionId;
use testgram_runtime::clock::Stopwatch;

use crate::figures::{Aim, Row, Section};
use crate::{Failure, built};

/// The subcommand by which this program starts itself, to measure a fold's memory in a process of its own.
pub(crate) const CHILD: &str = "fold-child";

/// Partitions folded side by side, as many as there are cores to compare on.
const PARTITIONS: usize = 2;
/// What decides which sessions are sampled: any will do here.
const SECRET: [u8; 32] = [7; 32];
/// Batches a file, as the archiver has it.
const FILE_BATCHES: usize = 4_096;
/// Events to measure with.
const SIZES: [usize; 2] = [1_000_000, 10_000_000];

/// What a fold took.
#[derive(Debug, Serialize, Deserialize)]
struct Folded {
    sessions: u64,
    events: u64,
    inventory_seconds: f64,
    count_seconds: f64,
    publish_seconds: f64,
    partial_bytes: usize,
    model_bytes: usize,
    peak_bytes: u64,
}

/// What DuckDB took.
#[derive(Debug, Deserialize)]
struct Duck {
    name: String,
    seconds: f64,
    pages_seconds: f64,
    peak_bytes: u64,
}

/// Writes archives, and folds them.
pub(crate) fn measure() -> Result<Section, Failure> {
    let mut section = Section::new(
        "Fold: all that a build computes, beside DuckDB computing first-order transitions of the same Parquet",
    );
    for events in SIZES {
        let folder = built::root().join(format!(".tools/bench/archive-{events}"));
        let written = Written::to(&folder, events)?;
        let folded = child(&folder)?;
        let duck = duckdb(&folder)?;
        let millions = |seconds: f64| folded.events as f64 / seconds / 1e6;
        let all = folded.inventory_seconds + folded.count_seconds;
        let size = format!(
            "{:.1} M events, {} sessions",
            folded.events as f64 / 1e6,
            folded.sessions
        );
        let name = format!("{}, transitions of actions", duck.name);
        section.row(
            Row::new(format!("{size}: inventory and counts"), millions(all), "M/s")
                .beside(name, millions(duck.seconds))
                .aim(Aim::RatioAtLeast(1.0)),
        );
        section.row(
            Row::new("  counts alone", millions(folded.count_seconds), "M/s").beside(
                format!("{}, transitions of pages", duck.name),
                millions(duck.pages_seconds),
            ),
        );
        section.row(
            Row::new("  peak memory", folded.peak_bytes as f64 / 1e6, "MB")
                .beside(duck.name, duck.peak_bytes as f64 / 1e6),
        );
        section.row(Row::new("  partials", folded.partial_bytes as f64 / 1e6, "MB"));
        section.row(Row::new("  learning and publishing", folded.publish_seconds, "s"));
        section.row(Row::new("  model", folded.model_bytes as f64 / 1e6, "MB"));
        let per = |bytes: usize| bytes as f64 / written.events as f64;
        section.row(
            Row::new("  archive, bytes an event", per(written.parquet), "")
                .beside("JSON of the frames", per(written.json)),
        );
        section.row(
            Row::new("  archive, bytes an event", per(written.parquet), "")
                .beside("the same, gzip a frame", per(written.gzip)),
        );
    }
    section.note("Recorded sessions of the demo shop under fresh ids, over and over: more events, not more variety. Two partitions on two threads.");
    section.note("Both read files that are in the page cache. DuckDB has two threads.");
    Ok(section)
}

struct Written {
    events: usize,
    parquet: usize,
    json: usize,
    gzip: usize,
}

impl Written {
    /// An archive of at least so many events, in folders by partition.
    fn to(folder: &Path, events: usize) -> Result<Self, Failure> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        let recorded = recorded::read()?;
        let mut written = Self {
            events: 0,
            parquet: 0,
            json: 0,
            gzip: 0,
        };
        let (mut held, mut files) = (vec![Vec::new(); PARTITIONS], 0);
        for (nth, one) in recorded.iter().cycle().enumerate() {
            if written.events >= events {
                break;
            }
            let Some(own) = held.get_mut(nth % PARTITIONS) else {
                break;
            };
            let id = SessionId::from_parts(SOME_TIME_MS + nth as u64, nth as u128 * 0x9e37_79b9_7f4a_7c15);
            for (seq, sent) in one.session.batches.iter().enumerate() {
                let (meta, events) = sent.accepted()?.into_parts();
                written.events += events.len();
                // The first round has the sizes of all others.
                if nth < recorded.len() {
                    written.json += sent.frame.len();
                    written.gzip += compress_to_vec(sent.frame.as_bytes(), 6).len();
                }
                own.push(ArchivedBatch {
                    session: id,
                    seq: u32::try_from(seq)?,
                    fingerprint: 0,
                    meta,
                    events,
                });
            }
            if nth + 1 == recorded.len() {
                written.json = written.json * events / written.events.max(1);
                written.gzip = written.gzip * events / written.events.max(1);
            }
            if own.len() >= FILE_BATCHES {
                written.parquet += put(folder, nth % PARTITIONS, &mut files, own)?;
            }
        }
        for (partition, held) in held.iter_mut().enumerate() {
            written.parquet += put(folder, partition, &mut files, held)?;
        }
        Ok(written)
    }
}

fn put(folder: &Path, partition: usize, files: &mut usize, held: &mut Vec<ArchivedBatch>) -> Result<usize, Failure> {
    let bytes = testgram_columns::write(held)?;
    held.clear();
    *files += 1;
    let folder = folder.join(format!("part={partition:02}"));
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(format!("{files:06}.parquet")), &bytes)?;
    Ok(bytes.len())
}

fn child(folder: &Path) -> Result<Folded, Failure> {
    let output = Command::new(std::env::current_exe()?)
        .arg(CHILD)
        .arg(folder)
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err("the fold failed".into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn duckdb(folder: &Path) -> Result<Duck, Failure> {
    let output = Command::new("python3")
        .arg("-B")
        .arg(built::root().join("tools/bench/peers/duckdb/transitions.py"))
        .arg(folder)
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(
            "tools/bench/peers/duckdb/transitions.py failed (tools/setup.sh bench puts in place what it needs)".into(),
        );
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Folds the archive in a folder as the builder does, and prints what it took.
pub(crate) fn fold(folder: &Path) -> Result<(), Failure> {
    let mut partitions: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_, Failure>>()?;
    partitions.sort();
    let began = Stopwatch::start();
    let mut inventory = Inventory::new(&SECRET);
    for one in side_by_side(&partitions, |sessions| {
        let mut inventory = Inventory::new(&SECRET);
        sessions(&mut |session| inventory.add(session));
        inventory
    })? {
        inventory.merge(one);
    }
    let catalog = Catalog::of(&inventory, 5);
    let inventory_seconds = began.ms() / 1e3;
    let began = Stopwatch::start();
    let mut all = Partial::new(&catalog, &SECRET);
    let mut partial_bytes = 0;
    for one in side_by_side(&partitions, |sessions| {
        let mut partial = Partial::new(&catalog, &SECRET);
        sessions(&mut |session| partial.add(&catalog, session));
        partial.to_bytes()
    })? {
        partial_bytes += one.len();
        all.merge(Partial::from_bytes(&one, &catalog).ok_or("a partial cannot be read back")?);
    }
    let count_seconds = began.ms() / 1e3;
    let began = Stopwatch::start();
    let model = testgram_model::publish(&catalog, &all, &testgram_model::PublishSettings::default()).to_json();
    let folded = Folded {
        sessions: all.sessions(),
        events: all.events(),
        inventory_seconds,
        count_seconds,
        publish_seconds: began.ms() / 1e3,
        partial_bytes,
        model_bytes: model.len(),
        peak_bytes: peak()?,
    };
    std::io::stdout().write_all(&serde_json::to_vec(&folded)?)?;
    Ok(())
}

type Sessions<'a> = &'a dyn Fn(&mut dyn FnMut(&testgram_protocol::session::Session));

/// Each partition on a thread.
fn side_by_side<T: Send>(partitions: &[PathBuf], fold: impl Fn(Sessions<'_>) -> T + Sync) -> Result<Vec<T>, Failure> {
    std::thread::scope(|scope| {
        let running: Vec<_> = partitions
            .iter()
            .map(|partition| {
                let fold = &fold;
                scope.spawn(move || -> Result<T, String> {
                    let sessions = sessions(partition).map_err(|failure| failure.to_string())?;
                    Ok(fold(&|add| sessions.iter().for_each(&mut *add)))
                })
            })
            .collect();
        let ended = running
            .into_iter()
            .map(|thread| thread.join().map_err(|_| "a thread panicked")?.map_err(Failure::from));
        ended.collect()
    })
}

fn sessions(partition: &Path) -> Result<Vec<testgram_protocol::session::Session>, Failure> {
    let (mut reader, mut files) = (Reader::default(), Vec::new());
    for file in fs::read_dir(partition)? {
        files.push(reader.read(&fs::read(file?.path())?)?);
    }
    Ok(testgram_columns::sessions(files))
}

/// Most memory this process has had, bytes.
fn peak() -> Result<u64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").trim().parse::<u64>()? * 1024)
}
