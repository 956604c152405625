//! The demo: `tg demo`, `tg up --demo-traffic`, and the shop that `tg up` serves. Only in builds with the feature
//! `demo`.

use std::path::PathBuf;

use testgram_demo::replay::{self, ReplayError};
use testgram_local::front::Router;
use testgram_local::stack::{MakeClients, Options, Stack};
use testgram_local::stores::DEMO;
use testgram_runtime::clock::{self, Stopwatch};

use super::failure::{CommandFailure, FailureReason};
use super::progress::Progress;
use super::target::{WorldName, runtime};
use super::{archive, build, logging, model, output};

/// The command that only a build with the demo has.
#[derive(Debug, clap::Subcommand)]
pub(super) enum DemoCommand {
    Demo(Demo),
}

/// The flags of `tg up` that only a build with the demo has.
#[derive(Debug, clap::Args)]
pub(super) struct UpFlags {
    /// If the demo world has no model yet, send it the recorded traffic of the demo shop and build one
    #[arg(long)]
    demo_traffic: bool,
}

/// Run the whole way once: send recorded traffic, archive it, build the model and print it
///
/// Starts a stack on a fresh folder, sends the recorded traffic of the demo shop through its WebSocket, archives it,
/// builds the model and prints its summary. Deletes everything at the end, unless --data names a folder.
///
/// Exit codes: 0 done; 2 the arguments are not understood; 4 another tg holds the folder; 5 the folder cannot be used;
/// 1 anything else.
#[derive(Debug, clap::Args)]
pub(super) struct Demo {
    /// Keep all state in this folder, which must be new
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// Send at most this many of the recorded sessions
    #[arg(long, value_name = "COUNT", default_value_t = usize::MAX, hide_default_value = true)]
    sessions: usize,

    /// Print the model's summary, or the error, as JSON
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// As [`Demo`] lists them.
pub(super) fn run(DemoCommand::Demo(demo): DemoCommand, clients: impl MakeClients) -> Result<(), CommandFailure> {
    demo.run(clients)
}

/// The demo shop, for the front of `tg up`.
///
/// # Errors
/// `failed`, when a file of the shop is missing or damaged.
pub(super) fn sites() -> Result<Vec<Router>, CommandFailure> {
    match testgram_demo::router() {
        Ok(shop) => Ok(vec![shop]),
        Err(error) => Err(CommandFailure::new(FailureReason::Failed, error.to_string())),
    }
}

/// What `tg up` does once it serves: with `--demo-traffic`, builds the first model of the demo world, unless it has
/// one. A stack that cannot build it serves all the same.
pub(super) async fn on_start(flags: &UpFlags, stack: &Stack) {
    let Some(world) = demo_world().filter(|_| flags.demo_traffic) else {
        return;
    };
    let models = stack.stores().build();
    let pointer = models.world(&world.tenant, &world.world).pointer().await;
    if !matches!(pointer, Ok(None)) {
        return;
    }
    tracing::info!("the demo world has no model yet: sending it the recorded traffic");
    match first_model(stack, usize::MAX, &Progress::new(false)).await {
        Ok(_) => tracing::info!("the demo world has a model: tg model show"),
        Err(failure) => tracing::warn!(failure = failure.text(), "the demo world has no model"),
    }
}

impl Demo {
    fn run(self, clients: impl MakeClients) -> Result<(), CommandFailure> {
        logging::quiet();
        let unusable = |error: std::io::Error| CommandFailure::new(FailureReason::DataUnusable, error.to_string());
        let scratch = tempfile::tempdir().map_err(unusable)?;
        let data = self.data.clone().unwrap_or_else(|| scratch.path().join("data"));
        if data.exists() {
            let message = format!("{} exists already: a demo starts with a new folder", data.display());
            return Err(CommandFailure::new(FailureReason::DataUnusable, message));
        }
        let options = Options {
            port: 0,
            aws_port: 0,
            data,
            worlds: Vec::new(),
            sites: sites()?,
        };
        runtime()?.block_on(async {
            let stack = Stack::start(&options, clients).await?;
            let summary = self.tour(&stack).await;
            stack.shutdown().await;
            output::text(&summary?);
            Ok(())
        })
    }

    /// From a running stack to the summary of its first model, as it is printed.
    async fn tour(&self, stack: &Stack) -> Result<String, CommandFailure> {
        let progress = Progress::new(self.json);
        let began = Stopwatch::start();
        let world = first_model(stack, self.sessions, &progress).await?;
        let (pointer, bytes) = model::published(stack.stores(), &world).await?;
        progress.say(&format!("done in {:.1} s\n", began.ms() / 1000.0));
        model::summarized(&world, &pointer, &bytes, self.json)
    }
}

/// The name of the demo world, which every local stack has.
fn demo_world() -> Option<WorldName> {
    format!("{DEMO}/{DEMO}").parse().ok()
}

/// From nothing to the demo world's first model: recorded traffic through the socket, archive, build.
///
/// # Errors
/// `failed`, when the socket, the archive or the build fails.
async fn first_model(stack: &Stack, sessions: usize, progress: &Progress) -> Result<WorldName, CommandFailure> {
    let world = demo_world().ok_or_else(|| CommandFailure::new(FailureReason::Failed, "no demo world"))?;
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

impl From<ReplayError> for CommandFailure {
    fn from(error: ReplayError) -> Self {
        Self::new(FailureReason::Failed, error.to_string())
    }
}
