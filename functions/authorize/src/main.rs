//! The `$connect` authorizer as a Lambda function: its `main` makes the clients, and the library answers events.

use testgram_authorize::{State, handle};
use testgram_runtime::{Error, clock, serve, start};
use testgram_store::repository::authorizer::AuthorizerRepository;
use testgram_store::{Tables, client};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start().await?;
    let tables = Tables::under(&start.setting("TESTGRAM_TABLES")?);
    let worlds = AuthorizerRepository::new(client(&start.aws), tables);
    let state = State::new(worlds, start.metrics, clock::now_ms);
    state.warm().await;
    serve(state, handle).await
}
