//! From a frame to a batch whose every event is valid, with a reason for each that is not.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::event::{Collected, Event, Meta};
use crate::id::SessionId;
use crate::limits;
use crate::reason::{MessageCode, Outcome, Reason};
use crate::strict::objects;

/// What the connection and the clock say about a frame.
#[derive(Debug, Clone, Copy)]
pub struct Arrival {
    /// When the server received it, milliseconds since 1970.
    pub received_ms: u64,
    /// The kinds that the world collects.
    pub kinds: Collected,
}

/// A batch whose events are valid. [`Batch::parse`] makes it of a frame, [`crate::buffer`] stores it and reads it back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    session: SessionId,
    seq: u32,
    meta: Option<Meta>,
    events: Vec<Event>,
}

/// What a client says that it lost since its last frame. Counted, not stored; at most [`limits::LOST`] of each counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", default, deny_unknown_fields)]
pub struct Lost {
    /// Exceptions that it caught in its own handlers.
    pub thrown: u32,
    /// Events that its own rules refused, or a server.
    pub refused: u32,
    /// Events that it dropped because it held too many.
    pub queue: u32,
}

objects!(Lost);

impl Lost {
    fn read(raw: Option<&RawValue>) -> (Self, Option<Reason>) {
        match raw.map_or(Ok(Self::default()), |raw| piece::<Self>(raw.get())) {
            Ok(lost) => (lost.capped(), None),
            Err(reason) => (Self::default(), Some(reason)),
        }
    }

    fn capped(self) -> Self {
        let cap = |count: u32| count.min(limits::LOST);
        Self {
            thrown: cap(self.thrown),
            refused: cap(self.refused),
            queue: cap(self.queue),
        }
    }
}

/// A frame as understood: the batch, and what became of each event that is not in it.
#[derive(Debug)]
pub struct Parsed {
    /// The events that passed, and what is said of the session: what ingest stores.
    pub batch: Batch,
    /// What became of the other events, in the order in which they were sent.
    pub rejected: Vec<Rejected>,
    /// Why the batch's `meta` was refused, if it was. Its events stand all the same.
    pub meta_rejected: Option<Reason>,
    /// What the client says that it lost before this frame.
    pub lost: Lost,
    /// Why that was not understood, if it was not. The events stand all the same: a figure must not cost data.
    pub lost_rejected: Option<Reason>,
}

/// An event that was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rejected {
    /// Its place in the batch, from 0.
    pub index: usize,
    /// Why: [`Outcome::Filtered`] or [`Outcome::Invalid`].
    pub outcome: Outcome,
}

/// A frame refused as a whole, with as much of its identity as could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    /// The code that the reply and the metrics carry.
    pub code: MessageCode,
    /// The session of the frame, for the reply.
    pub session: Option<SessionId>,
    /// The number of the frame in its session, for the reply.
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
    kind: Cow<'a, str>,
    v: u32,
    #[serde(borrow)]
    session: Cow<'a, str>,
    seq: u32,
    events: Vec<E>,
    #[serde(default = "none")]
    meta: Option<M>,
    #[serde(borrow, default)]
    lost: Option<&'a RawValue>,
}

/// `#[serde(default)]` would ask `M` for a `Default`.
const fn none<M>() -> Option<M> {
    None
}

