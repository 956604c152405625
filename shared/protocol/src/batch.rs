//! From a frame to a batch whose every event is valid, with a reason for each that is not.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::event::{Event, KindSet, Meta};
use crate::id::SessionId;
use crate::limits;
use crate::reason::{MessageCode, Outcome, Reason};

/// What the connection and the clock say about a frame.
#[derive(Debug, Clone, Copy)]
pub struct Arrival {
    /// When the server received it, milliseconds since 1970.
    pub received_ms: u64,
    /// The kinds that the world collects.
    pub kinds: KindSet,
}

/// A batch whose events are valid. [`Batch::parse`] is the only way to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    session: SessionId,
    seq: u32,
    meta: Option<Meta>,
    events: Vec<Event>,
}

/// A frame as understood: the batch, and what became of each event that is not in it.
#[derive(Debug)]
pub struct Parsed {
    /// What to store.
    pub batch: Batch,
    /// The others, in order of their index.
    pub rejected: Vec<Rejected>,
    /// Why the batch's `meta` was refused, if it was. Its events stand all the same.
    pub meta_rejected: Option<Reason>,
}

/// An event that was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rejected {
    /// Its place in the batch, from 0.
    pub index: usize,
    /// Filtered or invalid.
    pub outcome: Outcome,
}

/// A frame refused as a whole, with as much of its identity as could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// Why.
    pub code: MessageCode,
    /// Its session, for the reply.
    pub session: Option<SessionId>,
    /// Its number, for the reply.
    pub seq: Option<u32>,
    /// How many events it named, as far as that could be read.
    pub events: usize,
}

impl Refused {
    /// A refusal of a frame that could not be read far enough to say which one it was.
    #[must_use]
    pub const fn unread(code: MessageCode) -> Self {
        Self {
            code,
            session: None,
            seq: None,
            events: 0,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Frame<'a, E, M> {
    #[serde(rename = "type", borrow)]
    kind: std::borrow::Cow<'a, str>,
    v: u32,
    #[serde(borrow)]
    session: std::borrow::Cow<'a, str>,
    seq: u32,
    events: Vec<E>,
    #[serde(default = "none")]
    meta: Option<M>,
}

/// `#[serde(default)]` would ask `M` for a `Default`.
const fn none<M>() -> Option<M> {
    None
}

impl Batch {
    /// Reads a frame. A good frame is parsed once, straight into its types; only one that fails is read again, event by event,
    /// to find out which ones are to blame.
    ///
    /// # Errors
    /// Why the frame as a whole is refused.
    pub fn parse(frame: &str, arrival: Arrival) -> Result<Parsed, Refused> {
        if frame.len() > limits::FRAME_BYTES {
            return Err(Refused::unread(MessageCode::TooLarge));
        }
        // What serde derives would read a struct from an array as well.
        if !frame.trim_ascii_start().starts_with('{') {
            return Err(Refused::unread(MessageCode::NotJson));
        }
        match serde_json::from_str::<Frame<'_, Event, Meta>>(frame) {
            Ok(frame) => {
                let events = frame.events.len();
                let (session, seq) = envelope(&frame, events, arrival)?;
                let (meta, meta_rejected) = (frame.meta, None);
                Ok(sift(
                    session,
                    seq,
                    meta,
                    meta_rejected,
                    frame.events.into_iter().map(Ok),
                    arrival,
                ))
            }
            Err(_) => Self::parse_piecewise(frame, arrival),
        }
    }

    fn parse_piecewise(frame: &str, arrival: Arrival) -> Result<Parsed, Refused> {
        let frame: Frame<'_, &RawValue, &RawValue> =
            serde_json::from_str(frame).map_err(|_| Refused::unread(envelope_error(frame)))?;
        let (session, seq) = envelope(&frame, frame.events.len(), arrival)?;
        let (meta, meta_rejected) = match frame.meta.map(|raw| piece::<Meta>(raw.get())) {
            Some(Ok(meta)) => (Some(meta), None),
            Some(Err(reason)) => (None, Some(reason)),
            None => (None, None),
        };
        let events = frame.events.into_iter().map(|raw| match raw.get() {
            array if array.starts_with('[') => piece::<Event>(array),
            _ => Err(Reason::Malformed),
        });
        Ok(sift(session, seq, meta, meta_rejected, events, arrival))
    }

    /// Puts a batch together again from what was stored.
    pub(crate) const fn restored(session: SessionId, seq: u32, meta: Option<Meta>, events: Vec<Event>) -> Self {
        Self {
            session,
            seq,
            meta,
            events,
        }
    }

    /// The session it belongs to.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// Its number in the session, from 0.
    #[must_use]
    pub const fn seq(&self) -> u32 {
        self.seq
    }

    /// About the session, if told.
    #[must_use]
    pub const fn meta(&self) -> Option<&Meta> {
        self.meta.as_ref()
    }

    /// Its events.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Whether there is nothing to store.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.events.is_empty() && self.meta.is_none()
    }
}

