//! Frames as a snippet would send them.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use testgram_protocol::id::SessionId;

#[expect(clippy::disallowed_methods, reason = "a client has its own clock")]
pub(crate) fn now_ms() -> u64 {
    u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// A new session that began a moment ago.
pub(crate) fn session() -> String {
    session_at(now_ms() - 60_000)
}

pub(crate) fn session_at(started_ms: u64) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let nth = u128::from(NEXT.fetch_add(1, Ordering::Relaxed));
    SessionId::from_parts(started_ms, nth << 40 | u128::from(std::process::id())).expose()
}

pub(crate) fn batch(session: &str, seq: u32, events: &[Value]) -> String {
    json!({ "type": "batch", "v": 1, "session": session, "seq": seq, "events": events }).to_string()
}

pub(crate) fn page(t: u32, url: &str) -> Value {
    json!([t, "page", { "url": url, "cause": "load" }])
}

pub(crate) fn click(t: u32, id: &str) -> Value {
    json!([t, "click", { "el": { "tag": "button", "id": id, "path": "main>button" }, "x": 10, "y": 20 }])
}

/// Three good events.
pub(crate) fn good(t: u32) -> Vec<Value> {
    vec![
        page(t, "/cart"),
        click(t + 10, "buy"),
        json!([t + 20, "visibility", { "hidden": true }]),
    ]
}
