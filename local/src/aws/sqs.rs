//! SQS in memory: the archive's queue and its dead-letter queue, over SQS's JSON protocol and for the poller that feeds
//! the function.
//!
//! Its messages are gone with the process. The dispatcher queues them again from the pending-window markers, which are
//! stored: as in AWS, where a message expires and its marker stays.
//!
//! Known to differ from AWS: no signatures, attributes, delays or long polls; standard queues only, in order of
//! arrival.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::{sync::Notify, time::Instant};

use crate::ids;

/// The account that the local queues are in.
const ACCOUNT: &str = "000000000000";
/// The queue of archive tasks, as the template names it.
pub(crate) const TASKS: &str = "testgram-archive";
/// The dead-letter queue: tasks that have used up their receives.
pub(crate) const DEAD_LETTERS: &str = "testgram-archive-dead";
/// How often a message is received before it is moved to the dead-letter queue: maxReceiveCount, as in the template.
const MOST_RECEIVES: u32 = 5;
/// The visibility timeout: how long a received message is not received again.
const VISIBILITY: Duration = Duration::from_secs(30);
/// The most messages that one call receives or sends.
const AT_ONCE: usize = 10;

/// The archive's queue and its dead-letter queue. The endpoint answers SDKs from it; the scheduler polls it.
#[derive(Debug, Default)]
pub(crate) struct Queues {
    tasks: Queue,
    dead: Queue,
}

#[derive(Debug, Default)]
struct Queue {
    messages: Mutex<VecDeque<Message>>,
    arrived: Notify,
}

/// A message as it is handed out.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) id: String,
    pub(crate) body: String,
    visible: Option<Instant>,
    received: u32,
}

