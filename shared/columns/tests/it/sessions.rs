//! Sessions come out the same however their batches were spread over files.

use std::collections::BTreeMap;

use proptest::prelude::*;
use testgram_columns::{ArchivedBatch, sessions};
use testgram_protocol::session::Session;

use crate::batches;

/// What [`sessions`] says, in the slowest and plainest way.
fn plainly(batches: &[ArchivedBatch]) -> Vec<Session> {
    let distinct: BTreeMap<_, _> = batches
        .iter()
        .map(|batch| ((batch.session, batch.seq, batch.fingerprint), batch))
        .collect();
    let ids: std::collections::BTreeSet<_> = distinct.keys().map(|(session, ..)| *session).collect();
    let of = |id| {
        distinct
            .iter()
            .filter(move |((session, ..), _)| *session == id)
            .map(|(_, batch)| *batch)
    };
    ids.into_iter()
        .map(|id| Session {
            id,
            meta: of(id).find_map(|batch| batch.meta.clone()),
            events: of(id).flat_map(|batch| batch.events.clone()).collect(),
        })
        .collect()
}

fn file() -> impl Strategy<Value = Vec<ArchivedBatch>> {
    prop::collection::vec(batches::batch(), 0..8)
}

proptest! {
    #![proptest_config(batches::config(200))]

    #[test]
    fn one_file_is_put_together_plainly(file in file()) {
        prop_assert!(sessions([file.clone()]) == plainly(&file));
    }

    #[test]
    fn files_may_come_in_any_order_cut_anywhere(file in file(), cut in any::<prop::sample::Index>()) {
        let whole = sessions([file.clone()]);
        let (a, b) = file.split_at(cut.index(file.len() + 1));
        prop_assert!(sessions([a.to_vec(), b.to_vec()]) == whole);
        prop_assert!(sessions([b.to_vec(), a.to_vec()]) == whole);
        let singly = file.iter().rev().map(|batch| vec![batch.clone()]);
        prop_assert!(sessions(singly) == whole);
    }

    #[test]
    fn what_is_there_twice_counts_once(file in file(), again in any::<prop::sample::Index>()) {
        let whole = sessions([file.clone()]);
        prop_assert!(sessions([file.clone(), file.clone()]) == whole);
        let some = file[..again.index(file.len() + 1)].to_vec();
        prop_assert!(sessions([some, Vec::new(), file]) == whole);
    }

    #[test]
    fn sessions_of_different_files_do_not_touch(file in file()) {
        let by_session = file.iter().fold(BTreeMap::<_, Vec<_>>::new(), |mut map, batch| {
            map.entry(batch.session).or_default().push(batch.clone());
            map
        });
        let apart: Vec<_> = by_session.into_values().flat_map(|one| sessions([one])).collect();
        prop_assert!(sessions([file]) == apart);
    }
}

#[test]
fn no_files_hold_no_session() {
    assert!(sessions([]).is_empty());
    assert!(sessions([Vec::new(), Vec::new()]).is_empty());
}

/// A frame that came twice, before and after a setting took something out of it: whichever file is read first.
#[test]
fn of_copies_that_differ_the_same_one_counts_always() {
    let more = batches::recorded_traffic()
        .into_iter()
        .find(|batch| batch.events.len() > 3)
        .unwrap();
    let mut less = more.clone();
    less.events.pop();
    let one = sessions([vec![more.clone()], vec![less.clone()]]);
    assert!(one == sessions([vec![less.clone()], vec![more]]));
    assert!(one == sessions([vec![less]]));
}

#[test]
fn meta_is_that_of_the_lowest_number_that_has_one() {
    let mut batches: Vec<_> = batches::recorded_traffic()
        .into_iter()
        .filter(|batch| batch.meta.is_some())
        .take(3)
        .collect();
    let metas: Vec<_> = batches.iter().map(|batch| batch.meta.clone()).collect();
    let session = batches[0].session;
    for (seq, batch) in (0..).zip(&mut batches) {
        batch.session = session;
        batch.seq = 2 - seq;
    }
    assert!(sessions([batches.clone()])[0].meta == metas[2]);
    batches[2].meta = None;
    assert!(sessions([batches])[0].meta == metas[1]);
}
