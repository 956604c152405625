//! `tg up`: the whole system on this machine, until it is told to end.

use std::{io, path::PathBuf};

use tokio::{
    runtime,
    signal::unix::{Signal, SignalKind, signal},
};

use super::{
    Failure, Reason, demo,
    logging::{self, Level},
    output,
    progress::Progress,
    target::WorldName,
};
use crate::local::{
    stack::{MakeClients, Options, Stack},
    worlds,
};

/// Run the whole system on this machine, with its state in one folder
///
/// Prints `ready <url>` when it serves, and ends on SIGINT or SIGTERM.
///
/// Exit codes: 0 ended by a signal; 2 the arguments are not understood; 3 a port is in use; 4 another tg holds the data
/// folder; 5 the data folder cannot be used, is not tg's or has another format; 6 the file of worlds cannot be used, or names
/// a key that is taken; 1 anything else.
#[derive(Debug, clap::Args)]
pub struct Up {
    /// Port of the WebSocket, the API, the snippet and the pages; 0 takes a free one
    #[arg(long, default_value_t = 4600)]
    port: u16,

    /// Port of the DynamoDB and S3 endpoint; 0 takes a free one
    #[arg(long, default_value_t = 4601)]
    aws_port: u16,

    /// Folder with all state
    #[arg(long, value_name = "DIR", env = "TESTGRAM_DATA", default_value = ".testgram")]
    data: PathBuf,

    /// File with worlds to be there when it serves, beside the demo world, in JSON: a list of {tenant, world, key, settings}
    #[arg(long, value_name = "FILE")]
    worlds: Option<PathBuf>,

    /// Where the demo world has no model yet, send it the recorded traffic of the demo shop and build one
    #[arg(long)]
    demo_traffic: bool,

    /// Log and fail in JSON
    #[arg(long)]
    json: bool,

    /// How much to log
    #[arg(
        long,
        env = "TESTGRAM_LOG",
        value_enum,
        default_value = "info",
        hide_possible_values = true
    )]
    log: Level,
}

impl Up {
    /// Runs until a signal.
    pub(super) fn run(self, clients: impl MakeClients) -> Result<(), Failure> {
        logging::start(self.log, self.json);
        let runtime = runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(|error| failed(&error))?;
        runtime.block_on(self.serve(clients))
    }

    async fn serve(self, clients: impl MakeClients) -> Result<(), Failure> {
        // Before anything is started: a signal during the start must end it, too, rather than kill it half-way.
        let mut signals = Signals::listen().map_err(|error| failed(&error))?;
        let worlds = self.worlds.as_deref().map(worlds::read).transpose()?;
        let options = Options {
            port: self.port,
            aws_port: self.aws_port,
            data: self.data.clone(),
            worlds: worlds.unwrap_or_default(),
        };
        let stack = tokio::select! {
            started = Stack::start(&options, clients) => started?,
            () = signals.next() => return Ok(()),
        };
        if let Err(error) = output::ready(stack.url()) {
            stack.shutdown().await;
            return Err(failed(&error));
        }
        let first_look = async {
            if self.demo_traffic {
                first_look(&stack).await;
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = signals.next() => (),
            () = first_look => (),
        }
        tracing::info!("ending");
        tokio::select! {
            () = stack.shutdown() => (),
            // Whoever signals twice does not want to wait. What was acknowledged is safe, as with `kill -9`.
            () = signals.next() => tracing::warn!("ended at once"),
        }
        Ok(())
    }
}

/// Something to look at: the first model of the demo world, unless it has one. A stack that cannot have it serves all the same.
async fn first_look(stack: &Stack) {
    let Some(world) = WorldName::demo() else { return };
    let repository = stack.stores().build();
    let known = repository.world(&world.tenant, &world.world).pointer().await;
    if !matches!(known, Ok(None)) {
        return;
    }
    tracing::info!("the demo world has no model yet: sending it the recorded traffic");
    match demo::first_model(stack, usize::MAX, &Progress::new(false)).await {
        Ok(_) => tracing::info!("the demo world has a model: tg model show"),
        Err(failure) => tracing::warn!(failure = failure.text(), "the demo world has no model"),
    }
}

fn failed(error: &io::Error) -> Failure {
    Failure::new(Reason::Failed, error.to_string())
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => (),
            _ = self.terminate.recv() => (),
        }
    }
}
