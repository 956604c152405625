//! The queue: tasks in batches, and what it does not take.

use aws_sdk_sqs::config::retry::RetryConfig;
use aws_sdk_sqs::config::{BehaviorVersion, Credentials, Region, SharedHttpClient};
use serde_json::{Value, json};
use testgram_store::StoreError;
use testgram_store::key::{PendingWindow, Window};
use testgram_store::queue::{Queue, read_task};

use crate::support::{acme, answering, shop};

fn queue(http: SharedHttpClient) -> Queue {
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url("http://127.0.0.1:1")
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .http_client(http);
    Queue::new(
        aws_sdk_sqs::Client::from_conf(config.build()),
        "http://127.0.0.1:1/0/tasks".to_owned(),
    )
}

fn windows(count: u64) -> Vec<PendingWindow> {
    let pending = |number| PendingWindow {
        tenant: acme(),
        world: shop(),
        window: Window::numbered(number),
    };
    (0..count).map(pending).collect()
}

#[tokio::test]
async fn tasks_are_sent_in_tens_and_those_that_the_queue_took_are_counted() {
    // Takes all but the first of each call.
    let (http, sent) = answering(|body| {
        let asked: Value = serde_json::from_str(body).unwrap();
        let entries = asked["Entries"].as_array().unwrap().iter();
        let result = |entry: &Value| json!({"Id": entry["Id"], "MessageId": "m", "MD5OfMessageBody": "m"});
        let taken: Vec<_> = entries.skip(1).map(result).collect();
        let failed = json!([{"Id": "0", "Code": "InternalError", "SenderFault": false}]);
        (200, json!({"Successful": taken, "Failed": failed}).to_string())
    });
    assert_eq!(queue(http).send(&windows(12)).await, Ok(10));
    let sent = sent.lock().unwrap();
    let mut tasks = Vec::new();
    for (body, most) in sent.iter().zip([10, 2]) {
        let asked: Value = serde_json::from_str(body).unwrap();
        assert_eq!(asked["QueueUrl"], "http://127.0.0.1:1/0/tasks");
        let entries = asked["Entries"].as_array().unwrap();
        assert_eq!(entries.len(), most);
        tasks.extend(
            entries
                .iter()
                .map(|entry| read_task(entry["MessageBody"].as_str().unwrap()).unwrap()),
        );
    }
    assert_eq!((sent.len(), tasks), (2, windows(12)));
}

#[tokio::test]
async fn a_call_that_fails_is_sorted() {
    let (http, sent) = answering(|_| (400, r#"{"__type":"com.amazonaws.sqs#QueueDoesNotExist"}"#.to_owned()));
    let queue = queue(http);
    assert_eq!(queue.send(&[]).await, Ok(0));
    assert!(sent.lock().unwrap().is_empty(), "nothing to send is no call");
    assert_eq!(queue.send(&windows(1)).await, Err(StoreError::Refused));
}
