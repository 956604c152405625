//! From batches to the document, on random traffics (thousands with `make soak`): cut into batches, received in many
//! windows, some twice, in any order, folded partition by partition in steps that keep what they made as bytes. The
//! document says what the slow reference says of the sessions as they were.
//!
//! Whatever crashes between two steps leaves a batch in another window as well, or has a step made again: both are in
//! here. That the steps around it, with their stores, leave no more than that is shown in tg/tests/e2e.

use crate::common::reference::{differences, published, reference};
use crate::common::{catalog, random, settings};
use proptest::prelude::*;
use testgram_columns::{ArchivedBatch, Reader, sessions, write};
use testgram_model::{Catalog, Inventory, Partial, publish};
use testgram_protocol::session::Session;

/// Partitions of a world: sessions lie in one each.
const PARTITIONS: usize = 3;
/// Windows in which batches are received.
const WINDOWS: usize = 4;

/// What happens by chance, all of it drawn from one number.
struct Chance(u64);

impl Chance {
    /// One of so many.
    fn of(&mut self, many: usize) -> usize {
        // Knuth's linear congruential generator, of which the upper bits are good.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % many
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for place in (1..items.len()).rev() {
            items.swap(place, self.of(place + 1));
        }
    }
}

/// The batches of a session, with a fingerprint each that is its own.
fn batches(session: &Session, chance: &mut Chance) -> Vec<ArchivedBatch> {
    let mut rest = session.events.as_slice();
    let mut batches = Vec::new();
    while !rest.is_empty() {
        let (events, after) = rest.split_at(rest.len().min(1 + chance.of(5)));
        rest = after;
        let seq = batches.len() as u32;
        batches.push(ArchivedBatch {
            session: session.id,
            seq,
            fingerprint: seq.wrapping_mul(2_654_435_761) ^ 77,
            meta: session.meta.clone().filter(|_| seq == 0),
            events: events.to_vec(),
        });
    }
    batches
}

/// The files of a partition: a batch lies in the window that received it, and one in four in another one as well.
fn files(sessions: &[&Session], chance: &mut Chance) -> Vec<Vec<u8>> {
    let mut windows = vec![Vec::new(); WINDOWS];
    let received: Vec<_> = sessions.iter().flat_map(|session| batches(session, chance)).collect();
    for batch in received {
        if chance.of(4) == 0 {
            windows[chance.of(WINDOWS)].push(batch.clone());
        }
        windows[chance.of(WINDOWS)].push(batch);
    }
    windows.retain(|window| !window.is_empty());
    windows.iter_mut().for_each(|window| chance.shuffle(window));
    let mut files: Vec<_> = windows.iter().map(|window| write(window).unwrap()).collect();
    chance.shuffle(&mut files);
    files
}

fn folded(files: &[Vec<u8>]) -> Vec<Session> {
    let mut reader = Reader::default();
    sessions(files.iter().map(|file| reader.read(file).unwrap()))
}

/// Every partition's inventory, kept and merged in any order.
fn vocabulary(partitions: &[Vec<Vec<u8>>], chance: &mut Chance) -> Catalog {
    let made = partitions.iter().map(|files| {
        let mut inventory = Inventory::new(&[7; 32]);
        folded(files).iter().for_each(|session| inventory.add(session));
        inventory.to_bytes()
    });
    let mut made: Vec<_> = made.collect();
    chance.shuffle(&mut made);
    let mut all = Inventory::new(&[7; 32]);
    made.iter()
        .for_each(|bytes| all.merge(Inventory::from_bytes(bytes).unwrap()));
    Catalog::from_bytes(&Catalog::of(&all, 1).to_bytes()).unwrap()
}

/// Every partition's counts, some made twice, kept and merged in any order.
fn counts(partitions: &[Vec<Vec<u8>>], catalog: &Catalog, chance: &mut Chance) -> Partial {
    let count = |files: &[Vec<u8>]| {
        let mut partial = Partial::new(catalog, &[7; 32]);
        folded(files).iter().for_each(|session| partial.add(catalog, session));
        partial.to_bytes()
    };
    let mut made = Vec::new();
    for files in partitions {
        made.push(count(files));
        if chance.of(3) == 0 {
            // Again, of files listed in another order: the same bytes, kept under the same name.
            let mut again = files.clone();
            chance.shuffle(&mut again);
            assert_eq!(Some(&count(&again)), made.last());
        }
    }
    chance.shuffle(&mut made);
    let mut all = Partial::new(catalog, &[7; 32]);
    made.iter()
        .for_each(|bytes| all.merge(Partial::from_bytes(bytes, catalog).unwrap()));
    all
}

proptest! {
    #![proptest_config(testgram_fixtures::strategy::config(128))]

    #[test]
    fn it_says_what_a_slow_reference_says(all in random::sessions(7, 14), seed in any::<u64>()) {
        let chance = &mut Chance(seed);
        // A session of which nothing was received is none.
        let all: Vec<Session> = all.into_iter().filter(|session| !session.events.is_empty()).collect();
        let of_partition = |partition| all.iter().enumerate().filter(move |(nth, _)| nth % PARTITIONS == partition).map(|(_, session)| session);
        let partitions: Vec<_> = (0..PARTITIONS).map(|partition| files(&of_partition(partition).collect::<Vec<_>>(), chance)).collect();
        let found = vocabulary(&partitions, chance);
        prop_assert_eq!(found.to_bytes(), catalog(&all, 1).to_bytes());
        let document = publish(&found, &counts(&partitions, &found, chance), &settings(1));
        let differences = differences(&published(&document), &reference(&found, &all));
        prop_assert!(differences.is_empty(), "expected, published: {:#?}", differences);
    }
}
