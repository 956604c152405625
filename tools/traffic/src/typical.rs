//! The typical batch.

use crate::{Sent, Traffic, dictionary};

const EVENTS: std::ops::RangeInclusive<usize> = 38..=42;
const JSON_BYTES: std::ops::Range<usize> = 5_500..6_500;
const SESSIONS: u64 = 150;

/// The batches that are alike: about so many events, so many bytes of JSON, no meta, of sites that the dictionaries have never seen.
pub(crate) fn batches(traffic: &Traffic) -> Vec<Sent> {
    let sessions = traffic.held_out().flat_map(|visitors| visitors.sessions(SESSIONS));
    let later = sessions.flat_map(|session| session.batches.into_iter().skip(1));
    later
        .filter(|sent| EVENTS.contains(&sent.events) && JSON_BYTES.contains(&sent.frame.len()))
        .collect()
}

/// The middle one of them, by what there is to compress.
pub(crate) fn batch(traffic: &Traffic) -> Option<Sent> {
    let mut alike = batches(traffic);
    let bytes = |sent: &Sent| dictionary::columns(sent).map(|columns| columns.words.len() + columns.numbers.len());
    alike.sort_by_cached_key(|sent| (bytes(sent), sent.frame.clone()));
    let middle = alike.len() / 2;
    alike.into_iter().nth(middle)
}
