//! The WebSocket's routes as a Lambda function: its `main` makes the clients, and the library answers events.

use testgram_ingest::{State, handle};
use testgram_runtime::{Error, clock, serve, start};
use testgram_store::repository::ingest::IngestRepository;
use testgram_store::{Tables, client};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start().await?;
    let tables = Tables::under(&start.setting("TESTGRAM_TABLES")?);
    let store = IngestRepository::new(client(&start.aws), tables);
    let state = State::new(store, start.metrics, clock::now_ms);
    state.warm().await;
    serve(state, handle).await
}
