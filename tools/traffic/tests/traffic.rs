//! What is generated is valid, the same again, and survives the buffer.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;

use testgram_protocol::batch::Batch;
use testgram_protocol::buffer;
use testgram_traffic::{SOME_TIME_MS, Sent, Traffic, item};

#[test]
fn every_frame_is_accepted_whole_and_survives_the_buffer() {
    let traffic = Traffic::new(7);
    let mut events = 0;
    let mut refused = BTreeSet::new();
    for visitors in traffic.training().chain(traffic.held_out()) {
        for session in visitors.sessions(12) {
            for (seq, sent) in session.batches.iter().enumerate() {
                let name = visitors.name();
                let parsed = Batch::parse(&sent.frame, sent.arrival()).unwrap_or_else(|why| panic!("{name}: {why:?}"));
                refused.extend(
                    parsed
                        .rejected
                        .iter()
                        .map(|one| (one.outcome.as_str(), event(&sent.frame, one.index))),
                );
                assert_eq!(parsed.meta_rejected, None, "{name}");
                assert_eq!(parsed.batch.meta().is_some(), seq == 0);
                let packed = buffer::encode(&parsed.batch).unwrap();
                let back = buffer::decode(parsed.batch.session(), parsed.batch.seq(), &packed).unwrap();
                assert_eq!(back, parsed.batch);
                events += sent.events;
            }
        }
    }
    assert!(refused.is_empty(), "{refused:#?}");
    assert!(events > 5_000, "only {events} events");
}

/// The event without what differs each time.
fn event(frame: &str, index: usize) -> String {
    let frame: serde_json::Value = serde_json::from_str(frame).unwrap();
    let [_, kind, detail] = frame["events"][index].as_array().unwrap().as_slice() else {
        panic!("not an event")
    };
    let what = ["el", "url", "message", "script"]
        .map(|name| detail[name].to_string())
        .join(" ");
    format!("{kind} {what}")
}

#[test]
fn the_same_seed_gives_the_same_and_another_another() {
    let session = |seed| Traffic::new(seed).site(3).unwrap().session(5, SOME_TIME_MS);
    assert_eq!(session(1), session(1));
    assert_ne!(session(1), session(2));
}

fn item_bytes(sent: &Sent) -> usize {
    let batch = Batch::parse(&sent.frame, sent.arrival()).unwrap().batch;
    item::bytes(buffer::encode(&batch).unwrap().len())
}

fn middle(mut bytes: Vec<usize>) -> usize {
    bytes.sort_unstable();
    bytes[bytes.len() / 2]
}

#[test]
fn the_middle_batch_of_about_forty_events_is_one_write_unit() {
    let traffic = Traffic::new(1);
    let sessions = traffic.held_out().flat_map(|visitors| visitors.sessions(60));
    let all: Vec<Sent> = sessions.flat_map(|session| session.batches).collect();
    let alike: Vec<usize> = all
        .iter()
        .filter(|sent| (38..=42).contains(&sent.events))
        .map(item_bytes)
        .collect();
    assert!(alike.len() > 50);
    assert!(middle(alike) <= item::WRITE_UNIT);
    assert!(middle(all.iter().map(item_bytes).collect()) <= item::WRITE_UNIT);
}

/// And so is the middle one of those that have 6 KB of JSON, on sites whose every word is new.
#[test]
fn forty_events_in_six_kilobytes_are_one_write_unit() {
    let alike = Traffic::new(1).typical_batches();
    assert!(alike.len() > 20);
    let bytes = middle(alike.iter().map(item_bytes).collect());
    assert!(bytes <= item::WRITE_UNIT, "{bytes} bytes");
}