impl Queue {
    fn with<T>(&self, change: impl FnOnce(&mut VecDeque<Message>) -> T) -> T {
        // A panic elsewhere cannot leave a half-written message behind.
        change(&mut self.messages.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn push(&self, body: String) -> String {
        let id = ids::opaque();
        let message = Message {
            id: id.clone(),
            body,
            visible: None,
            received: 0,
        };
        self.with(|messages| messages.push_back(message));
        self.arrived.notify_one();
        id
    }

    fn receive(&self, most: usize, now: Instant) -> Vec<Message> {
        self.with(|messages| {
            let visible = messages
                .iter_mut()
                .filter(|message| message.visible.is_none_or(|at| at <= now));
            visible
                .take(most)
                .map(|message| {
                    message.visible = Some(now + VISIBILITY);
                    message.received += 1;
                    message.clone()
                })
                .collect()
        })
    }

    fn delete(&self, id: &str) {
        self.with(|messages| messages.retain(|message| message.id != id));
    }
}

impl Queues {
    /// Receives messages for the function; waits until there are any.
    pub(crate) async fn poll(&self) -> Vec<Message> {
        loop {
            let messages = self.tasks.receive(AT_ONCE, Instant::now());
            if !messages.is_empty() {
                return messages;
            }
            // Also looks again from time to time, since messages become visible without a sound.
            drop(tokio::time::timeout(Duration::from_secs(1), self.tasks.arrived.notified()).await);
        }
    }

    /// Deletes a message that the function has handled.
    pub(crate) fn done(&self, id: &str) {
        self.tasks.delete(id);
    }

    /// The function failed with a message: it is redelivered, or moved to the dead-letter queue after maxReceiveCount.
    pub(crate) fn failed(&self, message: &Message) {
        if message.received >= MOST_RECEIVES {
            tracing::error!(queue = DEAD_LETTERS, "a task was moved to the dead-letter queue");
            self.tasks.delete(&message.id);
            self.dead.push(message.body.clone());
        }
    }

    /// Answers a call of SQS's API.
    pub(crate) fn answer(&self, operation: &str, body: &[u8]) -> Response {
        let Ok(request) = serde_json::from_slice::<Request>(body) else {
            return refused("SerializationException");
        };
        let queue = match request.queue_url.rsplit('/').next() {
            Some(TASKS) => &self.tasks,
            Some(DEAD_LETTERS) => &self.dead,
            _ => return refused("QueueDoesNotExist"),
        };
        let answer = match operation {
            "SendMessage" => request.message_body.map(|body| sent(queue, body)),
            "SendMessageBatch" => send_batch(queue, request.entries),
            "ReceiveMessage" => Some(received(queue, request.max_number_of_messages)),
            "DeleteMessage" => request.receipt_handle.map(|id| {
                queue.delete(&id);
                json!({})
            }),
            "GetQueueAttributes" => {
                let waiting = queue.with(|messages| messages.len());
                Some(json!({"Attributes": {"ApproximateNumberOfMessages": waiting.to_string()}}))
            }
            _ => return refused("UnsupportedOperation"),
        };
        answer.map_or_else(
            || refused("InvalidParameterValue"),
            |answer| Json(answer).into_response(),
        )
    }
}

/// The fields of all requests that are known here.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Request {
    queue_url: String,
    message_body: Option<String>,
    #[serde(default)]
    entries: Vec<Entry>,
    max_number_of_messages: Option<usize>,
    receipt_handle: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    id: String,
    message_body: String,
}

/// The address of a queue at an endpoint.
pub(crate) fn url(endpoint: &str, queue: &str) -> String {
    format!("{endpoint}/{ACCOUNT}/{queue}")
}

fn sent(queue: &Queue, body: String) -> Value {
    let digest = md5(&body);
    json!({"MessageId": queue.push(body), "MD5OfMessageBody": digest})
}

fn send_batch(queue: &Queue, entries: Vec<Entry>) -> Option<Value> {
    if !(1..=AT_ONCE).contains(&entries.len()) {
        return None;
    }
    let send = |Entry { id, message_body }: Entry| {
        let digest = md5(&message_body);
        json!({"Id": id, "MessageId": queue.push(message_body), "MD5OfMessageBody": digest})
    };
    let successful: Vec<_> = entries.into_iter().map(send).collect();
    Some(json!({"Successful": successful, "Failed": []}))
}

fn received(queue: &Queue, most: Option<usize>) -> Value {
    let messages: Vec<_> = queue
        .receive(most.unwrap_or(1).clamp(1, AT_ONCE), Instant::now())
        .into_iter()
        .map(|message| {
            json!({
                "MessageId": message.id, "ReceiptHandle": message.id, "MD5OfBody": md5(&message.body), "Body": message.body,
                "Attributes": {"ApproximateReceiveCount": message.received.to_string()}
            })
        })
        .collect();
    json!({"Messages": messages})
}

/// SDKs compare it with what they sent.
fn md5(body: &str) -> String {
    use md5::{Digest as _, Md5};
    Md5::digest(body.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn refused(code: &'static str) -> Response {
    let body = json!({"__type": format!("com.amazonaws.sqs#{code}"), "message": "refused by the local queue"});
    (StatusCode::BAD_REQUEST, Json(body)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn ask(queues: &Queues, operation: &str, request: Value) -> (StatusCode, Value) {
        let response = queues.answer(operation, request.to_string().as_bytes());
        let status = response.status();
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
        (status, serde_json::from_slice(&body).unwrap())
    }

    #[tokio::test]
    async fn a_message_comes_until_it_is_done_and_then_dies() {
        let queues = Queues::default();
        let at = url("http://127.0.0.1:1", TASKS);
        let entries = json!([{"Id": "0", "MessageBody": "a"}, {"Id": "1", "MessageBody": "b"}]);
        let (status, sent) = ask(&queues, "SendMessageBatch", json!({"QueueUrl": at, "Entries": entries})).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(
            sent["Successful"][0]["MD5OfMessageBody"],
            "0cc175b9c0f1b6a831c399e269772661"
        );
        let first = queues.poll().await;
        assert_eq!(first.len(), 2);
        queues.done(&first[0].id);
        queues.failed(&first[1]);
        let mut now = Instant::now();
        assert!(queues.tasks.receive(AT_ONCE, now).is_empty(), "handed out a moment ago");
        for received in 2..=MOST_RECEIVES {
            now += VISIBILITY;
            let [again] = queues.tasks.receive(AT_ONCE, now).try_into().unwrap();
            assert_eq!((again.body.as_str(), again.received), ("b", received));
            queues.failed(&again);
        }
        let dead = url("http://127.0.0.1:1", DEAD_LETTERS);
        let (_, got) = ask(
            &queues,
            "ReceiveMessage",
            json!({"QueueUrl": dead, "MaxNumberOfMessages": 10}),
        )
        .await;
        assert_eq!(got["Messages"][0]["Body"], "b");
        assert_eq!(queues.tasks.with(|messages| messages.len()), 0);
    }

    #[tokio::test]
    async fn what_is_odd_is_refused() {
        let queues = Queues::default();
        let at = url("http://127.0.0.1:1", TASKS);
        for (operation, request) in [
            ("SendMessage", json!({"QueueUrl": at})),
            (
                "SendMessage",
                json!({"QueueUrl": "http://127.0.0.1/0/other", "MessageBody": "x"}),
            ),
            ("SendMessageBatch", json!({"QueueUrl": at, "Entries": []})),
            ("PurgeQueue", json!({"QueueUrl": at})),
            ("SendMessage", json!([])),
        ] {
            assert_eq!(
                ask(&queues, operation, request).await.0,
                StatusCode::BAD_REQUEST,
                "{operation}"
            );
        }
    }
}
