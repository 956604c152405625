//! Prints what a catalog makes of traffic, to be judged by eye.
//!
//! `catalog [K] [SITE SESSIONS]`: the recorded traffic of the demo shop, or SESSIONS generated ones of a made-up SITE, by number.

#![expect(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::disallowed_methods,
    reason = "a program at the rim: it prints its result and measures time"
)]

use std::time::Instant;

use testgram_model::{Catalog, ElementEntry, Inventory, PageId, steps};

#[path = "../tests/sessions/mod.rs"]
mod sessions;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let numbers: Result<Vec<u64>, _> = std::env::args().skip(1).map(|number| number.parse()).collect();
    let (k, sessions) = match numbers?.as_slice() {
        [] => (5, sessions::recorded()),
        [k] => (u32::try_from(*k)?, sessions::recorded()),
        [k, site, count] => (u32::try_from(*k)?, sessions::generated(usize::try_from(*site)?, *count)),
        _ => return Err("catalog [K] [SITE SESSIONS]".into()),
    };
    let events: usize = sessions.iter().map(|session| session.events.len()).sum();
    let rate = |since: Instant| events as f64 / since.elapsed().as_secs_f64() / 1e6;

    let began = Instant::now();
    let inventory = sessions::inventory(&sessions);
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
    let vague = vague.filter(|action| action.with == testgram_model::With::Rest).count();
    println!(
        "\n{} sessions, {events} events, {actions} actions of which {vague} below k; {} pages, {} elements, {} endpoints, {} symbols",
        sessions.len(),
        catalog.pages().len(),
        catalog.elements().len(),
        catalog.endpoints().len(),
        catalog.alphabet().outcomes() - 1,
    );
    println!("withheld: {:?}", catalog.withheld());
    println!(
        "inventory {counted:.2} M events/s, {} bytes, {} from three parts; catalog {} ms, {} bytes; steps {stepped:.2} M events/s",
        inventory.to_bytes().len(),
        if in_parts(&sessions).to_bytes() == inventory.to_bytes() {
            "the same"
        } else {
            "ANOTHER ONE"
        },
        made.as_millis(),
        catalog.to_bytes().len(),
    );
    Ok(())
}

fn in_parts(sessions: &[testgram_protocol::session::Session]) -> Inventory {
    let mut all = Inventory::new();
    for part in sessions.chunks(sessions.len().div_ceil(3).max(1)).rev() {
        all.merge(sessions::inventory(part));
    }
    all
}

fn print(catalog: &Catalog) {
    for (place, page) in catalog.pages().iter().enumerate() {
        println!("\n{:>5}  {}  {:?}", page.support, page.template, page.query);
        let is_here = |element: &&ElementEntry| PageId::place(element.page) == place;
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
