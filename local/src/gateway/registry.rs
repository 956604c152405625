//! The connections that are open, by id: what `@connections` can reach.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use tokio::sync::{mpsc, oneshot};

use super::event::ConnectionInfo;
use crate::instant::Moment;

/// What a connection's task is asked to do.
pub(crate) enum ConnectionCommand {
    /// Write a text message; the channel is signalled once it is written.
    Send(String, Option<oneshot::Sender<()>>),
    /// Close the connection; the channel is signalled once `@connections` no longer reaches it.
    Delete(oneshot::Sender<()>),
}

/// An open connection, as others see it.
#[derive(Clone)]
pub(crate) struct ConnectionHandle {
    pub(crate) info: Arc<ConnectionInfo>,
    pub(crate) commands: mpsc::Sender<ConnectionCommand>,
    last_active: Arc<AtomicI64>,
}

impl ConnectionHandle {
    pub(crate) fn new(info: Arc<ConnectionInfo>, commands: mpsc::Sender<ConnectionCommand>) -> Self {
        let last_active = Arc::new(AtomicI64::new(info.connected_at.0));
        Self {
            info,
            commands,
            last_active,
        }
    }

    /// Records that a message went in or out just now.
    pub(crate) fn touch(&self) {
        self.last_active.store(Moment::now().0, Ordering::Relaxed);
    }

    pub(crate) fn last_active(&self) -> Moment {
        Moment(self.last_active.load(Ordering::Relaxed))
    }
}

/// The open connections of one API, by id. [`Gateway`](super::Gateway) holds it; each connection enters and leaves by
/// itself.
#[derive(Default)]
pub(crate) struct Registry {
    open: Mutex<HashMap<String, ConnectionHandle>>,
}

impl Registry {
    pub(crate) fn insert(&self, handle: ConnectionHandle) {
        self.lock().insert(handle.info.connection_id.clone(), handle);
    }

    pub(crate) fn remove(&self, connection_id: &str) {
        self.lock().remove(connection_id);
    }

    pub(crate) fn get(&self, connection_id: &str) -> Option<ConnectionHandle> {
        self.lock().get(connection_id).cloned()
    }

    /// A poisoned map is still a map: nothing here can leave it half-changed.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, ConnectionHandle>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
