//! How many batches a second go through `tg up`, and how long an acknowledgement takes, beside a bare WebSocket server
//! that acknowledges and does nothing else.

mod client;
mod echo;

use std::process::{Command, Stdio};

use crate::child::Running;
use crate::figures::{Row, Section};
use crate::timing::quantile;
use crate::{Failure, built};
pub(crate) use echo::echo;

/// The subcommand that makes this program the peer.
pub(crate) const ECHO: &str = "echo-server";

/// Connections at once.
pub(crate) const CONNECTIONS: usize = 32;
/// Batches that each has sent and not yet seen acknowledged.
pub(crate) const IN_FLIGHT: usize = 2;
/// Seconds that are measured, after one to warm up.
pub(crate) const SECONDS: u64 = 8;

/// What one server did.
struct Driven {
    a_second: f64,
    cpu: f64,
    latencies: Vec<f64>,
}

/// Measures the stack, then the peer.
pub(crate) fn measure() -> Result<Section, Failure> {
    let tg = built::tg()?;
    let this = std::env::current_exe()?;
    let data = std::env::temp_dir().join(format!("tg-bench-{}", std::process::id()));
    let mut up = Command::new(tg);
    up.args(["up", "--port", "0", "--aws-port", "0", "--data"]).arg(&data);
    let ours = drive(up.stderr(Stdio::null()));
    // What is left of it is in the system's temporary folder.
    drop(std::fs::remove_dir_all(&data));
    let (ours, bare) = (ours?, drive(Command::new(this).arg(ECHO))?);
    let title = format!(
        "Load through tg up: {CONNECTIONS} connections, {IN_FLIGHT} typical batches in flight on each, {SECONDS} s"
    );
    let mut section = Section::new(title);
    let peer = "bare WebSocket server";
    section.row(Row::new("batches a second", ours.a_second, "").beside(peer, bare.a_second));
    section.row(Row::new("server's CPU a batch", ours.cpu, "us").beside(peer, bare.cpu));
    for (what, part) in [("ack, p50", 0.5), ("ack, p99", 0.99)] {
        section
            .row(Row::new(what, quantile(&ours.latencies, part), "ms").beside(peer, quantile(&bare.latencies, part)));
    }
    section.note("An acknowledgement counts only if it accepts all events of its batch.");
    section.note(
        "On loopback, the load generator on the same cores. tg up writes every batch to SQLite before it acknowledges.",
    );
    Ok(section)
}

fn drive(server: &mut Command) -> Result<Driven, Failure> {
    let (server, address) = Running::start_ready(server)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let front = address.split_once("://").map_or(address.as_str(), |(_, front)| front);
    let counted = runtime.block_on(client::drive(front, &server))?;
    let batches = counted.latencies.len() as f64;
    Ok(Driven {
        a_second: batches / counted.seconds,
        cpu: counted.cpu_micros / batches,
        latencies: counted.latencies,
    })
}
