//! What becomes of a frame as a whole: bounds, replies, and that one bad event never costs the good ones.
//! `vectors/frame.json` has the single cases.

use serde_json::{Value, json};
use testgram_protocol::batch::{Arrival, Batch, Lost, Parsed, Refused};
use testgram_protocol::buffer::{self, DecodeError};
use testgram_protocol::event::{Collected, Kind};
use testgram_protocol::id::SessionId;
use testgram_protocol::limits;
use testgram_protocol::privacy::error::WORDS;
use testgram_protocol::reason::{MessageCode, Outcome, Reason};
use testgram_protocol::reply::Reply;

const NOW: u64 = 1_780_000_000_000;

fn session() -> SessionId {
    SessionId::from_parts(NOW - 60_000, 0x1234_5678_9abc_def0)
}

fn text(events: &Value) -> String {
    json!({ "type": "batch", "v": 1, "session": session(), "seq": 3, "events": events }).to_string()
}

fn parse(frame: &str) -> Result<Parsed, Refused> {
    parse_for(frame, Collected::ALL)
}

fn parse_for(frame: &str, kinds: Collected) -> Result<Parsed, Refused> {
    Batch::parse(
        frame,
        Arrival {
            received_ms: NOW,
            kinds,
        },
    )
}

fn good() -> Value {
    json!([5, "visibility", { "hidden": true }])
}

#[test]
fn a_frame_of_exactly_the_limit_is_read_one_more_byte_is_not() {
    let frame = text(&json!([good()]));
    let padded = |bytes: usize| frame.clone() + &" ".repeat(bytes - frame.len());
    assert!(parse(&padded(limits::FRAME_BYTES)).is_ok());
    assert_eq!(
        parse(&padded(limits::FRAME_BYTES + 1)).unwrap_err(),
        Refused::unread(MessageCode::TooLarge)
    );
}

#[test]
fn a_refusal_says_which_batch_it_was_as_far_as_that_could_be_read() {
    let frame = text(&json!([good(), good()]));
    let refused = parse(&frame.replace("\"v\":1", "\"v\":2")).unwrap_err();
    assert_eq!(
        (refused.session, refused.seq, refused.events),
        (Some(session()), Some(3), 2)
    );
    let refused = parse(&frame.replace("\"seq\":3", "\"seq\":true")).unwrap_err();
    assert_eq!(
        (refused.code, refused.session, refused.seq, refused.events),
        (MessageCode::BadEnvelope, Some(session()), None, 2)
    );
    let refused = parse(&frame.replace("\"v\":1", "\"v\":1,\"sdk\":\"1.2\"")).unwrap_err();
    assert_eq!(
        (refused.code, refused.session, refused.seq, refused.events),
        (MessageCode::BadEnvelope, Some(session()), Some(3), 2),
        "a client with several batches in flight must know which one, and its events are counted"
    );
}

#[test]
fn the_good_events_are_stored_whatever_stands_between_them() {
    let bad = [
        json!(null),
        json!([]),
        json!([5, "x", {}]),
        json!([5, "visibility", { "hidden": "jane" }]),
        json!({ "a": [[[[[]]]]] }),
    ];
    for bad in bad {
        let events: Vec<_> = (0..10).flat_map(|_| [bad.clone(), good()]).collect();
        let parsed = parse(&text(&json!(events))).unwrap();
        assert_eq!(parsed.batch.events().len(), 10);
        let indices: Vec<_> = parsed.rejected.iter().map(|rejected| rejected.index).collect();
        assert_eq!(indices, (0..20).step_by(2).collect::<Vec<_>>());
    }
}

#[test]
fn each_kind_can_be_turned_off_alone() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/event.json");
    let vectors: Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    let full = vectors["cases"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|case| case["why"] == "every kind, in full");
    let events: Vec<Value> = full.map(|case| case["in"].clone()).collect();
    assert_eq!(events.len(), Kind::ALL.len());
    for (index, kind) in Kind::ALL.iter().enumerate() {
        let parsed = parse_for(&text(&json!(events)), Collected::ALL.without(*kind)).unwrap();
        let rejected: Vec<_> = parsed
            .rejected
            .iter()
            .map(|rejected| (rejected.index, rejected.outcome))
            .collect();
        assert_eq!(rejected, [(index, Outcome::Filtered)], "{kind:?}");
    }
}

