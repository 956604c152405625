//! The traffic that the real snippet sent from the demo shop, as sessions.

use std::io::BufRead as _;

use serde_json::Value;
use testgram_protocol::batch::{Arrival, Batch};
use testgram_protocol::event::Collected;
use testgram_protocol::session::Session;

/// The recorded sessions of the demo shop: see demo/record/README.md.
pub(crate) fn recorded() -> Vec<Session> {
    let file = std::fs::File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/../../demo/traffic.jsonl.gz")).unwrap();
    let lines = std::io::BufReader::new(flate2::read::GzDecoder::new(file)).lines();
    lines
        .map(|line| session(&serde_json::from_str(&line.unwrap()).unwrap()))
        .collect()
}

fn session(line: &Value) -> Session {
    let began = line["began_ms"].as_u64().unwrap();
    let frame = |sent: &Value| {
        let received_ms = began + sent[0].as_u64().unwrap();
        let arrival = Arrival {
            received_ms,
            kinds: Collected::ALL,
        };
        Batch::parse(sent[1].as_str().unwrap(), arrival).unwrap().batch
    };
    let batches: Vec<Batch> = line["frames"].as_array().unwrap().iter().map(frame).collect();
    Session {
        id: batches[0].session(),
        meta: batches[0].meta().cloned(),
        events: batches
            .iter()
            .flat_map(|batch| batch.events().iter().cloned())
            .collect(),
    }
}
