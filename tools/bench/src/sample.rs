//! What is fed in: generated traffic of sites that the dictionary has never seen.

use testgram_fixtures::{SentBatch, Traffic};

use crate::Failure;

/// Another seed than the dictionary's.
const SEED: u64 = 20_261_101;
const SESSIONS: u64 = 60;

/// Batches of 38 to 42 events; [`many`] gives as many of them.
const ALIKE: std::ops::RangeInclusive<usize> = 38..=42;
const MANY: usize = 64;

/// All traffic.
pub(crate) fn traffic() -> Traffic {
    Traffic::new(SEED)
}

/// The typical batch: 40 events, about 6 KB.
pub(crate) fn typical() -> Result<SentBatch, Failure> {
    traffic()
        .typical_batch()
        .ok_or_else(|| "no typical batch in the traffic".into())
}

/// Every batch of some sessions of every held-out site.
pub(crate) fn held_out() -> Vec<SentBatch> {
    let traffic = traffic();
    let sessions = traffic
        .held_out()
        .flat_map(|visitors| visitors.sessions(SESSIONS).collect::<Vec<_>>());
    sessions.flat_map(|session| session.batches).collect()
}

/// Batches about as long as the typical one, all different: what a processor cannot learn by heart.
pub(crate) fn many() -> Vec<SentBatch> {
    let alike: Vec<SentBatch> = held_out()
        .into_iter()
        .filter(|sent| ALIKE.contains(&sent.events))
        .collect();
    let step = alike.len().div_ceil(MANY).max(1);
    alike.into_iter().step_by(step).collect()
}
