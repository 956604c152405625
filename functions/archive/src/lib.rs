//! From the buffer to the archive: a dispatcher finds closed windows and queues a task for each, and a worker writes a
//! window's batches to Parquet.
//!
//! Any step may be repeated, may crash, or run twice at once. A file is named by its content, and a window's marker is
//! deleted only when all of the window is in the archive: at worst a batch is in two files, and readers count it once.
//!
//! ```text
//! state, wire ◄─ dispatch, worker ◄─ handle
//! ```
//!
//! ```
//! use testgram_archive::Request;
//!
//! let schedule: Request = serde_json::from_str(r#"{"run": "dispatch"}"#).unwrap();
//! assert!(matches!(schedule, Request::Dispatch { all: false }));
//! let queue: Request = serde_json::from_str(r#"{"Records": [{"messageId": "a", "body": "not a task"}]}"#).unwrap();
//! assert!(matches!(queue, Request::Work(messages) if messages.len() == 1));
//! ```

mod dispatch;
mod state;
mod wire;
mod worker;

use testgram_store::StoreError;

pub use state::State;
pub use wire::{DispatchError, Request, Response};
pub use worker::{Archived, archive};

/// Answers the schedule's event with a dispatch, and the queue's event with work.
///
/// # Errors
/// [`DispatchError`] if windows cannot be found or queued: the schedule calls again, and markers stay until then. Work
/// never fails as a whole: its answer names the messages to be redelivered.
pub async fn handle(state: &State, request: Request) -> Result<Response, DispatchError> {
    match request {
        Request::Dispatch { all } => dispatch::dispatch(state, all).await.map_err(DispatchError::from),
        Request::Work(messages) => Ok(worker::work(state, messages).await),
    }
}

impl From<StoreError> for DispatchError {
    fn from(error: StoreError) -> Self {
        Self(error.word())
    }
}
