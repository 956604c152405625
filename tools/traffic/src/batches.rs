//! Cuts events into frames as the snippet does.

use serde_json::Value;

use crate::{Sent, Session};

/// Milliseconds of activity in a batch.
const ACTIVE_MS: u32 = 10_000;
/// A pause counts as activity up to here.
const PAUSE_MS: u32 = 300;
/// Nothing waits longer than this, milliseconds.
const OLDEST_MS: u32 = 60_000;
/// A batch is sent before its events exceed this, bytes: a single event may be some kilobytes, a frame at most 30.
const FULL_BYTES: usize = 20_000;

/// The frames of one session in the making.
pub(crate) struct Batches {
    session: Session,
    meta: Option<Value>,
    pending: Vec<String>,
    bytes: usize,
    active_ms: u32,
    first_ms: u32,
    last_ms: u32,
}

impl Batches {
    pub(crate) fn new(id: String, started_ms: u64, meta: Value) -> Self {
        let session = Session {
            id,
            started_ms,
            batches: Vec::new(),
        };
        Self {
            session,
            meta: Some(meta),
            pending: Vec::new(),
            bytes: 0,
            active_ms: 0,
            first_ms: 0,
            last_ms: 0,
        }
    }

    pub(crate) fn push(&mut self, t: u32, kind: &str, detail: &Value) {
        let event = format!(r#"[{t},"{kind}",{detail}]"#);
        self.active_ms += (t - self.last_ms).min(PAUSE_MS);
        if self.pending.is_empty() {
            self.first_ms = t;
        }
        if self.active_ms >= ACTIVE_MS || t - self.first_ms >= OLDEST_MS || self.bytes + event.len() > FULL_BYTES {
            self.flush(self.last_ms);
            self.first_ms = t;
        }
        self.last_ms = t;
        self.bytes += event.len() + 1;
        self.pending.push(event);
    }

    fn flush(&mut self, t: u32) {
        if self.pending.is_empty() {
            return;
        }
        let seq = self.session.batches.len();
        let meta = self
            .meta
            .take()
            .map(|meta| format!(r#","meta":{meta}"#))
            .unwrap_or_default();
        let (id, events) = (&self.session.id, self.pending.join(","));
        let frame = format!(r#"{{"type":"batch","v":1,"session":"{id}","seq":{seq}{meta},"events":[{events}]}}"#);
        let at_ms = self.session.started_ms + u64::from(t);
        self.session.batches.push(Sent {
            at_ms,
            events: self.pending.len(),
            frame,
        });
        self.pending.clear();
        (self.bytes, self.active_ms) = (0, 0);
    }

    pub(crate) fn end(mut self) -> Session {
        self.flush(self.last_ms);
        self.session
    }
}
