//! Prints what a catalog makes of traffic, to be judged by eye.
//!
//! `cargo run --release -p testgram-model --example catalog -- [K]`: that of the recorded traffic of the demo shop.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "an example, for a person at a terminal"
)]

use std::time::Instant;

use testgram_model::{Catalog, ElementEntry, Inventory, With, steps};
use testgram_protocol::session::Session;

fn main() {
    let k = std::env::args().nth(1).map_or(5, |k| k.parse().unwrap());
    let sessions = testgram_fixtures::recorded::sessions().unwrap();
    let events: usize = sessions.iter().map(|session| session.events.len()).sum();
    let rate = |since: Instant| events as f64 / since.elapsed().as_secs_f64() / 1e6;

    let began = Instant::now();
    let inventory = inventory(&sessions);
    let counted = rate(began);
    let began = Instant::now();
    let catalog = Catalog::of(&inventory, k);
    let made = began.elapsed();
    print(&catalog);

    let began = Instant::now();
    let steps: Vec<_> = sessions.iter().flat_map(|session| steps(&catalog, session)).collect();
    let stepped = rate(began);
    let actions = steps.iter().filter(|step| step.symbol.is_some()).count();
    let vague = steps.iter().filter_map(|step| catalog.action(step.symbol?));
    let vague = vague.filter(|action| action.with == With::Rest).count();
    println!(
        "\n{} sessions, {events} events, {actions} actions of which {vague} below k; {} pages, {} elements, {} endpoints, {} symbols",
        sessions.len(),
        catalog.pages().len(),
        catalog.elements().len(),
        catalog.endpoints().len(),
        catalog.alphabet().outcomes() - 1,
    );
    println!("unnamed: {:?}", catalog.unnamed());
    println!(
        "inventory {counted:.2} M events/s, {} bytes; catalog {} ms, {} bytes; steps {stepped:.2} M events/s",
        inventory.to_bytes().len(),
        made.as_millis(),
        catalog.to_bytes().len(),
    );
}

fn inventory(sessions: &[Session]) -> Inventory {
    let mut inventory = Inventory::new(&[7; 32]);
    sessions.iter().for_each(|session| inventory.add(session));
    inventory
}

fn print(catalog: &Catalog) {
    for (place, page) in catalog.pages().iter().enumerate() {
        println!("\n{:>5}  {}  {:?}", page.support, page.template, page.query);
        let is_here = |element: &&ElementEntry| element.page.place() == place;
        for element in catalog.elements().iter().filter(is_here) {
            let place = element.path.as_deref().unwrap_or("?");
            println!("       {:>5}  {:<40} {place}", element.support, element.name);
        }
    }
    println!();
    for endpoint in catalog.endpoints() {
        println!(
            "{:>5}  {:?} {}  {:?}",
            endpoint.support, endpoint.method, endpoint.template, endpoint.query
        );
    }
}
