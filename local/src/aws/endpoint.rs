//! The endpoint that SDKs are pointed at: one port, behind it the three services.

use std::{io, net::SocketAddr, sync::Arc};

use axum::{Router, middleware};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use super::{dispatch, dynamodb, error::AwsError, s3, sqs};
use crate::{data_folder::DataFolder, front, guard};

/// The three services on one port, running. [`Stack`](crate::stack::Stack) starts it before the functions that use it.
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
            .layer(middleware::from_fn(guard::no_browsers));
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

    /// The queues, from which the scheduler feeds the archiver.
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
