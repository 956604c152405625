//! How fast a function starts, and how fast it answers its first event, beside a function that does nothing.
//!
//! Processes are started one after another, in turns, against stand-ins for Lambda's runtime API and for DynamoDB. All
//! are on loopback: what a cold start adds on Lambda (fetching the zip, the network, the TLS handshake) is the same for
//! all, or is not to be had here.

mod dynamodb;
mod runtime_api;

use std::path::Path;
use std::process::{Command, Stdio};

use crate::child::Running;
use crate::figures::{Aim, Row, Section};
use crate::timing::{median, median_ratio, quantile};
use crate::{Failure, built};
use runtime_api::RuntimeApi;

const STARTS: usize = 40;
const AIM: Aim = Aim::RatioAtMost(2.0);

/// The times of one start, milliseconds.
struct Start {
    poll: f64,
    poll_cpu: f64,
    first: f64,
}

/// The times of all starts of one function.
#[derive(Default)]
struct Starts {
    name: &'static str,
    poll: Vec<f64>,
    poll_cpu: Vec<f64>,
    first: Vec<f64>,
}

/// Measures the functions and the empty one.
pub(crate) fn measure() -> Result<Section, Failure> {
    let functions = built::functions()?;
    let api = RuntimeApi::serve()?;
    let dynamodb = dynamodb::serve_world()?;
    let mut all: Vec<Starts> = functions
        .iter()
        .map(|(name, _)| Starts {
            name,
            ..Starts::default()
        })
        .collect();
    for round in 0..=STARTS {
        for ((name, binary), starts) in functions.iter().zip(&mut all) {
            let start = once(&api, dynamodb, name, binary).map_err(|error| format!("{name}: {error}"))?;
            // The first brings the binary into the page cache.
            if round > 0 {
                starts.poll.push(start.poll);
                starts.poll_cpu.push(start.poll_cpu);
                starts.first.push(start.first);
            }
        }
    }
    let empty = all.pop().ok_or("nothing was built")?;
    let mut section = Section::new(format!("Start-up of the functions, {STARTS} starts of each in turns"));
    all.iter().for_each(|starts| rows(&mut section, starts, &empty));
    section.note("\"init\" is process start to first poll of the runtime API, with the trust store built and a connection warmed, as on Lambda.");
    section
        .note("DynamoDB is a loopback stand-in over plain HTTP: no TLS handshake and no network are in these figures.");
    Ok(section)
}

fn rows(section: &mut Section, starts: &Starts, empty: &Starts) {
    let name = starts.name;
    let row = |what: &str, ours: &[f64], theirs: &[f64]| {
        let row = Row::new(format!("{name}, {what}"), median(ours), "ms");
        row.beside_at("empty function", median(theirs), median_ratio(ours, theirs))
    };
    section.row(row("init", &starts.poll, &empty.poll).aim(AIM));
    section.row(row("init, CPU", &starts.poll_cpu, &empty.poll_cpu));
    section.row(row("first event", &starts.first, &empty.first));
    for (what, ours, theirs) in [
        ("init, p90", &starts.poll, &empty.poll),
        ("first event, p90", &starts.first, &empty.first),
    ] {
        section.row(
            Row::new(format!("{name}, {what}"), quantile(ours, 0.9), "ms")
                .beside("empty function", quantile(theirs, 0.9)),
        );
    }
}

/// Starts a function, hands it its first event, and ends it.
fn once(api: &RuntimeApi, dynamodb: std::net::SocketAddr, name: &str, binary: &Path) -> Result<Start, Failure> {
    let event = event(name)?;
    let begun = api.begin();
    let mut command = Command::new(binary);
    command.env_clear().envs([
        ("AWS_LAMBDA_RUNTIME_API", api.address().to_string().as_str()),
        ("AWS_LAMBDA_FUNCTION_NAME", name),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "bench"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "bench"),
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "bench"),
        ("AWS_SECRET_ACCESS_KEY", "bench"),
        ("AWS_ENDPOINT_URL", format!("http://{dynamodb}").as_str()),
        ("TESTGRAM_TABLES", "testgram"),
        ("TESTGRAM_SOCKET", "wss://bench.example/prod"),
    ]);
    let process = Running::start(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()))?;
    let poll = begun.polled()?;
    let poll_cpu = process.cpu_micros() / 1e3;
    let first = begun.answered(event)?;
    drop(process);
    Ok(Start { poll, poll_cpu, first })
}

/// The sample event; the empty function gets ingest's.
fn event(name: &str) -> Result<String, Failure> {
    let file = match name {
        "authorize" => "authorize-connect.json",
        "script" => "script-get.json",
        _ => "ingest-batch.json",
    };
    Ok(std::fs::read_to_string(built::root().join("events").join(file))?)
}
