//! What EventBridge Scheduler and SQS's event source do in AWS: call the functions, in time and with the queue's
//! messages.

use std::{io, sync::Arc, thread, time::Duration};

use serde_json::{Value, json};
use tokio::{runtime, sync::oneshot, time};
use tokio_util::sync::CancellationToken;

use crate::{
    aws::sqs::{Message, Queues},
    function::Function,
    state_machine,
};

/// How often the dispatcher queues closed windows. As in the template.
const DISPATCH: Duration = Duration::from_secs(60);
/// How often changed worlds are built. AWS: every hour; here a developer waits for the model.
const BUILD: Duration = Duration::from_secs(300);

/// The functions that are called by time or by queue, not by a request.
/// [`handlers::scheduled`](crate::handlers::scheduled) makes them.
#[derive(Clone)]
pub struct Scheduled {
    /// The archiver: called by time to dispatch, and with the queue's messages.
    pub archive: Arc<dyn Function>,
    /// The builder: called step by step, through the state machine.
    pub build: Arc<dyn Function>,
}

/// The schedules, running on a thread of their own.
pub(crate) struct Schedules {
    stop: CancellationToken,
    stopped: oneshot::Receiver<()>,
}

impl Schedules {
    /// Starts them on a thread of their own: a build computes for seconds, and sockets must not wait for it.
    pub(crate) fn start(scheduled: Scheduled, queues: Arc<Queues>) -> io::Result<Self> {
        let stop = CancellationToken::new();
        let (ended, stopped) = oneshot::channel();
        let token = stop.clone();
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("schedules")
            .enable_all()
            .build()?;
        thread::Builder::new().name("schedules".into()).spawn(move || {
            runtime.block_on(async {
                let archive = &scheduled.archive;
                let work = async {
                    loop {
                        feed(archive, &queues).await;
                    }
                };
                // All windows, not only those that are due: the queue is in memory, so its tasks are gone with the
                // process.
                let dispatch = every(DISPATCH, || async {
                    if let Err(error) = archive.invoke(json!({"run": "dispatch", "all": true})).await {
                        tracing::warn!(?error, "the dispatcher failed");
                    }
                });
                let build = every(BUILD, || async {
                    match state_machine::changed(&scheduled.build, false, &|_| ()).await {
                        Ok(built) => built.iter().for_each(log_build),
                        Err(error) => tracing::error!(?error, "a build failed"),
                    }
                });
                token
                    .run_until_cancelled(async { tokio::join!(work, dispatch, build) })
                    .await;
            });
            // A step that computes would be waited for; whatever it is at, the next start makes it again.
            runtime.shutdown_background();
            if ended.send(()).is_err() {
                tracing::debug!("the schedules ended after the stack");
            }
        })?;
        Ok(Self { stop, stopped })
    }

    /// Ends them, and waits for at most five seconds; a step that still computes is made again at the next start.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        if time::timeout(Duration::from_secs(5), self.stopped).await.is_err() {
            tracing::warn!("a schedule still works; it is made again at the next start");
        }
    }
}

/// Calls again and again, from one interval after the start on.
async fn every<F: Future<Output = ()>>(interval: Duration, call: impl Fn() -> F) {
    loop {
        time::sleep(interval).await;
        call().await;
    }
}

/// Invokes the archiver with the next messages; deletes those that it does not report as failed.
async fn feed(archive: &Arc<dyn Function>, queues: &Queues) {
    let messages = queues.poll().await;
    let answer = archive.invoke(event(&messages)).await;
    let failures = match &answer {
        Ok(answer) => answer["batchItemFailures"].as_array().cloned(),
        Err(error) => {
            tracing::warn!(?error, "the archiver failed");
            None
        }
    };
    for message in &messages {
        // As in AWS, a function that fails has done nothing.
        let is_failed = failures
            .as_ref()
            .is_none_or(|failures| failures.iter().any(|failure| failure["itemIdentifier"] == message.id));
        if is_failed {
            queues.failed(message);
        } else {
            queues.done(&message.id);
        }
    }
}

/// The event of SQS's event source mapping, after docs.aws.amazon.com/lambda/latest/dg/with-sqs.html.
fn event(messages: &[Message]) -> Value {
    let record = |message: &Message| {
        json!({
            "messageId": message.id,
            "receiptHandle": message.id,
            "body": message.body,
            "attributes": {},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:testgram-archive",
            "awsRegion": "us-east-1",
        })
    };
    json!({"Records": messages.iter().map(record).collect::<Vec<_>>()})
}

fn log_build(built: &Value) {
    tracing::info!(
        version = built["version"].as_str(),
        sessions = built["sessions"].as_u64(),
        "a model was built"
    );
}