fn piece<'a, T: Deserialize<'a>>(raw: &'a str) -> Result<T, Reason> {
    if depth(raw) > limits::JSON_DEPTH {
        return Err(Reason::TooDeep);
    }
    serde_json::from_str(raw).map_err(|error| Reason::of(&error))
}

/// Checks the envelope, which holds for a batch as a whole.
fn envelope<E, M>(frame: &Frame<'_, E, M>, events: usize, arrival: Arrival) -> Result<(SessionId, u32), Refused> {
    let session = SessionId::new(&frame.session);
    let refuse = |code| {
        Err(Refused {
            code,
            session,
            seq: Some(frame.seq),
            events,
        })
    };
    if frame.kind != "batch" {
        return refuse(MessageCode::UnknownType);
    }
    if frame.v != 1 {
        return refuse(MessageCode::UnsupportedVersion);
    }
    let Some(id) = session else {
        return refuse(MessageCode::BadSession);
    };
    if frame.seq > limits::MAX_SEQ {
        return refuse(MessageCode::BadSeq);
    }
    if events > limits::BATCH_EVENTS {
        return refuse(MessageCode::TooManyEvents);
    }
    if events == 0 && frame.meta.is_none() {
        return refuse(MessageCode::Empty);
    }
    let oldest = arrival.received_ms.saturating_sub(u64::from(limits::SESSION_MS));
    let newest = arrival.received_ms + limits::CLOCK_AHEAD_MS;
    if !(oldest..=newest).contains(&id.started_ms()) {
        return refuse(MessageCode::ClockSkew);
    }
    Ok((id, frame.seq))
}

/// What is wrong with a frame that is not even an envelope.
fn envelope_error(frame: &str) -> MessageCode {
    #[derive(Deserialize)]
    struct Head<'a> {
        #[serde(rename = "type", borrow)]
        kind: std::borrow::Cow<'a, str>,
    }
    if serde_json::from_str::<IgnoredAny>(frame).is_err() {
        return MessageCode::NotJson;
    }
    match serde_json::from_str::<Head<'_>>(frame) {
        Ok(head) if head.kind == "batch" => MessageCode::BadEnvelope,
        Ok(_) => MessageCode::UnknownType,
        Err(_) => MessageCode::BadEnvelope,
    }
}

/// Parts the events to store from those that are not, by the rules that need the clock and the world's settings.
fn sift(
    session: SessionId,
    seq: u32,
    meta: Option<Meta>,
    meta_rejected: Option<Reason>,
    events: impl ExactSizeIterator<Item = Result<Event, Reason>>,
    arrival: Arrival,
) -> Parsed {
    let latest = (arrival.received_ms + limits::EVENT_AHEAD_MS).saturating_sub(session.started_ms());
    let mut kept = Vec::with_capacity(events.len());
    let mut rejected = Vec::new();
    for (index, event) in events.enumerate() {
        let outcome = match event {
            Err(reason) => Outcome::Invalid(reason),
            Ok(event) if u64::from(event.t) > latest => Outcome::Invalid(Reason::BadTime),
            Ok(event) if !arrival.kinds.contains(event.what.kind()) => Outcome::Filtered,
            Ok(event) => {
                kept.push(event);
                continue;
            }
        };
        rejected.push(Rejected { index, outcome });
    }
    Parsed {
        batch: Batch {
            session,
            seq,
            meta,
            events: kept,
        },
        rejected,
        meta_rejected,
    }
}

/// How deep brackets nest in `json`, which has parsed as JSON.
fn depth(json: &str) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for b in json.bytes() {
        match b {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}