/// Whatever is sent, the reply fits a frame: 500 events, each refused with the longest explanation there is.
#[test]
fn the_reply_to_five_hundred_bad_events_fits_a_frame() {
    let events: Vec<Value> = (0..limits::BATCH_EVENTS).map(|_| json!([0, "x", 1])).collect();
    let mut parsed = parse(&text(&json!(events))).unwrap();
    assert_eq!(parsed.rejected.len(), limits::BATCH_EVENTS);
    let outcomes = Reason::ALL
        .iter()
        .map(|reason| Outcome::Invalid(*reason))
        .chain([Outcome::Filtered]);
    let longest = outcomes
        .map(|outcome| {
            parsed
                .rejected
                .iter_mut()
                .for_each(|rejected| rejected.outcome = outcome);
            parsed.meta_rejected = Some(Reason::NotADigest);
            Reply::ack(&parsed, u64::MAX).to_json().len()
        })
        .max()
        .unwrap();
    assert!(longest < limits::FRAME_BYTES, "{longest} bytes");
}

#[test]
fn replies_hold_what_the_snippet_needs() {
    let parsed = parse(&text(&json!([good(), [5, "x", {}]]))).unwrap();
    let ack: Value = serde_json::from_str(&Reply::ack(&parsed, NOW).to_json()).unwrap();
    let rejected = json!([{ "index": 1, "code": "unknown_kind", "message": Reason::UnknownKind.message() }]);
    assert_eq!(
        ack,
        json!({ "type": "ack", "session": session(), "seq": 3, "accepted": 1, "rejected": rejected, "server_time": NOW })
    );
    let late = Batch::parse(
        &text(&json!([good()])),
        Arrival {
            received_ms: NOW * 2,
            kinds: Collected::ALL,
        },
    )
    .unwrap_err();
    let error: Value = serde_json::from_str(&Reply::error(late, NOW * 2, None).to_json()).unwrap();
    assert_eq!(
        (&error["code"], &error["server_time"], &error["retry"]),
        (&json!("clock_skew"), &json!(NOW * 2), &json!(false))
    );
    assert_eq!(
        Reply::Stop { reason: "world_paused" }.to_json(),
        r#"{"type":"stop","reason":"world_paused"}"#
    );
}

/// The number of keys would be the password's length.
#[test]
fn how_a_secret_was_typed_is_refused() {
    for (kind, accepted) in [
        ("password", 0),
        ("card", 0),
        ("code", 0),
        ("masked", 0),
        ("email", 1),
        ("empty", 1),
    ] {
        for value in [
            json!({ "keys": 9 }),
            json!({ "edits": 1 }),
            json!({ "rhythm": [0, 3, 5] }),
        ] {
            let mut detail =
                json!({ "el": { "tag": "input", "path": "form>input" }, "value": { "kind": kind }, "ms": 800 });
            detail
                .as_object_mut()
                .unwrap()
                .extend(value.as_object().unwrap().clone());
            let parsed = parse(&text(&json!([[5, "input", detail]]))).unwrap();
            assert_eq!(parsed.batch.events().len(), accepted, "{kind}: {value}");
        }
    }
}

/// Whatever the page believes: a pinned or cached snippet sends on what its world has switched off since. On both ways
/// through a frame.
#[test]
fn digests_and_labels_that_a_world_does_not_take_are_not_in_the_batch() {
    let el = json!({ "tag": "input", "path": "form>input", "label": "0b5e" });
    let value = json!({ "kind": "text", "len": 3, "digest": "5a".repeat(32) });
    let mut events = vec![
        json!([1, "click", { "el": el, "x": 1, "y": 2 }]),
        json!([2, "input", { "el": el, "value": value, "ms": 5 }]),
        json!([3, "submit", { "el": el, "valid": true, "filled": 1 }]),
        json!([4, "key", { "key": "Enter", "el": el }]),
        json!([5, "scroll", { "y": 1, "max": 2, "el": el }]),
        json!([6, "drag", { "el": el, "to": el, "dx": 1, "dy": 1, "ms": 9 }]),
    ];
    let count = |text: &str, what: &str| text.matches(what).count();
    for _ in 0..2 {
        for (digests, labels) in [(true, true), (true, false), (false, true), (false, false)] {
            let parsed = parse_for(&text(&json!(events)), Collected::ALL.with_only(digests, labels)).unwrap();
            let stored = serde_json::to_string(parsed.batch.events()).unwrap();
            assert_eq!(count(&stored, "0b5e"), if labels { 7 } else { 0 }, "{stored}");
            assert_eq!(count(&stored, "5a5a5a5a"), usize::from(digests), "{stored}");
            assert_eq!(parsed.batch.events().len(), 6);
        }
        events.push(json!([7, "click", {}]));
    }
    // A mask of before there were these bits.
    let kinds_only = Collected::from_bits((1 << Kind::ALL.len()) - 1);
    assert_eq!(kinds_only, Collected::ALL.with_only(false, false));
}

