//! The connections that are open, by id: what `@connections` can reach.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use tokio::sync::{mpsc, oneshot};

use super::{event::Session, instant::Moment};

/// What a connection's task is asked to do.
pub(crate) enum Order {
    /// Write a text message; the sender is told once it is written.
    Send(String, Option<oneshot::Sender<()>>),
    /// Close the connection; the sender is told once nobody can reach it any more.
    Delete(oneshot::Sender<()>),
}

/// An open connection, as others see it.
#[derive(Clone)]
pub(crate) struct Handle {
    pub(crate) session: Arc<Session>,
    pub(crate) orders: mpsc::Sender<Order>,
    last_active: Arc<AtomicI64>,
}

impl Handle {
    pub(crate) fn new(session: Arc<Session>, orders: mpsc::Sender<Order>) -> Self {
        let last_active = Arc::new(AtomicI64::new(session.connected_at.0));
        Self {
            session,
            orders,
            last_active,
        }
    }

    /// Notes that a message went in or out.
    pub(crate) fn touch(&self) {
        self.last_active.store(Moment::now().0, Ordering::Relaxed);
    }

    pub(crate) fn last_active(&self) -> Moment {
        Moment(self.last_active.load(Ordering::Relaxed))
    }
}

/// All open connections.
#[derive(Default)]
pub(crate) struct Registry {
    open: Mutex<HashMap<String, Handle>>,
}

impl Registry {
    pub(crate) fn insert(&self, handle: Handle) {
        self.lock().insert(handle.session.connection_id.clone(), handle);
    }

    pub(crate) fn remove(&self, connection_id: &str) {
        self.lock().remove(connection_id);
    }

    pub(crate) fn get(&self, connection_id: &str) -> Option<Handle> {
        self.lock().get(connection_id).cloned()
    }

    /// A poisoned map is still a map: nothing here can leave it half-changed.
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Handle>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
