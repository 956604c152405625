//! Recorded traffic, sent again through the socket as the snippet sent it.

use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use testgram_fixtures::SentSession;
use testgram_fixtures::recorded::{self, RecordedSession};
use tokio::task::JoinSet;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;

/// Sessions that are sent side by side.
const AT_ONCE: usize = 8;
/// How long before now the first session begins; the others follow evenly. The server refuses older ones, see
/// `clock_skew`.
const SPREAD_MS: u64 = 40 * 3_600_000;
/// More than the longest session takes, so that none ends after now.
const LONGEST_MS: u64 = 4 * 3_600_000;

/// Why traffic cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The recording in this build cannot be read.
    #[error("the recording cannot be read: {0}")]
    Recording(#[from] std::io::Error),
    /// The socket broke, or was refused.
    #[error("the socket at {0} does not take the traffic")]
    Socket(String),
    /// The server did not take a frame.
    #[error("the server refused a frame: {0}")]
    Refused(String),
}

/// What a replay has sent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Replayed {
    /// How many sessions were sent.
    pub sessions: usize,
    /// How many events the server acknowledged.
    pub events: u64,
}

/// The server's reply, as far as a replay looks at it.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Reply {
    Ack { accepted: u64 },
    Error { code: String },
}

/// Sends the recording, or its first `most` sessions, to the world with this key through the socket of `front` (host
/// and port), as if its last session had ended just before `now_ms`. `report` is called with the sessions done, and
/// with how many there are.
///
/// # Errors
/// `Recording`, if the recording is damaged; `Socket`, if the socket breaks; `Refused`, if the server refuses
/// a frame. What was acknowledged before stays.
pub async fn recording(
    front: &str,
    key: &str,
    most: usize,
    now_ms: u64,
    report: impl Fn(usize, usize),
) -> Result<Replayed, ReplayError> {
    let mut recorded = recorded::read()?;
    recorded.truncate(most);
    let of = recorded.len();
    let mut sessions = recorded
        .into_iter()
        .enumerate()
        .filter_map(|(nth, RecordedSession { session, .. })| session.shifted(began(nth, of, now_ms)));
    let socket = format!("ws://{front}/ws?world={key}&v=1");
    let (mut running, mut replayed) = (JoinSet::new(), Replayed::default());
    loop {
        while running.len() < AT_ONCE
            && let Some(session) = sessions.next()
        {
            running.spawn(send(socket.clone(), format!("http://{front}"), session));
        }
        let Some(sent) = running.join_next().await else {
            return Ok(replayed);
        };
        replayed.events += sent.map_err(|_| ReplayError::Socket(front.to_owned()))??;
        replayed.sessions += 1;
        report(replayed.sessions, of);
    }
}

/// When a session begins: in the order of the recording, evenly over the time there is.
fn began(nth: usize, of: usize, now_ms: u64) -> u64 {
    let share = SPREAD_MS * nth as u64 / of.max(1) as u64;
    now_ms.saturating_sub(LONGEST_MS + SPREAD_MS) + share
}

/// Sends a session's frames, each after the one before was acknowledged, and says how many events were accepted.
async fn send(socket: String, origin: String, session: SentSession) -> Result<u64, ReplayError> {
    let broken = |_| ReplayError::Socket(socket.clone());
    let mut request = socket.as_str().into_client_request().map_err(broken)?;
    let origin = HeaderValue::from_str(&origin).map_err(|_| ReplayError::Socket(socket.clone()))?;
    request.headers_mut().insert("origin", origin);
    let (mut stream, _) = connect_async(request).await.map_err(broken)?;
    let mut accepted = 0;
    for sent in session.batches {
        stream.send(Message::text(sent.frame)).await.map_err(broken)?;
        let text = loop {
            match stream.next().await {
                Some(Ok(Message::Text(text))) => break text,
                Some(Ok(_)) => (),
                _ => return Err(ReplayError::Socket(socket)),
            }
        };
        let reply = serde_json::from_str(&text).map_err(|_| ReplayError::Refused("not_a_reply".to_owned()))?;
        accepted += match reply {
            Reply::Ack { accepted } => accepted,
            Reply::Error { code } => return Err(ReplayError::Refused(code)),
        };
    }
    // The server knows all it needs; a close that it does not hear costs nothing.
    drop(stream.close(None).await);
    Ok(accepted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_session_ends_before_now_and_begins_late_enough_to_be_taken() {
        let now_ms = 1_795_435_200_000;
        let recorded = recorded::read().unwrap();
        let of = recorded.len();
        for (nth, one) in recorded.iter().enumerate() {
            let began = began(nth, of, now_ms);
            let last = one.session.batches.last().unwrap().at_ms;
            assert!(began + (last - one.session.started_ms) < now_ms);
            assert!(now_ms - began < 48 * 3_600_000);
        }
    }
}
