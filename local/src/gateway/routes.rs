//! Which function answers which route.

use std::{collections::BTreeMap, sync::Arc};

use crate::function::Function;

/// The functions behind a WebSocket API, as its route table names them.
#[derive(Clone)]
pub struct Routes {
    /// The `REQUEST` authorizer of `$connect`.
    pub authorizer: Arc<dyn Function>,
    /// The integration of `$connect`: it runs after the authorizer and may refuse the handshake.
    pub connect: Arc<dyn Function>,
    /// The integration of `$disconnect`: it runs once for every connection that was open, and its response is dropped.
    pub disconnect: Arc<dyn Function>,
    /// `$default`: every message that no named route takes, also one that is not JSON.
    pub default: Arc<dyn Function>,
    /// Routes by the value of `$request.body.type`.
    pub named: BTreeMap<String, Arc<dyn Function>>,
}

impl Routes {
    /// An authorizer, and one function for `$connect`, `$disconnect`, `$default` and the named routes.
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
