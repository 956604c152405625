//! AWS on loopback: DynamoDB on SQLite, S3 on folders and SQS in memory, on one port, for unmodified SDKs.
//!
//! Kept in the data folder. A committed write survives `kill -9`; see [`dynamodb`] for what a power cut may take.

mod dispatch;
mod dynamodb;
mod s3;
pub(crate) mod sqs;

use std::{io, net::SocketAddr, sync::Arc};

use axum::{Router, middleware};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::{data::DataFolder, front};

/// The access key that the local S3 knows. DynamoDB's stand-in takes any.
pub const ACCESS_KEY_ID: &str = "testgram";

/// The secret of [`ACCESS_KEY_ID`]. Not one: whoever reaches loopback may read the folder's data anyway.
pub const SECRET_ACCESS_KEY: &str = "testgram";

/// The Region that the stand-ins are in.
pub const REGION: &str = "us-east-1";

/// Why the endpoint cannot start.
#[derive(Debug, thiserror::Error)]
pub enum AwsError {
    /// The tables cannot be opened.
    #[error("the tables cannot be opened: {0}")]
    Tables(String),
    /// The buckets cannot be opened.
    #[error("the buckets cannot be opened: {0}")]
    Buckets(String),
    /// The system refuses a socket or a thread.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A running endpoint.
pub struct Endpoint {
    address: SocketAddr,
    stop: CancellationToken,
    served: JoinHandle<io::Result<()>>,
    tables: dynamodb::Tables,
    queues: Arc<sqs::Queues>,
}

impl Endpoint {
    /// Serves the data of a folder on a listener.
    ///
    /// # Errors
    /// When the stores cannot be opened.
    pub async fn start(listener: TcpListener, data: &DataFolder) -> Result<Self, AwsError> {
        let address = listener.local_addr()?;
        let tables = dynamodb::Tables::start(&data.dynamodb())?;
        let buckets = s3::service(&data.s3())?;
        let queues = Arc::<sqs::Queues>::default();
        let dispatch = Arc::new(dispatch::Dispatch::new(tables.address(), buckets, Arc::clone(&queues)));
        let router = Router::new()
            .fallback(move |request| {
                let dispatch = Arc::clone(&dispatch);
                async move { dispatch.answer(request).await }
            })
            .layer(middleware::from_fn(super::guard::no_browsers));
        let stop = CancellationToken::new();
        let served = tokio::spawn(front::serve(listener, router, stop.clone()));
        Ok(Self {
            address,
            stop,
            served,
            tables,
            queues,
        })
    }

    /// What an SDK needs as its endpoint.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The queues, for who feeds functions from them.
    pub(crate) fn queues(&self) -> Arc<sqs::Queues> {
        Arc::clone(&self.queues)
    }

    /// Stops serving once the open requests are answered, and closes the stores.
    pub async fn stop(self) {
        self.stop.cancel();
        if !matches!(self.served.await, Ok(Ok(()))) {
            tracing::warn!("the AWS endpoint did not end well");
        }
        self.tables.stop().await;
    }
}
