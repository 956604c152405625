//! What the function is asked and what it answers: a schedule's input, or SQS's messages.
//! <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>, <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>

use lambda_runtime::Diagnostic;
use serde::{Deserialize, Serialize};
use testgram_store::archive::Mark;
use testgram_store::queue;

/// What is asked.
#[derive(Debug, Deserialize)]
#[serde(try_from = "Raw")]
pub enum Request {
    /// Find closed windows and queue those that are due, or all.
    Dispatch {
        /// Whether all: nothing is known to be in the queue.
        all: bool,
    },
    /// Archive the windows of these messages.
    Work(Vec<Message>),
}

/// A message of the queue.
#[derive(Debug)]
pub struct Message {
    /// What SQS calls it.
    pub id: String,
    /// Its task; `None` if it holds none that is understood.
    pub task: Option<Mark>,
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

/// What is answered.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Response {
    /// Of a dispatch.
    Dispatched {
        /// Closed windows with batches in them.
        windows: usize,
        /// Of which so many were due and taken by the queue; the others are found again.
        queued: usize,
    },
    /// Of work: which messages are to come again. SQS takes the others for done.
    #[serde(rename_all = "camelCase")]
    Worked {
        /// Those messages.
        batch_item_failures: Vec<Failure>,
    },
}

/// A message that is to come again.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// Its id.
    pub item_identifier: String,
}

/// A dispatch failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the dispatch failed: {0}")]
pub struct Failed(pub &'static str);

impl From<Failed> for Diagnostic {
    fn from(failed: Failed) -> Self {
        Self {
            error_type: "Failed".to_owned(),
            error_message: failed.to_string(),
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
    fn what_is_asked_is_told_apart() {
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
        let failures = vec![Failure {
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
