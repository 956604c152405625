//! What was written yesterday can be read today: items of each version of the buffer, as a release wrote them. A file
//! here is never made again; a change that makes one unreadable (a dictionary trained again, a word put between others)
//! needs a version of its own.

use testgram_protocol::batch::{Arrival, Batch};
use testgram_protocol::buffer;
use testgram_protocol::event::Collected;

/// A batch with most kinds of event: the frame as it was sent, and the item it became.
const FRAME: &str = include_str!("../golden/v1.frame.json");
const ITEM: &[u8] = include_bytes!("../golden/v1.item");

fn sent() -> Batch {
    let arrival = Arrival {
        received_ms: 1_795_435_210_300,
        kinds: Collected::ALL,
    };
    Batch::parse(FRAME, arrival).unwrap().batch
}

#[test]
fn items_of_version_1_are_read() {
    let sent = sent();
    assert_eq!(sent.events().len(), 14);
    assert_eq!(buffer::decode(sent.session(), sent.seq(), ITEM).unwrap(), sent);
}
