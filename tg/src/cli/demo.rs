//! `tg demo`: the main job in one go, on recorded traffic.

use std::path::PathBuf;

use testgram_runtime::clock::{self, Stopwatch};

use super::progress::Progress;
use super::target::{WorldName, runtime};
use super::{Failure, Reason, archive, build, logging, model, output};
use crate::local::replay::{self, ReplayError};
use crate::local::stack::{MakeClients, Options, Stack};
use crate::local::stores::DEMO;

/// Record, archive, learn and look, in one go
///
/// Starts a stack on a fresh folder, sends the recorded traffic of the demo shop through its WebSocket, archives it, builds the model and
/// prints what is in it. Nothing of it stays, unless a folder is named.
///
/// Exit codes: 0 done; 2 the arguments are not understood; 4 another tg holds the folder; 5 the folder cannot be used; 1 anything else.
#[derive(Debug, clap::Args)]
pub(super) struct Demo {
    /// Keep all state in this folder, which must be new
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// Send at most so many of the recorded sessions
    #[arg(long, value_name = "COUNT", default_value_t = usize::MAX, hide_default_value = true)]
    sessions: usize,

    /// Fail in JSON, and print the model's summary in it
    #[arg(long)]
    json: bool,
}

impl Demo {
    /// Runs once.
    pub(super) fn run(self, clients: impl MakeClients) -> Result<(), Failure> {
        logging::quiet();
        let scratch = tempfile::tempdir().map_err(|error| Failure::new(Reason::DataUnusable, error.to_string()))?;
        let data = self.data.clone().unwrap_or_else(|| scratch.path().join("data"));
        if data.exists() {
            let message = format!("{} is there already: a demo begins with nothing", data.display());
            return Err(Failure::new(Reason::DataUnusable, message));
        }
        let options = Options {
            port: 0,
            aws_port: 0,
            data,
            worlds: Vec::new(),
        };
        runtime()?.block_on(async {
            let stack = Stack::start(&options, clients).await?;
            let shown = self.tour(&stack).await;
            stack.shutdown().await;
            output::text(&shown?);
            Ok(())
        })
    }

    async fn tour(&self, stack: &Stack) -> Result<String, Failure> {
        let progress = Progress::new(self.json);
        let began = Stopwatch::start();
        let world = first_model(stack, self.sessions, &progress).await?;
        let (pointer, bytes) = model::published(stack.stores(), &world).await?;
        progress.say(&format!("done in {:.1} s\n", began.ms() / 1000.0));
        model::shown_as(&world, &pointer, &bytes, self.json)
    }
}

/// From nothing to the demo world's first model: recorded traffic through the socket, archive, build.
///
/// # Errors
/// Whatever goes wrong on the way.
pub(super) async fn first_model(stack: &Stack, sessions: usize, progress: &Progress) -> Result<WorldName, Failure> {
    let world = WorldName::demo().ok_or_else(|| Failure::new(Reason::Failed, "no demo world"))?;
    let front = stack.url().trim_start_matches("http://");
    let replayed = replay::recording(front, DEMO, sessions, clock::now_ms(), |done, of| {
        progress.step("sessions through the socket", done, of);
    })
    .await?;
    progress.say(&format!(
        "{} events of {} sessions acknowledged",
        replayed.events, replayed.sessions
    ));
    let (_, archived) = archive::all(stack.stores(), progress).await?;
    progress.say(&format!(
        "{} events archived, {} bytes",
        archived.events, archived.bytes
    ));
    build::one(stack.stores(), &world, false, progress).await?;
    Ok(world)
}

impl From<ReplayError> for Failure {
    fn from(error: ReplayError) -> Self {
        Self::new(Reason::Failed, error.to_string())
    }
}
