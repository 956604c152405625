//! DynamoDB on SQLite, through `dynoxide`.
//!
//! What a crash may take: the database is in WAL mode, so a committed write is in the operating system's hands before
//! it is answered, and `kill -9` takes nothing. It is synced to disk at checkpoints only (`synchronous=NORMAL`): a
//! power cut may take the last writes, and never leaves the file broken. SQLite's default, a sync for each commit,
//! costs most of the throughput; this is a local stack.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener as StdListener},
    path::Path,
    thread,
    time::Duration,
};

use dynoxide::{Database, server::serve_with_shutdown};
use tokio::{net::TcpListener, runtime, sync::oneshot, time};
use tokio_util::sync::CancellationToken;

use super::error::AwsError;

/// How often items whose time to live has passed are deleted. AWS takes up to days; a handler must not rely on either.
const SWEEP: Duration = Duration::from_secs(60);

/// The tables of a data folder, served on a loopback port by a thread of their own.
pub(crate) struct Tables {
    address: SocketAddr,
    stop: CancellationToken,
    stopped: oneshot::Receiver<()>,
}

impl Tables {
    /// Opens the tables of a folder and serves them on a port of their own.
    pub(crate) fn start(folder: &Path) -> Result<Self, AwsError> {
        let database = open(folder)?;
        let listener = StdListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let stop = CancellationToken::new();
        let (ended, stopped) = oneshot::channel();
        let token = stop.clone();
        // SQLite works on the thread that asks, one request at a time. A thread of its own keeps that from the threads
        // on which sockets are served.
        thread::Builder::new().name("dynamodb".into()).spawn(move || {
            if let Err(error) = serve(listener, &database, token) {
                tracing::error!(%error, "the local DynamoDB ended");
            }
            drop(database);
            if ended.send(()).is_err() {
                tracing::debug!("the local DynamoDB ended after the stack");
            }
        })?;
        Ok(Self { address, stop, stopped })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends the server and closes the database.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        if time::timeout(Duration::from_secs(5), self.stopped).await.is_err() {
            tracing::warn!("the local DynamoDB still works; its committed writes are safe");
        }
    }
}

fn open(folder: &Path) -> Result<Database, AwsError> {
    let failed = |error: dynoxide::DynoxideError| AwsError::Tables(error.to_string());
    let path = folder.join("tables.sqlite");
    let file = path
        .to_str()
        .ok_or_else(|| AwsError::Tables("the folder's name is not UTF-8".into()))?;
    let database = Database::new(file).map_err(failed)?;
    // The only way to `synchronous=NORMAL` in dynoxide 3.2: the end of bulk loading sets it, with SQLite's defaults
    // for the rest. `tests/stack/crash.rs` kills a process to show that nothing is lost.
    database.enable_bulk_loading().map_err(failed)?;
    database.disable_bulk_loading().map_err(failed)?;
    Ok(database)
}

fn serve(listener: StdListener, database: &Database, stop: CancellationToken) -> io::Result<()> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
    let sweeper = sweep(database.clone(), stop.clone());
    let server = async {
        let listener = TcpListener::from_std(listener)?;
        serve_with_shutdown(listener, database.clone(), stop.cancelled_owned())
            .await
            .map_err(io::Error::other)
    };
    runtime.block_on(async { tokio::join!(server, sweeper).0 })
}

async fn sweep(database: Database, stop: CancellationToken) {
    let mut timer = time::interval(SWEEP);
    while stop.run_until_cancelled(timer.tick()).await.is_some() {
        if let Err(error) = database.sweep_ttl() {
            tracing::warn!(%error, "expired items were not deleted");
        }
    }
}
