//! `tg up`: the whole system on this machine, until a signal ends it.

use std::{io, path::PathBuf};

use testgram_local::{
    stack::{MakeClients, Options, Stack},
    worlds,
};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{
    demo,
    failure::{CommandFailure, FailureReason},
    logging::{self, Level},
    output,
    target::runtime,
};

/// Run the whole system on this machine, with its state in one folder
///
/// Prints `ready <url>` when it serves, and ends on SIGINT or SIGTERM.
///
/// Exit codes: 0 ended by a signal; 2 the arguments are not understood; 3 a port is in use; 4 another tg holds the data
/// folder; 5 the data folder cannot be used, is not tg's or has another format; 6 the file of worlds cannot be used, or
/// names a key that is taken; 1 anything else.
#[derive(Debug, clap::Args)]
pub(super) struct Up {
    /// Port that browsers use: WebSocket, snippet and pages; 0 takes a free one
    #[arg(long, default_value_t = 4600)]
    port: u16,

    /// Port that AWS SDKs use: DynamoDB, S3 and SQS; 0 takes a free one
    #[arg(long, default_value_t = 4601)]
    aws_port: u16,

    /// Folder that holds all state
    #[arg(long, value_name = "DIR", env = "TESTGRAM_DATA", default_value = ".testgram")]
    data: PathBuf,

    /// File with worlds to put at the start, beside the demo world: a JSON list of {tenant, world, key, settings}
    #[arg(long, value_name = "FILE")]
    worlds: Option<PathBuf>,

    #[command(flatten)]
    demo: demo::UpFlags,

    /// Write logs, and the error, as JSON
    #[arg(long)]
    json: bool,

    /// Log this level and above: error, warn, info or debug
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
    ///
    /// # Errors
    /// As the command's help lists them.
    pub(super) fn run(self, clients: impl MakeClients) -> Result<(), CommandFailure> {
        logging::start(self.log, self.json);
        runtime()?.block_on(self.serve(clients))
    }

    async fn serve(self, clients: impl MakeClients) -> Result<(), CommandFailure> {
        // Before anything is started: a signal during the start must end it in order, too.
        let mut signals = Signals::listen().map_err(|error| failed(&error))?;
        let worlds = self.worlds.as_deref().map(worlds::read).transpose()?;
        let options = Options {
            port: self.port,
            aws_port: self.aws_port,
            data: self.data.clone(),
            worlds: worlds.unwrap_or_default(),
            sites: demo::sites()?,
        };
        let stack = tokio::select! {
            started = Stack::start(&options, clients) => started?,
            () = signals.next() => return Ok(()),
        };
        if let Err(error) = output::ready(stack.url()) {
            stack.shutdown().await;
            return Err(failed(&error));
        }
        let background = async {
            demo::on_start(&self.demo, &stack).await;
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = signals.next() => (),
            () = background => (),
        }
        tracing::info!("ending");
        tokio::select! {
            () = stack.shutdown() => (),
            // A second signal ends the wait. What was acknowledged is safe, as with `kill -9`.
            () = signals.next() => tracing::warn!("ended at once"),
        }
        Ok(())
    }
}

fn failed(error: &io::Error) -> CommandFailure {
    CommandFailure::new(FailureReason::Failed, error.to_string())
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
