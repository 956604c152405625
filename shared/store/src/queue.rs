//! The queue of archive tasks.

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use serde::{Deserialize, Serialize};
use testgram_protocol::id::{TenantId, WorldId};

use crate::archive::Mark;
use crate::error::StoreError;
use crate::key::Window;

/// Most messages that SQS takes in one call.
const AT_ONCE: usize = 10;

/// A client for SQS.
#[must_use]
pub fn client(config: &SdkConfig) -> Client {
    Client::new(config)
}

/// The queue.
#[derive(Debug, Clone)]
pub struct Queue {
    client: Client,
    url: String,
}

/// A task as it stands in a message.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Task<'a> {
    tenant: std::borrow::Cow<'a, str>,
    world: std::borrow::Cow<'a, str>,
    window: u64,
}

/// Reads the body of a message.
#[must_use]
pub fn read_task(body: &str) -> Option<Mark> {
    let task: Task<'_> = serde_json::from_str(body).ok()?;
    Some(Mark {
        tenant: TenantId::new(&task.tenant)?,
        world: WorldId::new(&task.world)?,
        window: Window::numbered(task.window),
    })
}

/// The body of a message: whose window is to be archived, and nothing of what is in it.
///
/// # Errors
/// Never for what a [`Mark`] holds.
pub fn write_task(mark: &Mark) -> Result<String, StoreError> {
    let task = Task {
        tenant: mark.tenant.expose().into(),
        world: mark.world.expose().into(),
        window: mark.window.number(),
    };
    serde_json::to_string(&task).map_err(|_| StoreError::Damaged)
}

impl Queue {
    /// The queue at that address.
    #[must_use]
    pub const fn new(client: Client, url: String) -> Self {
        Self { client, url }
    }

    /// Queues a task for each mark, and says how many the queue took. What it did not take keeps its mark and is found again.
    ///
    /// # Errors
    /// [`StoreError`] if a whole call failed.
    pub async fn send(&self, marks: &[Mark]) -> Result<usize, StoreError> {
        let mut taken = 0;
        for marks in marks.chunks(AT_ONCE) {
            let mut send = self.client.send_message_batch().queue_url(&self.url);
            for (place, mark) in marks.iter().enumerate() {
                let entry = SendMessageBatchRequestEntry::builder()
                    .id(place.to_string())
                    .message_body(write_task(mark)?)
                    .build();
                send = send.entries(entry.map_err(|_| StoreError::Refused)?);
            }
            let sent = send
                .send()
                .await
                .map_err(|error| StoreError::of(&error, "queue:SendMessageBatch"))?;
            taken += sent.successful().len();
        }
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_read_back_and_nothing_else_does() {
        let mark = Mark {
            tenant: TenantId::new("acme").unwrap(),
            world: WorldId::new("shop").unwrap(),
            window: Window::numbered(5_984_784),
        };
        let body = write_task(&mark).unwrap();
        assert_eq!(body, r#"{"tenant":"acme","world":"shop","window":5984784}"#);
        assert_eq!(read_task(&body), Some(mark));
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