/// On the way of a good frame as on that of one with a bad event.
#[test]
fn what_a_client_lost_is_read_and_is_not_part_of_the_batch() {
    let lost = json!({ "thrown": 1, "queue": 7 });
    for events in [json!([good()]), json!([good(), [5, "x", {}]])] {
        let mut frame: Value = serde_json::from_str(&text(&events)).unwrap();
        let without = parse(&frame.to_string()).unwrap();
        assert_eq!(without.lost, Lost::default());
        frame["lost"] = lost.clone();
        let parsed = parse(&frame.to_string()).unwrap();
        let lost = Lost {
            thrown: 1,
            refused: 0,
            queue: 7,
        };
        assert_eq!((parsed.lost, &parsed.batch), (lost, &without.batch));
        assert_eq!(parsed.rejected, without.rejected);
    }
}

/// The store must never hold a batch of nothing: `is_empty` says when there is nothing to put.
#[test]
fn a_batch_of_which_nothing_is_left_is_empty() {
    assert!(parse(&text(&json!([[5, "x", {}]]))).unwrap().batch.is_empty());
    assert!(!parse(&text(&json!([good()]))).unwrap().batch.is_empty());
}

#[test]
fn the_buffer_refuses_what_it_did_not_write() {
    let batch = parse(&text(&json!([good()]))).unwrap().batch;
    let packed = buffer::encode(&batch).unwrap();
    assert_eq!(buffer::decode(session(), 3, &packed).as_ref(), Ok(&batch));
    assert_eq!(buffer::decode(session(), 3, &[]), Err(DecodeError::Damaged));
    assert_eq!(buffer::decode(session(), 3, &packed[..1]), Err(DecodeError::Damaged));
    let unknown = buffer::VERSION + 1;
    assert_eq!(
        buffer::decode(session(), 3, &[unknown, 3]),
        Err(DecodeError::UnknownVersion(unknown))
    );
    let longer = [packed.as_slice(), &[0]].concat();
    assert_eq!(buffer::decode(session(), 3, &longer), Err(DecodeError::Damaged));
}

/// A buffer item that holds one `api` event whose request is `depth` lists around a string, as the format puts it.
fn nested(depth: usize) -> Vec<u8> {
    // No meta; one event: t + 0, api (the ninth kind), GET, a URL of two bytes, status 200 (two bytes), 1 ms, a
    // request.
    let mut numbers = vec![0, 1, 0, 8, 0, 2, 0xc8, 1, 1, 1];
    let mut nodes = depth + 1;
    while nodes > 0x7f {
        numbers.push((nodes & 0x7f) as u8 | 0x80);
        nodes >>= 7;
    }
    numbers.push(nodes as u8);
    numbers.extend(std::iter::repeat_n(7, depth));
    // The string; no keys; no response; not over XMLHttpRequest.
    numbers.extend([0, 0, 0, 0]);
    let frame = |dictionary: &[u8], column: &[u8]| {
        let mut compressor = zstd::bulk::Compressor::with_dictionary(3, dictionary).unwrap();
        let frame = compressor.compress(column).unwrap();
        // Without the magic number.
        frame[4..].to_vec()
    };
    let words = frame(include_bytes!("../../src/buffer/words.v1.dict"), b"/a");
    let numbers = frame(include_bytes!("../../src/buffer/numbers.v1.dict"), &numbers);
    [
        &[buffer::VERSION],
        (words.len() as u16).to_le_bytes().as_slice(),
        &words,
        &numbers,
    ]
    .concat()
}

/// Damage that claims a tree of a hundred thousand levels must not take the reader's stack.
#[test]
fn a_tree_that_nests_without_end_is_damage_not_a_crash() {
    assert!(
        buffer::decode(session(), 0, &nested(20)).is_ok(),
        "the format changed: mend this test"
    );
    assert_eq!(
        buffer::decode(session(), 0, &nested(100_000)),
        Err(DecodeError::Damaged)
    );
}

#[test]
fn known_words_of_error_messages_are_sorted_lower_case_and_short() {
    assert!(WORDS.is_sorted_by(|a, b| a < b), "sorted, none twice");
    // The bound of an error template counts on twenty bytes a word.
    assert!(
        WORDS
            .iter()
            .all(|word| word.len() < 20 && word.bytes().all(|b| b.is_ascii_lowercase() || b"'-".contains(&b)))
    );
}

#[test]
fn a_session_has_one_bucket_and_buckets_are_even() {
    assert_eq!(session().bucket(1), 0);
    assert_eq!(session().bucket(0), 0);
    let mut counts = [0; 8];
    for random in 0..8000_u128 {
        counts[SessionId::from_parts(NOW, random).bucket(8) as usize] += 1;
    }
    assert!(counts.iter().all(|count| (800..1200).contains(count)), "{counts:?}");
}
