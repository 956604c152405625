//! The function's events and answers: the schedule's input, or SQS's messages.
//! <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>,
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>

use serde::{Deserialize, Serialize};
use testgram_runtime::Diagnostic;
use testgram_store::key::PendingWindow;
use testgram_store::queue;

/// An event: from the schedule, or from the queue.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Raw")]
pub enum Request {
    /// Find closed windows and queue a task for those that are due, or for all.
    Dispatch {
        /// Whether all are queued: for an operator who has purged the queue.
        all: bool,
    },
    /// Archive the windows of these messages.
    Work(Vec<Message>),
}

/// A message of the queue, as SQS delivers it.
#[derive(Debug)]
pub struct Message {
    /// The id by which SQS is answered.
    pub id: String,
    /// The window to archive; `None` if the body is no task of ours.
    pub task: Option<PendingWindow>,
}

#[derive(Deserialize)]
struct Raw {
    run: Option<String>,
    #[serde(default)]
    all: bool,
    #[serde(rename = "Records")]
    records: Option<Vec<Record>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record {
    message_id: String,
    #[serde(default)]
    body: String,
}

impl TryFrom<Raw> for Request {
    type Error = &'static str;

    fn try_from(raw: Raw) -> Result<Self, Self::Error> {
        match (raw.run.as_deref(), raw.records) {
            (Some("dispatch"), None) => Ok(Self::Dispatch { all: raw.all }),
            (None, Some(records)) => Ok(Self::Work(records.into_iter().map(Message::from).collect())),
            _ => Err("neither a schedule's input nor messages of a queue"),
        }
    }
}

impl From<Record> for Message {
    fn from(record: Record) -> Self {
        Self {
            task: queue::read_task(&record.body),
            id: record.message_id,
        }
    }
}

/// The answer to a [`Request`].
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Response {
    /// The outcome of a dispatch.
    Dispatched {
        /// Closed windows that have batches.
        windows: usize,
        /// How many of them were due and taken by the queue. The next dispatch finds the others.
        queued: usize,
    },
    /// The outcome of work: the messages to be redelivered. SQS deletes the others.
    #[serde(rename_all = "camelCase")]
    Worked {
        /// The messages that failed, by their ids.
        batch_item_failures: Vec<BatchItemFailure>,
    },
}

/// A message to be redelivered: `SqsBatchResponse`'s item.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchItemFailure {
    /// The message's id, as SQS delivered it.
    pub item_identifier: String,
}

/// Why a dispatch failed: the stable word of a store error. Lambda shows it as the error of the invocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("closed windows could not be queued: {0}")]
pub struct DispatchError(pub &'static str);

impl From<DispatchError> for Diagnostic {
    fn from(error: DispatchError) -> Self {
        Self {
            error_type: "DispatchError".to_owned(),
            error_message: error.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<Request> {
        serde_json::from_str(json).ok()
    }

    #[test]
    fn schedules_and_queues_events_are_read() {
        for (json, wanted) in [
            (r#"{"run":"dispatch"}"#, false),
            (r#"{"run":"dispatch","all":true}"#, true),
        ] {
            assert!(
                matches!(read(json), Some(Request::Dispatch { all }) if all == wanted),
                "{json}"
            );
        }
        let Some(Request::Work(messages)) = read(
            r#"{"Records":[{"messageId":"a","body":"{\"tenant\":\"acme\",\"world\":\"shop\",\"window\":7}","attributes":{}},
               {"messageId":"b","body":"nonsense"},{"messageId":"c"}]}"#,
        ) else {
            panic!("messages")
        };
        let tasks: Vec<_> = messages
            .iter()
            .map(|message| (message.id.as_str(), message.task.is_some()))
            .collect();
        assert_eq!(tasks, [("a", true), ("b", false), ("c", false)]);
        for odd in ["{}", r#"{"run":"x"}"#, r#"{"run":"dispatch","Records":[]}"#, "[]", "7"] {
            assert!(read(odd).is_none(), "{odd}");
        }
    }

    #[test]
    fn answers_are_what_sqs_reads() {
        let failures = vec![BatchItemFailure {
            item_identifier: "b".to_owned(),
        }];
        let worked = Response::Worked {
            batch_item_failures: failures,
        };
        assert_eq!(
            serde_json::to_string(&worked).unwrap(),
            r#"{"batchItemFailures":[{"itemIdentifier":"b"}]}"#
        );
        let dispatched = Response::Dispatched { windows: 3, queued: 2 };
        assert_eq!(
            serde_json::to_string(&dispatched).unwrap(),
            r#"{"windows":3,"queued":2}"#
        );
    }
}
