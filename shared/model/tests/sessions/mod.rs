//! Sessions of the recorded and of generated traffic, as the archive would put them together.

use testgram_model::Inventory;
use testgram_protocol::batch::Batch;
use testgram_protocol::session::Session;
use testgram_traffic::{Traffic, recorded};

/// What the real snippet sent from the demo shop.
///
/// # Panics
/// The recording is not what v1 accepts.
pub(crate) fn recorded() -> Vec<Session> {
    let all = recorded::read().expect("a recording");
    all.iter().map(|one| session(&one.session)).collect()
}

/// What made-up visitors of a made-up site send.
///
/// # Panics
/// The traffic is not what v1 accepts.
pub(crate) fn generated(site: usize, count: u64) -> Vec<Session> {
    let traffic = Traffic::new(7);
    let visitors = traffic.site(site).expect("a site");
    visitors.sessions(count).map(|sent| session(&sent)).collect()
}

/// The inventory of sessions.
pub(crate) fn inventory(sessions: &[Session]) -> Inventory {
    let mut inventory = Inventory::new();
    sessions.iter().for_each(|session| inventory.add(session));
    inventory
}

fn session(sent: &testgram_traffic::Session) -> Session {
    let parse =
        |frame: &testgram_traffic::Sent| Batch::parse(&frame.frame, frame.arrival()).expect("a good frame").batch;
    let batches: Vec<Batch> = sent.batches.iter().map(parse).collect();
    let first = batches.first().expect("a batch");
    Session {
        id: first.session(),
        meta: first.meta().cloned(),
        events: batches.iter().flat_map(|batch| batch.events().to_vec()).collect(),
    }
}
