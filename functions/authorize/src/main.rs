//! The `$connect` authorizer as a Lambda function. Makes its clients, then only hands events over.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use testgram_authorize::{Request, State, handle};
use testgram_runtime::{clock, shielded, start};
use testgram_store::authorizer::Worlds;
use testgram_store::{Tables, client};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start().await?;
    let tables = Tables::under(&start.setting("TESTGRAM_TABLES")?);
    let state = State::new(Worlds::new(client(&start.aws), tables), start.metrics, clock::now_ms);
    state.warm().await;
    let state: &'static State = Box::leak(Box::new(state));
    lambda_runtime::run(service_fn(|event: LambdaEvent<Request>| {
        shielded(handle(state, event.payload))
    }))
    .await
}
