//! The builder of models as a Lambda function: its `main` makes the clients, and the library answers events.

use testgram_builder::{State, handle};
use testgram_runtime::{Error, clock, start, try_serve};
use testgram_store::bucket::{self, Bucket, KmsKeys};
use testgram_store::repository::build::BuildRepository;
use testgram_store::{Tables, client};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let start = start().await?;
    let tables = Tables::under(&start.setting("TESTGRAM_TABLES")?);
    let keys = KmsKeys::of(start.setting("TESTGRAM_KEYS")?);
    let bucket = Bucket::new(bucket::client(&start.aws), start.setting("TESTGRAM_BUCKET")?, keys);
    let build = BuildRepository::new(client(&start.aws), tables, bucket);
    try_serve(State::new(build, start.metrics, clock::now_ms), handle).await
}
