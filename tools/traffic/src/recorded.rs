//! Traffic that the real snippet sent from the demo shop: `demo/traffic.jsonl.gz`, which `make record` makes. Its format and how it
//! came to be: `demo/record/README.md`.

use std::io::{self, BufRead as _, BufReader};

use flate2::read::GzDecoder;
use serde::Deserialize;
use serde::de::IgnoredAny;
use testgram_protocol::id::SessionId;

use crate::{Sent, Session};

static FILE: &[u8] = include_bytes!("../../../demo/traffic.jsonl.gz");

/// What stands before a session's id in every frame.
const BEFORE_ID: &str = r#""session":""#;
const ID_BYTES: usize = 26;

/// A recorded session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The kind of visitor that made it.
    pub persona: String,
    /// What the snippet sent, and when.
    pub session: Session,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    persona: String,
    session: String,
    began_ms: u64,
    /// Milliseconds since the session began, and the frame's text.
    frames: Vec<(u64, String)>,
}

/// How many events a frame has: of the rest the protocol judges.
#[derive(Deserialize)]
struct Events {
    events: Vec<IgnoredAny>,
}

/// All recorded sessions, in the order in which they began.
///
/// # Errors
/// The file is not what [`Recorded`] is read from: it was made by hand, or by another version.
pub fn read() -> io::Result<Vec<Recorded>> {
    BufReader::new(GzDecoder::new(FILE))
        .lines()
        .map(|line| Recorded::try_from(serde_json::from_str::<Line>(&line?)?))
        .collect()
}

impl TryFrom<Line> for Recorded {
    type Error = io::Error;

    fn try_from(line: Line) -> io::Result<Self> {
        let sent = |(after_ms, frame): (u64, String)| {
            Ok(Sent {
                at_ms: line.began_ms + after_ms,
                events: serde_json::from_str::<Events>(&frame)?.events.len(),
                frame,
            })
        };
        Ok(Self {
            persona: line.persona,
            session: Session {
                id: line.session,
                started_ms: line.began_ms,
                batches: line.frames.into_iter().map(sent).collect::<io::Result<_>>()?,
            },
        })
    }
}

impl Session {
    /// The same session as if it had begun at `to_ms`. `None` if it is not one that [`shifted`] knows.
    #[must_use]
    pub fn shifted(&self, to_ms: u64) -> Option<Self> {
        let sent = |sent: &Sent| {
            Some(Sent {
                at_ms: to_ms + sent.at_ms.saturating_sub(self.started_ms),
                events: sent.events,
                frame: shifted(&sent.frame, to_ms)?,
            })
        };
        Some(Self {
            id: retimed(&self.id, to_ms)?,
            started_ms: to_ms,
            batches: self.batches.iter().map(sent).collect::<Option<_>>()?,
        })
    }
}

/// A frame as if its session had begun at `to_ms`. The time of a session is in its id, and events count from there: nothing else
/// changes. `None` if it is not a frame as the snippet writes it.
#[must_use]
pub fn shifted(frame: &str, to_ms: u64) -> Option<String> {
    let (head, rest) = frame.split_once(BEFORE_ID)?;
    let (id, rest) = rest.split_at_checked(ID_BYTES)?;
    Some([head, BEFORE_ID, &retimed(id, to_ms)?, rest].concat())
}

fn retimed(id: &str, to_ms: u64) -> Option<String> {
    let random = u128::from_be_bytes(SessionId::new(id)?.to_bytes()) & ((1 << 80) - 1);
    Some(SessionId::from_parts(to_ms, random).expose())
}
