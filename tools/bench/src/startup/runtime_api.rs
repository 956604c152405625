//! Lambda's runtime API as one function sees it: it polls, gets an event, answers, and polls again for ever.
//! <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>

use std::io;
use std::net::SocketAddr;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use testgram_runtime::clock::Stopwatch;

use crate::Failure;
use crate::http::{Request, Response, serve};

/// A function that is silent for this long has failed.
const PATIENCE: Duration = Duration::from_secs(10);

const HEADERS: &[(&str, &str)] = &[
    ("content-type", "application/json"),
    ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd"),
    ("lambda-runtime-deadline-ms", "9999999999999"),
    (
        "lambda-runtime-invoked-function-arn",
        "arn:aws:lambda:us-east-1:123456789012:function:bench",
    ),
];

/// A call of the function, and when it came: milliseconds since its process was started or its event was sent.
enum Seen {
    Polled(f64),
    Answered(f64),
    Failed(String),
}

/// One start, from the API's side.
struct Line {
    since: Stopwatch,
    seen: Sender<Seen>,
    events: Arc<Mutex<Receiver<String>>>,
}

/// The API. One function at a time.
pub(crate) struct RuntimeApi {
    address: SocketAddr,
    line: Arc<Mutex<Option<Line>>>,
}

/// One start, from the bench's side. Dropped, it ends the API's side too.
pub(crate) struct Begun {
    line: Arc<Mutex<Option<Line>>>,
    seen: Receiver<Seen>,
    events: Sender<String>,
}

impl RuntimeApi {
    /// Serves it on a free port.
    pub(crate) fn serve() -> io::Result<Self> {
        let line = Arc::new(Mutex::new(None));
        let shared = Arc::clone(&line);
        let address = serve(move |request| answer(&shared, request))?;
        Ok(Self { address, line })
    }

    /// The address that functions are given.
    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Begins to wait for a function, which is to be started right after.
    pub(crate) fn begin(&self) -> Begun {
        let (seen, seen_here) = channel();
        let (events, events_there) = channel();
        let line = Line {
            since: Stopwatch::start(),
            seen,
            events: Arc::new(Mutex::new(events_there)),
        };
        *self.line.lock().unwrap_or_else(PoisonError::into_inner) = Some(line);
        Begun {
            line: Arc::clone(&self.line),
            seen: seen_here,
            events,
        }
    }
}

impl Begun {
    /// Waits for the first poll; milliseconds from the start.
    pub(crate) fn polled(&self) -> Result<f64, Failure> {
        match self.next()? {
            Seen::Polled(ms) => Ok(ms),
            Seen::Answered(_) => Err("an answer to no event".into()),
            Seen::Failed(path) => Err(path.into()),
        }
    }

    /// Answers the poll with an event and waits for the response to it; milliseconds in between.
    pub(crate) fn answered(&self, event: String) -> Result<f64, Failure> {
        if let Some(line) = &mut *self.line.lock().unwrap_or_else(PoisonError::into_inner) {
            line.since = Stopwatch::start();
        }
        self.events.send(event)?;
        match self.next()? {
            Seen::Answered(ms) => Ok(ms),
            Seen::Polled(_) => Err("a poll instead of an answer".into()),
            Seen::Failed(path) => Err(path.into()),
        }
    }

    fn next(&self) -> Result<Seen, Failure> {
        self.seen.recv_timeout(PATIENCE).map_err(|error| match error {
            RecvTimeoutError::Timeout => "no sign of life".into(),
            RecvTimeoutError::Disconnected => "the stand-in for the runtime API has ended".into(),
        })
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        *self.line.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

fn answer(line: &Mutex<Option<Line>>, request: &Request) -> Option<Response> {
    let (since, seen, events) = {
        let line = line.lock().unwrap_or_else(PoisonError::into_inner);
        let line = line.as_ref()?;
        (line.since, line.seen.clone(), Arc::clone(&line.events))
    };
    let now = since.ms();
    match (request.method.as_str(), request.path.rsplit('/').next()) {
        ("GET", Some("next")) => {
            seen.send(Seen::Polled(now)).ok()?;
            drop(seen);
            // Ends without an event when the bench has seen enough.
            let event = events.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()?;
            Some(Response {
                status: 200,
                headers: HEADERS,
                body: event,
            })
        }
        ("POST", Some("response")) => {
            seen.send(Seen::Answered(now)).ok()?;
            Some(Response {
                status: 202,
                headers: &[],
                body: String::new(),
            })
        }
        _ => {
            seen.send(Seen::Failed(format!("{} {}", request.method, request.path)))
                .ok()?;
            None
        }
    }
}
