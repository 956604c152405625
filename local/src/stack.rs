//! The whole local stack, from a folder and two ports to something that serves; and the one place where the handlers
//! are connected to it.

use std::{io, net::Ipv4Addr, path::PathBuf};

use axum::Router;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::{
    aws::{AwsError, Endpoint},
    data_folder::{DataError, DataFolder},
    front,
    gateway::{Api, Gateway, Limits, Routes},
    handlers, http_api,
    scheduler::Schedules,
    stores::{self, PrepareError, Stores},
    worlds::WorldConfig,
};

/// The routes that have a name; every other message goes to `$default`. As in `template.yaml`.
pub const NAMED_ROUTES: &[&str] = &["batch"];

/// How `main` makes the clients, once the stores serve.
pub trait MakeClients: FnOnce(&Endpoint) -> Stores {}

impl<F: FnOnce(&Endpoint) -> Stores> MakeClients for F {}

/// Where the stack serves, and from which folder.
#[derive(Debug, Clone)]
pub struct Options {
    /// The port of the front; 0 takes a free one.
    pub port: u16,
    /// The port of the AWS endpoint; 0 takes a free one.
    pub aws_port: u16,
    /// The data folder; made if it does not exist.
    pub data: PathBuf,
    /// Worlds to put, beside the demo world.
    pub worlds: Vec<WorldConfig>,
    /// Sites to serve on the front, beside the API and the snippet: the demo shop, where the caller has one.
    pub sites: Vec<Router>,
}

/// Why the stack does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another program listens on the port.
    #[error("port {0} on 127.0.0.1 is in use")]
    PortInUse(u16),
    /// The system refuses the port.
    #[error("port {port} on 127.0.0.1 cannot be listened on: {source}")]
    Port {
        /// The port, as it was asked for.
        port: u16,
        /// The operating system's error.
        source: io::Error,
    },
    /// The data folder cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The AWS stand-ins cannot start.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// The tables, the bucket or the worlds cannot be made.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
}

/// A running stack. Dropping it does not end it: call [`shutdown`](Self::shutdown).
pub struct Stack {
    url: String,
    gateway: Gateway,
    stop: CancellationToken,
    served: JoinHandle<io::Result<()>>,
    schedules: Schedules,
    stores: Stores,
    aws: Endpoint,
    /// Last, so that the lock is let go when all else is closed.
    _data: DataFolder,
}

impl Stack {
    /// Takes the folder and the ports, starts the stores, then the functions that use them, then the front.
    ///
    /// # Errors
    /// [`StartError`], by what cannot be had: the folder, a port, the AWS endpoint, the tables or a world.
    pub async fn start(options: &Options, clients: impl MakeClients) -> Result<Self, StartError> {
        let data = DataFolder::open(&options.data)?;
        let front = listen(options.port).await?;
        let aws_listener = listen(options.aws_port).await?;
        let address = front.local_addr().map_err(|source| StartError::Port {
            port: options.port,
            source,
        })?;
        let aws = Endpoint::start(aws_listener, &data).await?;
        let stores = clients(&aws);
        stores::prepare(&stores, &options.worlds).await?;
        let api = Api::default();
        let socket = format!("ws://{address}/{}", api.stage);
        let script = http_api::router("/js/world/{file}", handlers::script(&stores, socket));
        let routes = Routes::new(handlers::authorize(&stores), &handlers::ingest(&stores), NAMED_ROUTES);
        let gateway = Gateway::new(api, routes, Limits::default());
        let parts = [gateway.router(), script]
            .into_iter()
            .chain(options.sites.iter().cloned());
        let router = front::router(parts);
        let schedules = Schedules::start(handlers::scheduled(&stores), aws.queues()).map_err(AwsError::from)?;
        let stop = CancellationToken::new();
        let served = tokio::spawn(front::serve(front, router, stop.clone()));
        tracing::info!(data = %data.path().display(), aws = aws.url(), "serving");
        Ok(Self {
            url: format!("http://{address}"),
            gateway,
            stop,
            served,
            schedules,
            stores,
            aws,
            _data: data,
        })
    }

    /// The front's address, `http://127.0.0.1:<port>`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The clients of its stores, as the handlers have them.
    pub fn stores(&self) -> &Stores {
        &self.stores
    }

    /// Ends the stack from the outside in: no new connections, running invocations, sockets, stores, lock.
    pub async fn shutdown(self) {
        self.stop.cancel();
        self.gateway.shutdown().await;
        // An HTTP client that never finishes its request would hold the server; nothing acknowledged hangs on it.
        let served = tokio::time::timeout(Limits::default().shutdown_grace, self.served).await;
        if !matches!(served, Ok(Ok(Ok(())))) {
            tracing::warn!("the front did not end well");
        }
        self.schedules.stop().await;
        self.aws.stop().await;
        tracing::info!("ended");
    }
}

async fn listen(port: u16) -> Result<TcpListener, StartError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .await
        .map_err(|source| match source.kind() {
            io::ErrorKind::AddrInUse => StartError::PortInUse(port),
            _ => StartError::Port { port, source },
        })
}
