//! API Gateway's WebSocket API on loopback: the same refusals, events, close codes and limits, so that what works here
//! works there.
//!
//! Read in the order in which a connection lives: `handshake`, `policy`, `connection`, `message`, `ending`; beside them the
//! `@connections` API in `management`.

mod connection;
mod ending;
mod event;
mod handshake;
pub(super) mod ids;
pub(super) mod instant;
pub(super) mod invoke;
mod limits;
mod management;
mod message;
mod policy;
mod refusal;
mod registry;

use std::{collections::BTreeMap, sync::Arc};

use axum::{Router, routing};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::registry::Registry;
use super::function::Function;

pub use limits::Limits;

/// Which API this is: the words in ARNs, contexts and paths.
#[derive(Debug, Clone)]
pub struct Api {
    /// The Region in ARNs.
    pub region: String,
    /// The account in ARNs.
    pub account: String,
    /// The API's id.
    pub api_id: String,
    /// The stage: the first part of every path, `/ws`.
    pub stage: String,
    /// The query parameter that is the authorizer's identity source: without it nobody is asked.
    pub identity_source: String,
}

impl Default for Api {
    fn default() -> Self {
        Self {
            region: "us-east-1".into(),
            account: "000000000000".into(),
            api_id: "local".into(),
            stage: "ws".into(),
            identity_source: "world".into(),
        }
    }
}

impl Api {
    fn connect_arn(&self) -> String {
        let Self {
            region,
            account,
            api_id,
            stage,
            ..
        } = self;
        format!("arn:aws:execute-api:{region}:{account}:{api_id}/{stage}/$connect")
    }
}

/// Which function answers what.
#[derive(Clone)]
pub struct Routes {
    /// The `REQUEST` authorizer of `$connect`.
    pub authorizer: Arc<dyn Function>,
    /// `$connect`.
    pub connect: Arc<dyn Function>,
    /// `$disconnect`.
    pub disconnect: Arc<dyn Function>,
    /// `$default`: every message that no named route takes, also one that is not JSON.
    pub default: Arc<dyn Function>,
    /// Routes by the value of `$request.body.type`.
    pub named: BTreeMap<String, Arc<dyn Function>>,
}

impl Routes {
    /// An authorizer, and one function for all routes.
    pub fn new(authorizer: Arc<dyn Function>, integration: &Arc<dyn Function>, named: &[&str]) -> Self {
        Self {
            authorizer,
            connect: Arc::clone(integration),
            disconnect: Arc::clone(integration),
            default: Arc::clone(integration),
            named: named
                .iter()
                .map(|route| ((*route).to_owned(), Arc::clone(integration)))
                .collect(),
        }
    }
}

/// A WebSocket API. Clones are the same API.
#[derive(Clone)]
pub struct Gateway {
    inner: Arc<Inner>,
}

struct Inner {
    api: Api,
    routes: Routes,
    limits: Limits,
    registry: Registry,
    /// Everything that must end before the process may: connections, invocations.
    tasks: TaskTracker,
    stopping: CancellationToken,
}

impl Gateway {
    /// An API with its functions and limits.
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

    /// The routes of the API, to be merged into a router. They need the peer's address
    /// (`into_make_service_with_connect_info`), which [`front::serve`](super::front::serve) gives.
    pub fn router(&self) -> Router {
        let stage = &self.inner.api.stage;
        Router::new()
            .route(&format!("/{stage}"), routing::get(handshake::connect))
            .route(
                &format!("/{stage}/@connections/{{id}}"),
                routing::post(management::post)
                    .get(management::get)
                    .delete(management::delete),
            )
            .with_state(self.clone())
    }

    /// Ends the API: refuses new connections, lets running invocations finish and their replies go out (for at most
    /// the shutdown grace), closes every connection with 1001 and tells `$disconnect`.
    pub async fn shutdown(&self) {
        self.inner.stopping.cancel();
        self.inner.tasks.close();
        // Twice the grace: once for the messages, once for the $disconnect of what they held open.
        let bound = self.inner.limits.shutdown_grace * 2;
        if tokio::time::timeout(bound, self.inner.tasks.wait()).await.is_err() {
            tracing::warn!(
                left = self.inner.tasks.len(),
                "shutdown did not wait for all invocations"
            );
        }
    }
}
