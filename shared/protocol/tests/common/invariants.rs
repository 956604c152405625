//! What holds for any bytes that arrive as a frame, and for any bytes that stand in the buffer. Used by the property
//! tests and by the fuzz target, which are two ways to come up with bytes.

use testgram_protocol::batch::{Arrival, Batch, Parsed};
use testgram_protocol::buffer;
use testgram_protocol::event::{Collected, Event, EventDetail};
use testgram_protocol::id::SessionId;
use testgram_protocol::limits;
use testgram_protocol::reply::Reply;

/// A minute behind the session's own clock, so that a test that makes frames up need not know what time it is.
pub(crate) fn arrival(frame: &str) -> Arrival {
    let quoted = frame.split('"').filter_map(SessionId::new).next();
    Arrival {
        received_ms: quoted.map_or(0, |session| session.started_ms() + 60_000),
        kinds: Collected::ALL,
    }
}

/// Everything that must hold for `bytes`.
pub(crate) fn hold(bytes: &[u8]) {
    drop(buffer::decode(SessionId::from_parts(0, 0), 0, bytes));
    let Ok(frame) = std::str::from_utf8(bytes) else { return };
    let arrival = arrival(frame);
    match Batch::parse(frame, arrival) {
        Ok(parsed) => accepted(frame, &parsed, arrival),
        Err(refused) => {
            let reply = Reply::error(refused, arrival.received_ms, Some(1000)).to_json();
            assert!(reply.len() < 512, "a refusal of {} bytes", reply.len());
        }
    }
}

fn accepted(frame: &str, parsed: &Parsed, arrival: Arrival) {
    let events = parsed.batch.events();

    // Each event that came in went out once, in order.
    if let Ok(json) = serde_json::from_str::<serde_json::Value>(frame) {
        let came = json["events"].as_array().map_or(0, Vec::len);
        assert_eq!(came, events.len() + parsed.rejected.len(), "in = accepted + rejected");
    }
    assert!(
        parsed.rejected.is_sorted_by(|a, b| a.index < b.index),
        "rejections in order, none twice"
    );

    // The reply fits a frame and is JSON.
    let reply = Reply::ack(parsed, arrival.received_ms).to_json();
    assert!(reply.len() < limits::FRAME_BYTES, "a reply of {} bytes", reply.len());
    assert!(serde_json::from_str::<serde_json::Value>(&reply).is_ok());

    // What is stored reads back exactly, and holds no address in any form.
    let packed = buffer::encode(&parsed.batch).expect("memory for one batch");
    let batch = buffer::decode(parsed.batch.session(), parsed.batch.seq(), &packed).expect("what was just written");
    assert_eq!(batch, parsed.batch);
    let columns = buffer::columns(&parsed.batch).expect("memory for one batch");
    assert!(
        columns.words.is_ascii() && !columns.words.contains(&b'@'),
        "text that no rule lets pass"
    );

    // What was accepted passes the rules again. Digests are cut when they are read, so inputs do not look like the wire
    // any more.
    for event in events
        .iter()
        .filter(|event| !matches!(event.detail, EventDetail::Input(_)))
    {
        let again = serde_json::to_string(event).expect("JSON holds every event");
        assert_eq!(
            serde_json::from_str::<Event>(&again).ok().as_ref(),
            Some(event),
            "an accepted event is refused"
        );
    }
}
