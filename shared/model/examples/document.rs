//! Publishes the recorded traffic: prints the summary, how large the document is and how fast it came about.
//! `cargo run --release -p testgram-model --example document -- [K] [FILE for the document]`
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "an example, for a person at a terminal"
)]

use std::time::Instant;

use testgram_model::PublishSettings;
use testgram_model::summary::{render, summary};
use testgram_model::{Catalog, Inventory, Partial, publish};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let k = arguments.first().map_or(5, |k| k.parse().unwrap());
    let sessions = testgram_fixtures::recorded::sessions().unwrap();
    let events: usize = sessions.iter().map(|session| session.events.len()).sum();
    let per_second = |clock: Instant| (events as f64 / clock.elapsed().as_secs_f64()) as u64;
    let clock = Instant::now();
    let mut inventory = Inventory::new(&[7; 32]);
    sessions.iter().for_each(|session| inventory.add(session));
    let met = per_second(clock);
    let catalog = Catalog::of(&inventory, k);
    let clock = Instant::now();
    let mut partial = Partial::new(&catalog, &[7; 32]);
    sessions.iter().for_each(|session| partial.add(&catalog, session));
    let bytes = partial.to_bytes().len();
    let folded = per_second(clock);
    let clock = Instant::now();
    let settings = PublishSettings {
        k,
        ..PublishSettings::default()
    };
    let document = publish(&catalog, &partial, &settings);
    let took = clock.elapsed();
    let json = document.to_json();
    println!("{}", render(&summary(&document), 110));
    println!(
        "{} sessions, {events} events; inventory {met}/s, partial {folded}/s, {bytes} bytes",
        sessions.len()
    );
    println!("published in {took:.2?}: {} bytes", json.len());
    if let Some(file) = arguments.get(1) {
        std::fs::write(file, json).unwrap();
    }
}
