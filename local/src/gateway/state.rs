//! What all connections of one API share, and how the API ends.

use std::sync::Arc;

use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{api::Api, limits::Limits, registry::Registry, routes::Routes};

/// A WebSocket API. Clones are the same API.
#[derive(Clone)]
pub struct Gateway {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) api: Api,
    pub(super) routes: Routes,
    pub(super) limits: Limits,
    pub(super) registry: Registry,
    /// Everything that must end before the process may: connections, invocations.
    pub(super) tasks: TaskTracker,
    pub(super) stopping: CancellationToken,
}

impl Gateway {
    /// An API with its functions and limits. It serves nothing until its [`router`](Self::router) is served.
    pub fn new(api: Api, routes: Routes, limits: Limits) -> Self {
        let inner = Inner {
            api,
            routes,
            limits,
            registry: Registry::default(),
            tasks: TaskTracker::new(),
            stopping: CancellationToken::new(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Ends the API: refuses new connections, lets running invocations finish and their replies go out (for at most
    /// the shutdown grace), closes every connection with 1001 and calls `$disconnect` for it.
    pub async fn shutdown(&self) {
        self.inner.stopping.cancel();
        self.inner.tasks.close();
        // Twice the grace: once for the messages, once for the $disconnect of the connections that they held open.
        let bound = self.inner.limits.shutdown_grace * 2;
        if tokio::time::timeout(bound, self.inner.tasks.wait()).await.is_err() {
            tracing::warn!(
                left = self.inner.tasks.len(),
                "shutdown did not wait for all invocations"
            );
        }
    }
}
