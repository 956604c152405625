//! The page for those who write clients names every code.

use testgram_protocol::event::Kind;
use testgram_protocol::reason::{FILTERED, MessageCode, Reason, Refusal};

#[test]
fn every_code_and_kind_stands_in_the_protocols_page() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/protocol.md")).unwrap();
    let codes = Reason::ALL.iter().map(|code| code.as_str());
    let codes = codes
        .chain(MessageCode::ALL.iter().map(|code| code.as_str()))
        .chain(Refusal::ALL.iter().map(|code| code.as_str()));
    let words = codes
        .chain(Kind::ALL.iter().map(|kind| kind.as_str()))
        .chain([FILTERED]);
    let missing: Vec<_> = words.filter(|word| !page.contains(&format!("`{word}`"))).collect();
    assert!(missing.is_empty(), "docs/protocol.md does not name {missing:?}");
}
