//! The recorded traffic is what v1 accepts, whole and varied enough to learn from.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet};

use testgram_protocol::batch::Batch;
use testgram_protocol::event::Kind;
use testgram_traffic::recorded::{self, Recorded};
use testgram_traffic::{SOME_TIME_MS, Session};

fn recording() -> Vec<Recorded> {
    recorded::read().unwrap()
}

/// Parses every frame; each must be accepted whole.
fn accepted(session: &Session) -> Vec<Batch> {
    session
        .batches
        .iter()
        .map(|sent| {
            let parsed =
                Batch::parse(&sent.frame, sent.arrival()).unwrap_or_else(|why| panic!("{why:?}: {}", sent.frame));
            let refused = parsed.rejected.first().map(|one| (one.outcome.as_str(), one.index));
            assert_eq!(refused, None, "{}", sent.frame);
            assert_eq!(parsed.meta_rejected, None, "{}", sent.frame);
            assert_eq!(parsed.lost, testgram_protocol::batch::Lost::default(), "{}", sent.frame);
            assert_eq!(parsed.batch.events().len(), sent.events);
            parsed.batch
        })
        .collect()
}

#[test]
fn every_frame_is_accepted_whole_and_none_is_missing() {
    for Recorded { session, .. } in recording() {
        for (nth, batch) in accepted(&session).iter().enumerate() {
            assert_eq!(batch.seq() as usize, nth, "{}", session.id);
            assert_eq!(batch.meta().is_some(), nth == 0, "{}", session.id);
            assert_eq!(batch.session().expose(), session.id);
            assert_eq!(batch.session().started_ms(), session.started_ms);
        }
    }
}

#[test]
fn it_is_varied() {
    let recording = recording();
    let sessions: BTreeSet<_> = recording.iter().map(|one| &one.session.id).collect();
    let personas: BTreeSet<_> = recording.iter().map(|one| &one.persona).collect();
    assert_eq!(sessions.len(), recording.len(), "no session twice");
    assert!(sessions.len() >= 300, "only {} sessions", sessions.len());
    assert!(personas.len() >= 10, "only {personas:?}");
    let mut kinds = BTreeMap::new();
    for batch in recording.iter().flat_map(|one| accepted(&one.session)) {
        for event in batch.events() {
            *kinds.entry(event.detail.kind().as_str()).or_insert(0) += 1;
        }
    }
    for kind in Kind::ALL {
        assert!(kinds.contains_key(kind.as_str()), "no {}: {kinds:?}", kind.as_str());
    }
}

#[test]
fn a_session_at_another_time_is_the_same_session() {
    let recording = recording();
    for Recorded { session, .. } in &recording {
        let moved = session.shifted(SOME_TIME_MS).unwrap();
        assert_eq!(moved.started_ms, SOME_TIME_MS);
        for (before, after) in accepted(session).iter().zip(accepted(&moved)) {
            assert_eq!(after.session().started_ms(), SOME_TIME_MS);
            assert_eq!(after.session().bucket(1 << 20), before.session().bucket(1 << 20));
            assert_eq!((after.seq(), after.events()), (before.seq(), before.events()));
        }
        assert_eq!(moved.shifted(session.started_ms).as_ref(), Some(session));
    }
    assert_eq!(recorded::shifted("{}", SOME_TIME_MS), None);
    assert_eq!(recorded::shifted(r#"{"session":"short"}"#, SOME_TIME_MS), None);
}
