//! The builder of models as a Lambda function. Makes its clients, then only hands events over.

use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use testgram_builder::{State, Step, handle};
use testgram_runtime::{clock, shielded, start};
use testgram_store::bucket::{self, Bucket, Keys};
use testgram_store::build::Build;
use testgram_store::{Tables, client};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start().await?;
    let tables = Tables::under(&start.setting("TESTGRAM_TABLES")?);
    let keys = Keys::of(start.setting("TESTGRAM_KEYS")?);
    let bucket = Bucket::new(bucket::client(&start.aws), start.setting("TESTGRAM_BUCKET")?, keys);
    let build = Build::new(client(&start.aws), tables, bucket);
    let state: &'static State = Box::leak(Box::new(State::new(build, start.metrics, clock::now_ms)));
    lambda_runtime::run(service_fn(|event: LambdaEvent<Step>| async move {
        shielded(handle(state, event.payload))
            .await
            .map_err(Diagnostic::from)?
            .map_err(Diagnostic::from)
    }))
    .await
}
