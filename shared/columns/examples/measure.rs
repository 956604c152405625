//! How large the archive's files are and how fast they are written and read, on recorded traffic repeated.
//!
//! `cargo run --release -p testgram-columns --example measure [EVENTS]`
#![expect(clippy::print_stdout, reason = "what it is for")]

use std::time::Instant;

use testgram_columns::{Archived, Reader, read, sessions, write};
use testgram_protocol::batch::Batch;
use testgram_protocol::event::Kind;
use testgram_traffic::{Sent, recorded};

fn archived(sent: &Sent, fingerprint: u32) -> Option<Archived> {
    let batch = Batch::parse(&sent.frame, sent.arrival()).ok()?.batch;
    Some(Archived {
        session: batch.session(),
        seq: batch.seq(),
        fingerprint,
        meta: batch.meta().cloned(),
        events: batch.events().to_vec(),
    })
}

fn once<T>(what: &str, events: usize, run: impl FnOnce() -> T) -> T {
    let began = Instant::now();
    let out = run();
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "{what}: {:.3} s, {:.2} M events/s",
        seconds,
        events as f64 / seconds / 1e6
    );
    out
}

fn main() {
    let wanted: usize = std::env::args()
        .nth(1)
        .and_then(|n| n.parse().ok())
        .unwrap_or(1_000_000);
    let recorded = recorded::read().unwrap();
    let (mut batches, mut events, mut raw) = (Vec::new(), 0, 0);
    let mut to_ms = 1_793_628_000_000_u64;
    'all: loop {
        for session in &recorded {
            to_ms += 7_001;
            let shifted = session.session.shifted(to_ms).unwrap();
            for sent in &shifted.batches {
                raw += sent.frame.len();
                let batch = archived(sent, (raw as u32).wrapping_mul(0x9e37_79b9)).unwrap();
                events += batch.events.len();
                batches.push(batch);
            }
        }
        if events >= wanted {
            break 'all;
        }
    }
    println!(
        "{events} events, {} batches, {:.1} raw bytes/event",
        batches.len(),
        raw as f64 / events as f64
    );
    for _ in 0..2 {
        let bytes = once("write", events, || write(&batches).unwrap());
        println!("{:.2} bytes/event", bytes.len() as f64 / events as f64);
        let back = once("read", events, || read(&bytes).unwrap());
        let clone = once("clone of the events", events, || {
            back.iter().map(|b| b.events.clone()).collect::<Vec<_>>()
        });
        once("drop of them", events, || drop(clone));
        let no_api = |b: &Archived| {
            b.events
                .iter()
                .filter(|e| e.what.kind() != Kind::Api)
                .cloned()
                .collect::<Vec<_>>()
        };
        let clone = once("clone without api", events, || {
            back.iter().map(no_api).collect::<Vec<_>>()
        });
        drop(clone);
        assert!(back.len() == batches.len());
        let s = once("sessions", events, || sessions([back]));
        println!("{} sessions", s.len());
    }
    let mut small = Reader::default();
    let files: Vec<_> = batches
        .chunks(100)
        .take(200)
        .map(|chunk| {
            (
                write(chunk).unwrap(),
                chunk.iter().map(|b| b.events.len()).sum::<usize>(),
            )
        })
        .collect();
    let count = files.iter().map(|(_, events)| events).sum::<usize>();
    println!(
        "small: {} events a file, {:.1} bytes/event",
        count / files.len(),
        files.iter().map(|(bytes, _)| bytes.len()).sum::<usize>() as f64 / count as f64
    );
    once("small, each alone", count, || {
        files.iter().for_each(|(bytes, _)| drop(read(bytes).unwrap()))
    });
    once("small, one reader", count, || {
        files.iter().for_each(|(bytes, _)| drop(small.read(bytes).unwrap()))
    });
}
