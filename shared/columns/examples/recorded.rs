//! Writes the recorded traffic as the archive holds it, into the folders of one world, and prints what a reader should find there:
//! `tests/archive-duckdb.sh` compares. A third of the batches is in two files, as after a delivery that came twice.
//!
//! `cargo run -p testgram-columns --example recorded -- FOLDER`

#![expect(clippy::print_stdout, reason = "a program at the rim: it prints its result")]

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::json;
use testgram_columns::{ArchivedBatch, sessions, write};
use testgram_protocol::calendar;
use testgram_protocol::event::EventDetail;
use testgram_protocol::session::Session;

mod traffic;

use traffic::Failure;

/// Partitions by session, so that it shows if one is read without the others.
const PARTS: u32 = 4;

fn main() -> Result<(), Failure> {
    let folder = std::env::args().nth(1).ok_or("recorded FOLDER")?;
    let mut partitions = BTreeMap::<String, Vec<ArchivedBatch>>::new();
    for sent in traffic::recorded()?.iter().flat_map(|session| &session.batches) {
        let batch = traffic::archived(sent)?;
        let day = calendar::date(batch.session.started_ms());
        let part = batch.session.bucket(PARTS);
        partitions
            .entry(format!("date={day}/part={part:02}"))
            .or_default()
            .push(batch);
    }
    let mut files = Vec::new();
    for (partition, batches) in partitions {
        let world = Path::new(&folder).join("tenant=demo/world=shop/events").join(partition);
        std::fs::create_dir_all(&world)?;
        let third = batches.len() / 3;
        // The later window has the middle third again.
        for (window, first, last) in [(0, 0, 2 * third), (1, third, batches.len())] {
            let file = batches.get(first..last).unwrap_or_default().to_vec();
            std::fs::write(world.join(format!("{window}.parquet")), write(&file)?)?;
            files.push(file);
        }
    }
    println!("{}", told(&sessions(files)));
    Ok(())
}

/// Events by kind, events by session, and how often which page followed which in a session.
fn told(sessions: &[Session]) -> serde_json::Value {
    let mut kinds = BTreeMap::<_, u64>::new();
    let mut transitions = BTreeMap::<_, u64>::new();
    for session in sessions {
        let mut last = None;
        for event in &session.events {
            *kinds.entry(event.detail.kind().as_str()).or_default() += 1;
            if let EventDetail::Page(page) = &event.detail
                && let Some(last) = last.replace(page.url.as_str())
            {
                *transitions.entry((last, page.url.as_str())).or_default() += 1;
            }
        }
    }
    let of_session = |session: &Session| (session.id.expose(), session.events.len());
    json!({
        "kinds": kinds,
        "sessions": sessions.iter().map(of_session).collect::<BTreeMap<_, _>>(),
        "meta": sessions.iter().filter(|session| session.meta.is_some()).count(),
        "transitions": transitions.into_iter().collect::<Vec<_>>(),
    })
}
