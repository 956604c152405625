//! The load generator: many sessions, each keeping a few batches in flight.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use testgram_protocol::id::SessionId;
use testgram_runtime::clock::now_ms;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;

use super::{CONNECTIONS, IN_FLIGHT, SECONDS};
use crate::child::Running;
use crate::{Failure, sample};

/// The demo world admits pages of the local stack.
const ORIGIN: HeaderValue = HeaderValue::from_static("http://127.0.0.1:4600");
const WARM_UP: Duration = Duration::from_secs(1);
/// An acknowledgement that takes so long is none.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long ago the sessions began: longer than the events of a batch reach, within what the server takes.
const AGE_MS: u64 = 6 * 3600 * 1000;

/// What was seen while it counted.
pub(super) struct Counted {
    pub(super) seconds: f64,
    pub(super) cpu_micros: f64,
    /// Of every acknowledgement, milliseconds.
    pub(super) latencies: Vec<f64>,
}

/// The typical batch, cut where session and number stand.
#[derive(Clone)]
struct Template([String; 3]);

impl Template {
    fn typical() -> Result<Self, Failure> {
        let frame = sample::typical()?.frame;
        let (head, rest) = frame.split_once("\"session\":\"").ok_or("no session")?;
        let (_, rest) = rest.split_once('"').ok_or("no session")?;
        let (between, rest) = rest.split_once("\"seq\":").ok_or("no number")?;
        let tail = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        Ok(Self([
            format!("{head}\"session\":\""),
            format!("\"{between}\"seq\":"),
            tail.to_owned(),
        ]))
    }

    fn frame(&self, session: &str, seq: usize) -> Message {
        let Self([head, between, tail]) = self;
        Message::text(format!("{head}{session}{between}{seq}{tail}"))
    }
}

/// The number in a message, without reading the rest of it.
pub(super) fn number(message: &str) -> Option<usize> {
    let (_, rest) = message.split_once("\"seq\":")?;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Puts `server`, which serves at `front`, under load, and stops by itself.
pub(super) async fn drive(front: &str, server: &Running) -> Result<Counted, Failure> {
    let template = Template::typical()?;
    let begin = Instant::now() + WARM_UP;
    let end = begin + Duration::from_secs(SECONDS);
    let mut connections = JoinSet::new();
    for number in 0..CONNECTIONS {
        let url = format!("ws://{front}/ws?world=demo&v=1");
        let session = SessionId::from_parts(now_ms() - AGE_MS, 0x5eed_0000_0000 + number as u128).expose();
        let template = template.clone();
        // What a task fails with must be able to cross threads.
        connections.spawn(async move {
            talk(url, session, template, begin, end)
                .await
                .map_err(|error| error.to_string())
        });
    }
    sleep(begin - Instant::now()).await;
    let before = server.cpu_micros();
    sleep(end - Instant::now()).await;
    let cpu_micros = server.cpu_micros() - before;
    let mut latencies = Vec::new();
    while let Some(connection) = connections.join_next().await {
        latencies.extend(connection??);
    }
    Ok(Counted {
        seconds: SECONDS as f64,
        cpu_micros,
        latencies,
    })
}

/// One connection: the latencies of what was acknowledged between `begin` and `end`, milliseconds.
async fn talk(
    url: String,
    session: String,
    template: Template,
    begin: Instant,
    end: Instant,
) -> Result<Vec<f64>, Failure> {
    let mut request = url.into_client_request()?;
    request.headers_mut().insert("origin", ORIGIN);
    let (mut socket, _) = timeout(PATIENCE, connect_async(request)).await??;
    let mut sent = Vec::new();
    let mut latencies = Vec::new();
    for _ in 0..IN_FLIGHT {
        sent.push(Instant::now());
        socket.send(template.frame(&session, sent.len() - 1)).await?;
    }
    loop {
        let message = timeout(PATIENCE, socket.next())
            .await?
            .ok_or("the server closed the connection")??;
        let Message::Text(text) = message else { continue };
        let now = Instant::now();
        if now >= end {
            return Ok(latencies);
        }
        // The type stands first in every reply.
        if !text.starts_with(r#"{"type":"ack""#) || !text.contains(r#""rejected":[]"#) {
            return Err("a batch was not acknowledged whole".into());
        }
        let since = number(&text)
            .and_then(|seq| sent.get(seq))
            .ok_or("an acknowledgement of nothing")?;
        if now >= begin {
            latencies.push((now - *since).as_secs_f64() * 1e3);
        }
        sent.push(now);
        socket.send(template.frame(&session, sent.len() - 1)).await?;
    }
}

#[cfg(test)]
mod tests {
    use testgram_protocol::batch::{Arrival, Batch};
    use testgram_protocol::event::Collected;

    use super::*;

    #[test]
    fn the_template_makes_good_batches() {
        let started = now_ms() - AGE_MS;
        let session = SessionId::from_parts(started, 7).expose();
        let message = Template::typical().unwrap().frame(&session, 42);
        let frame = message.to_text().unwrap();
        let parsed = Batch::parse(
            frame,
            Arrival {
                received_ms: now_ms(),
                kinds: Collected::ALL,
            },
        )
        .unwrap();
        assert!(parsed.rejected.is_empty());
        assert_eq!((parsed.batch.session().expose(), parsed.batch.seq()), (session, 42));
        assert_eq!(number(frame), Some(42));
    }
}
