//! The queue of archive tasks: the dispatcher sends one for each pending window, and the worker gets them from SQS.

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use serde::{Deserialize, Serialize};
use testgram_protocol::id::{TenantId, WorldId};

use crate::error::{StoreError, done};
use crate::key::{PendingWindow, Window};

/// Most messages that SQS takes in one call.
const AT_ONCE: usize = 10;

/// A client for SQS with the configuration of `testgram_runtime::start`.
#[must_use]
pub fn client(config: &SdkConfig) -> Client {
    Client::new(config)
}

/// The archive's queue, as the dispatcher uses it.
#[derive(Debug, Clone)]
pub struct Queue {
    client: Client,
    url: String,
}

/// A task as a message carries it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Task<'a> {
    tenant: std::borrow::Cow<'a, str>,
    world: std::borrow::Cow<'a, str>,
    window: u64,
}

/// Reads the body of a message back. `None` for anything that [`write_task`] does not write.
#[must_use]
pub fn read_task(body: &str) -> Option<PendingWindow> {
    let task: Task<'_> = serde_json::from_str(body).ok()?;
    Some(PendingWindow {
        tenant: TenantId::new(&task.tenant)?,
        world: WorldId::new(&task.world)?,
        window: Window::numbered(task.window),
    })
}

/// The body of a message: which window of which world is to be archived, and nothing of what is in it.
///
/// # Errors
/// [`StoreError::Damaged`], never in fact: a [`PendingWindow`] always has a JSON form.
pub fn write_task(pending: &PendingWindow) -> Result<String, StoreError> {
    let task = Task {
        tenant: pending.tenant.expose().into(),
        world: pending.world.expose().into(),
        window: pending.window.number(),
    };
    serde_json::to_string(&task).map_err(|_| StoreError::Damaged)
}

impl Queue {
    /// The queue at an address (`https://sqs.…/…`). Makes no call.
    #[must_use]
    pub const fn new(client: Client, url: String) -> Self {
        Self { client, url }
    }

    /// Queues a task for each window, and returns how many the queue took. A window that it did not take keeps its
    /// marker and is found again.
    ///
    /// # Errors
    /// [`StoreError::Throttled`], [`StoreError::Unavailable`] and [`StoreError::Refused`] if a whole call failed, as
    /// SQS answers.
    pub async fn send(&self, windows: &[PendingWindow]) -> Result<usize, StoreError> {
        let mut taken = 0;
        for batch in windows.chunks(AT_ONCE) {
            let mut call = self.client.send_message_batch().queue_url(&self.url);
            for (place, pending) in batch.iter().enumerate() {
                let entry = SendMessageBatchRequestEntry::builder()
                    .id(place.to_string())
                    .message_body(write_task(pending)?)
                    .build();
                call = call.entries(entry.map_err(|_| StoreError::Refused)?);
            }
            taken += done(call.send().await, "queue:SendMessageBatch")?.successful().len();
        }
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_read_back_and_nothing_else_does() {
        let pending = PendingWindow {
            tenant: TenantId::new("acme").unwrap(),
            world: WorldId::new("shop").unwrap(),
            window: Window::numbered(5_984_784),
        };
        let body = write_task(&pending).unwrap();
        assert_eq!(body, r#"{"tenant":"acme","world":"shop","window":5984784}"#);
        assert_eq!(read_task(&body), Some(pending));
        for odd in [
            "",
            "{}",
            r#"{"tenant":"acme","world":"shop"}"#,
            r#"{"tenant":"ACME","world":"shop","window":1}"#,
            r#"{"tenant":"acme/../b","world":"shop","window":1}"#,
            r#"{"tenant":"acme","world":"shop","window":-1}"#,
            r#"{"tenant":"acme","world":"shop","window":1,"more":1}"#,
        ] {
            assert_eq!(read_task(odd), None, "{odd}");
        }
    }
}
