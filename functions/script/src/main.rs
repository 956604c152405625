//! The snippet's server as a Lambda function: its `main` makes the clients, and the library answers events.

use testgram_runtime::{Error, clock, serve, start};
use testgram_script::{State, handle};
use testgram_store::repository::script::ScriptRepository;
use testgram_store::{Tables, client};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start().await?;
    let tables = Tables::under(&start.setting("TESTGRAM_TABLES")?);
    let socket = start.socket("TESTGRAM_SOCKET")?;
    let worlds = ScriptRepository::new(client(&start.aws), tables);
    let state = State::new(worlds, socket, start.metrics, clock::now_ms);
    state.warm().await;
    serve(state, handle).await
}
