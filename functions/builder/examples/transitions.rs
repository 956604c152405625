//! Writes the recorded traffic as the archive's files, a model of it, and the model's number of each event: `tests/model-duckdb.sh` has
//! DuckDB count from the files what the model counts.
//!
//! `cargo run -p testgram-builder --example transitions -- FOLDER K`

#![expect(clippy::print_stdout, reason = "a program at the rim: it says what it wrote")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use testgram_columns::{Archived, sessions, write};
use testgram_model::PublishSettings;
use testgram_model::{Catalog, Inventory, Partial, publish, steps};
use testgram_protocol::batch::Batch;
use testgram_traffic::recorded;

type Failure = Box<dyn std::error::Error>;

/// Files: as many windows of one partition.
const FILES: usize = 7;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (folder, k) = (arguments.next().ok_or("FOLDER K")?, arguments.next().ok_or("FOLDER K")?);
    let (folder, k) = (Path::new(&folder), k.parse()?);
    let batches = batches()?;
    // Each batch in one file of seven, and every third one in another one too.
    for file in 0..FILES {
        let lies_in = |nth: usize| nth % FILES == file || (nth.is_multiple_of(3) && (nth + 1) % FILES == file);
        let held: Vec<_> = batches
            .iter()
            .enumerate()
            .filter(|(nth, _)| lies_in(*nth))
            .map(|(_, one)| one.clone())
            .collect();
        fs::write(folder.join(format!("{file}.parquet")), write(&held)?)?;
    }
    let sessions = sessions([batches.clone()]);
    let mut inventory = Inventory::new(&[7; 32]);
    sessions.iter().for_each(|session| inventory.add(session));
    let catalog = Catalog::of(&inventory, k);
    let mut partial = Partial::new(&catalog, &[7; 32]);
    sessions.iter().for_each(|session| partial.add(&catalog, session));
    let settings = PublishSettings {
        k,
        ..PublishSettings::default()
    };
    fs::write(
        folder.join("model.json"),
        publish(&catalog, &partial, &settings).to_json(),
    )?;

    // Where each event stands in the files, and which action of the alphabet it is.
    let alphabet = catalog.alphabet();
    let mut table = String::from("session,seq,fingerprint,index,symbol\n");
    for session in &sessions {
        let own = batches.iter().filter(|batch| batch.session == session.id);
        let mut own: Vec<_> = own.collect();
        own.sort_by_key(|batch| (batch.seq, batch.fingerprint));
        own.dedup_by_key(|batch| (batch.seq, batch.fingerprint));
        let places = own
            .iter()
            .flat_map(|batch| (0..batch.events.len()).map(|index| (batch.seq, batch.fingerprint, index)));
        for ((seq, fingerprint, index), step) in places.zip(steps(&catalog, session)) {
            if let Some(name) = step.symbol.and_then(|symbol| alphabet.name(symbol)) {
                writeln!(
                    table,
                    "{},{seq},{fingerprint},{index},\"{}\"",
                    session.id.expose(),
                    name.replace('"', "\"\"")
                )?;
            }
        }
    }
    fs::write(folder.join("symbols.csv"), table)?;
    println!("{} sessions, {} batches", sessions.len(), batches.len());
    Ok(())
}

fn batches() -> Result<Vec<Archived>, Failure> {
    let mut batches = Vec::new();
    for sent in recorded::read()?.iter().flat_map(|one| &one.session.batches) {
        let batch = Batch::parse(&sent.frame, sent.arrival())
            .map_err(|refused| refused.code.word())?
            .batch;
        let (session, seq) = (batch.session(), batch.seq());
        let (meta, events) = batch.into_parts();
        batches.push(Archived {
            session,
            seq,
            fingerprint: (twox_hash::XxHash3_64::oneshot(sent.frame.as_bytes()) >> 32) as u32,
            meta,
            events,
        });
    }
    Ok(batches)
}