impl Batch {
    /// Reads a frame. A good frame is parsed once, straight into its types; only one that fails is read again, event by
    /// event, to find out which ones are to blame.
    ///
    /// # Errors
    /// [`Refused`] if the frame as a whole cannot be taken: it is too large, not a batch of v1, or its session, number
    /// or clock is not plausible. An event that is refused for itself is no error: see [`Parsed::rejected`].
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
                let (session, seq) = envelope(&frame, frame.events.len(), arrival)?;
                let (lost, lost_rejected) = Lost::read(frame.lost);
                let filter = EventFilter::new(session, arrival);
                let (mut events, mut rejected, mut index) = (frame.events, Vec::new(), 0);
                // In place: events are large, and most batches lose none.
                events.retain_mut(|event| {
                    let rejected_for = filter.reject_reason(event);
                    event.reduce(arrival.kinds);
                    rejected.extend(rejected_for.map(|outcome| Rejected { index, outcome }));
                    index += 1;
                    rejected_for.is_none()
                });
                let batch = Self::restored(session, seq, frame.meta, events);
                Ok(Parsed {
                    batch,
                    rejected,
                    meta_rejected: None,
                    lost,
                    lost_rejected,
                })
            }
            Err(_) => Self::parse_piecewise(frame, arrival),
        }
    }

    fn parse_piecewise(frame: &str, arrival: Arrival) -> Result<Parsed, Refused> {
        let frame: Frame<'_, &RawValue, &RawValue> = serde_json::from_str(frame).map_err(|_| unreadable(frame))?;
        let (session, seq) = envelope(&frame, frame.events.len(), arrival)?;
        let (meta, meta_rejected) = match frame.meta.map(|raw| piece::<Meta>(raw.get())) {
            Some(Ok(meta)) => (Some(meta), None),
            Some(Err(reason)) => (None, Some(reason)),
            None => (None, None),
        };
        let (lost, lost_rejected) = Lost::read(frame.lost);
        let filter = EventFilter::new(session, arrival);
        let (mut events, mut rejected) = (Vec::with_capacity(frame.events.len()), Vec::new());
        for (index, raw) in frame.events.into_iter().enumerate() {
            let mut read = match raw.get() {
                array if array.starts_with('[') => piece::<Event>(array),
                _ => Err(Reason::Malformed),
            };
            let rejected_for = match &mut read {
                Ok(event) => {
                    event.reduce(arrival.kinds);
                    filter.reject_reason(event)
                }
                Err(reason) => Some(Outcome::Invalid(*reason)),
            };
            rejected.extend(rejected_for.map(|outcome| Rejected { index, outcome }));
            events.extend(read.ok().filter(|_| rejected_for.is_none()));
        }
        let batch = Self::restored(session, seq, meta, events);
        Ok(Parsed {
            batch,
            rejected,
            meta_rejected,
            lost,
            lost_rejected,
        })
    }

    /// Puts a batch together from parts that have been judged.
    pub(crate) const fn restored(session: SessionId, seq: u32, meta: Option<Meta>, events: Vec<Event>) -> Self {
        Self {
            session,
            seq,
            meta,
            events,
        }
    }

    /// The session that sent the batch.
    #[must_use]
    pub const fn session(&self) -> SessionId {
        self.session
    }

    /// Number of the batch in its session, from 0.
    #[must_use]
    pub const fn seq(&self) -> u32 {
        self.seq
    }

    /// What the batch says of its session, if anything: the first one of a session does.
    #[must_use]
    pub const fn meta(&self) -> Option<&Meta> {
        self.meta.as_ref()
    }

    /// The events that passed every rule, in the order in which they were sent.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// Meta and events, for a caller that stores them in another form.
    #[must_use]
    pub fn into_parts(self) -> (Option<Meta>, Vec<Event>) {
        (self.meta, self.events)
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

/// What is wrong with a frame that is not even an envelope, and which frame it was, as far as that could be read.
fn unreadable(frame: &str) -> Refused {
    if serde_json::from_str::<IgnoredAny>(frame).is_err() {
        return Refused::unread(MessageCode::NotJson);
    }
    let Ok(head) = serde_json::from_str::<Head<'_>>(frame) else {
        return Refused::unread(MessageCode::BadEnvelope);
    };
    let seq = part::<u64>(head.seq);
    let code = match (part::<Cow<'_, str>>(head.kind).as_deref(), part::<u64>(head.v)) {
        (Some("batch"), Some(v)) if v != 1 => MessageCode::UnsupportedVersion,
        (Some("batch"), _) if seq.is_some_and(|seq| seq > u64::from(limits::MAX_SEQ)) => MessageCode::BadSeq,
        (Some("batch") | None, _) => MessageCode::BadEnvelope,
        _ => MessageCode::UnknownType,
    };
    Refused {
        code,
        session: part::<Cow<'_, str>>(head.session).and_then(|session| SessionId::new(&session)),
        seq: seq.and_then(|seq| u32::try_from(seq).ok()),
        events: part::<Vec<IgnoredAny>>(head.events).map_or(0, |events| events.len()),
    }
}

/// An envelope of any version, each field read for itself.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(rename = "type", borrow, default)]
    kind: Option<&'a RawValue>,
    #[serde(borrow, default)]
    v: Option<&'a RawValue>,
    #[serde(borrow, default)]
    session: Option<&'a RawValue>,
    #[serde(borrow, default)]
    seq: Option<&'a RawValue>,
    #[serde(borrow, default)]
    events: Option<&'a RawValue>,
}

fn part<'a, T: Deserialize<'a>>(raw: Option<&'a RawValue>) -> Option<T> {
    serde_json::from_str(raw?.get()).ok()
}

/// The rules for an event that need the clock and the world's settings. Without them an event is judged by its type.
struct EventFilter {
    latest: u64,
    kinds: Collected,
}

impl EventFilter {
    fn new(session: SessionId, arrival: Arrival) -> Self {
        let latest = (arrival.received_ms + limits::EVENT_AHEAD_MS).saturating_sub(session.started_ms());
        Self {
            latest,
            kinds: arrival.kinds,
        }
    }

    /// Why `event` is not to be stored; `None` if it is.
    fn reject_reason(&self, event: &Event) -> Option<Outcome> {
        if u64::from(event.t) > self.latest {
            Some(Outcome::Invalid(Reason::BadTime))
        } else {
            (!self.kinds.contains(event.detail.kind())).then_some(Outcome::Filtered)
        }
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
