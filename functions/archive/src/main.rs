//! The archiver as a Lambda function. Makes its clients, then only hands events over.

use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use testgram_archive::{Request, State, handle};
use testgram_runtime::{clock, shielded, start};
use testgram_store::archive::Archive;
use testgram_store::bucket::{self, Bucket, Keys};
use testgram_store::queue::{self, Queue};
use testgram_store::{Tables, client};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start().await?;
    let tables = Tables::under(&start.setting("TESTGRAM_TABLES")?);
    let keys = Keys::of(start.setting("TESTGRAM_KEYS")?);
    let bucket = Bucket::new(bucket::client(&start.aws), start.setting("TESTGRAM_BUCKET")?, keys);
    let queue = Queue::new(queue::client(&start.aws), start.setting("TESTGRAM_QUEUE")?);
    let archive = Archive::new(client(&start.aws), tables, bucket);
    let state: &'static State = Box::leak(Box::new(State::new(archive, queue, start.metrics, clock::now_ms)));
    lambda_runtime::run(service_fn(|event: LambdaEvent<Request>| async move {
        shielded(handle(state, event.payload))
            .await
            .map_err(Diagnostic::from)?
            .map_err(Diagnostic::from)
    }))
    .await
}
