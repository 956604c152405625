//! What is written comes back, and the same batches are the same bytes.

use proptest::prelude::*;
use testgram_columns::{ArchivedBatch, Reader, WriteError, read, write};
use testgram_protocol::event::{Event, EventDetail, Scroll, Visibility};
use testgram_protocol::id::SessionId;

use crate::batches::{self, in_order, recorded_traffic};

fn comes_back(batches: Vec<ArchivedBatch>) {
    let bytes = write(&batches).unwrap();
    let back = read(&bytes).unwrap();
    let wanted = in_order(batches);
    assert_eq!(back.len(), wanted.len());
    for (back, wanted) in back.iter().zip(&wanted) {
        assert!(back == wanted, "{back:?} for {wanted:?}");
    }
}

proptest! {
    #![proptest_config(batches::config(128))]

    #[test]
    fn any_batches_come_back(batches in prop::collection::vec(batches::batch(), 0..12)) {
        comes_back(batches);
    }

    #[test]
    fn neither_order_nor_copies_change_a_byte(batches in prop::collection::vec(batches::batch(), 1..8), turn in any::<prop::sample::Index>(), twice in any::<prop::sample::Index>()) {
        let bytes = write(&batches).unwrap();
        let mut others = batches.clone();
        others.reverse();
        others.rotate_left(turn.index(batches.len()));
        others.push(batches[twice.index(batches.len())].clone());
        prop_assert!(write(&others).unwrap() == bytes);
    }

    #[test]
    fn a_reader_of_many_files_reads_as_one_of_each(files in prop::collection::vec(prop::collection::vec(batches::batch(), 0..4), 1..6)) {
        let mut reader = Reader::default();
        for file in files {
            let bytes = write(&file).unwrap();
            prop_assert!(reader.read(&bytes).unwrap() == read(&bytes).unwrap());
        }
    }
}

#[test]
fn recorded_traffic_comes_back() {
    comes_back(recorded_traffic());
}

#[test]
fn generated_traffic_comes_back() {
    comes_back(batches::generated_traffic());
}

#[test]
fn no_batches_are_a_file_too() {
    assert_eq!(read(&write(&[]).unwrap()), Ok(Vec::new()));
}

#[test]
fn a_batch_that_tells_nothing_has_no_row() {
    let nothing = small(0, Vec::new());
    assert_eq!(write(&[nothing]), write(&[]));
}

/// More rows than one row group takes.
#[test]
fn a_large_file_comes_back() {
    let hidden = |index| Event {
        t: index,
        detail: EventDetail::Visibility(Visibility { hidden: index % 3 == 0 }),
    };
    comes_back(
        (0..40)
            .map(|seq| small(seq, (0..15_000).map(hidden).collect()))
            .collect(),
    );
}

/// Where a setting changed between two deliveries of one frame, its copies differ.
#[test]
fn of_copies_that_differ_the_one_that_tells_less_is_kept() {
    let more = recorded_traffic()
        .into_iter()
        .find(|batch| batch.events.len() > 3)
        .unwrap();
    let mut less = more.clone();
    less.events.pop();
    for both in [[more.clone(), less.clone()], [less.clone(), more]] {
        assert!(read(&write(&both).unwrap()).unwrap() == [less.clone()]);
    }
}

#[test]
fn a_number_that_no_column_takes_is_refused() {
    let far = Scroll {
        y: u32::MAX,
        x: 0,
        max: 0,
        ms: 0,
        el: None,
    };
    let event = Event {
        t: 0,
        detail: EventDetail::Scroll(far),
    };
    assert_eq!(write(&[small(0, vec![event])]), Err(WriteError::OutOfRange));
    assert_eq!(
        write(&[ArchivedBatch {
            seq: u32::MAX,
            ..recorded_traffic()[0].clone()
        }]),
        Err(WriteError::OutOfRange)
    );
}

fn small(seq: u32, events: Vec<Event>) -> ArchivedBatch {
    ArchivedBatch {
        session: SessionId::from_parts(1_793_628_000_000, 7),
        seq,
        fingerprint: 5,
        meta: None,
        events,
    }
}
