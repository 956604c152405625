//! The snippet's server as a Lambda function. Makes its clients, then only hands events over.

use lambda_runtime::{Diagnostic, Error, LambdaEvent, service_fn};
use testgram_runtime::{clock, shielded, start};
use testgram_script::{Request, State, handle};
use testgram_store::script::Scripts;
use testgram_store::{Tables, client};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start().await?;
    let tables = Tables::under(&start.setting("TESTGRAM_TABLES")?);
    let socket = start.socket("TESTGRAM_SOCKET")?;
    let worlds = Scripts::new(client(&start.aws), tables);
    let state = State::new(worlds, socket, start.metrics, clock::now_ms);
    state.warm().await;
    let state: &'static State = Box::leak(Box::new(state));
    lambda_runtime::run(service_fn(|event: LambdaEvent<Request>| async move {
        shielded(handle(state, event.payload)).await.map_err(Diagnostic::from)
    }))
    .await
}
