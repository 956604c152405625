//! SDK clients against the local stores, and what a fresh folder starts with.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use testgram_protocol::id::{TenantId, WorldId, WorldKey};
use testgram_protocol::settings::Settings;
use testgram_runtime::clock;
use testgram_store::bucket::{Bucket, KmsKeys};
use testgram_store::queue::Queue;
use testgram_store::repository::admin::AdminRepository;
use testgram_store::repository::archive::ArchiveRepository;
use testgram_store::repository::authorizer::AuthorizerRepository;
use testgram_store::repository::build::BuildRepository;
use testgram_store::{StoreError, Tables};

use crate::aws::{ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY, sqs};
use crate::worlds::{self, WorldConfig, WorldsError};

/// What the tables' names begin with.
pub const PREFIX: &str = "testgram";

/// The id of the demo tenant and of its world, and the world's key.
pub const DEMO: &str = "demo";

/// Why the stores cannot be made ready. [`Stack::start`](crate::stack::Stack::start) passes it on.
#[derive(Debug, thiserror::Error)]
pub enum PrepareError {
    /// A table, the bucket or the demo world cannot be made.
    #[error("the tables cannot be made: {0}")]
    Store(#[from] StoreError),
    /// A world that was given cannot be put.
    #[error(transparent)]
    Worlds(#[from] WorldsError),
}

/// The SDK clients of the handlers, with the names of what they reach. [`clients`] makes it, in `main` only.
#[derive(Debug, Clone)]
pub struct Stores {
    /// The client of DynamoDB.
    pub dynamodb: Client,
    /// The names of the three tables.
    pub tables: Tables,
    /// The bucket of archive and models, on S3.
    pub bucket: Bucket,
    /// The queue of archive tasks, on SQS.
    pub queue: Queue,
}

impl Stores {
    /// The archiver's repository: exactly the calls that its role allows.
    pub fn archive(&self) -> ArchiveRepository {
        ArchiveRepository::new(self.dynamodb.clone(), self.tables.clone(), self.bucket.clone())
    }

    /// The builder's repository: exactly the calls that its role allows.
    pub fn build(&self) -> BuildRepository {
        BuildRepository::new(self.dynamodb.clone(), self.tables.clone(), self.bucket.clone())
    }
}

/// The name of the one bucket.
const BUCKET: &str = "testgram-archive";
/// KMS alias prefix of tenant keys. There are no keys here: S3's stand-in takes the header and drops it.
const KEYS: &str = "alias/testgram/local/";

/// Clients against an AWS endpoint: the SDKs as they are, but for the address and the credentials.
pub fn clients(url: &str) -> Stores {
    let http = aws_smithy_http_client::Builder::new().build_http();
    let credentials = Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY, None, None, "local");
    let dynamodb = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(url)
        .region(Region::new(REGION))
        .credentials_provider(credentials.clone())
        .http_client(http.clone());
    let s3 = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(url)
        .region(Region::new(REGION))
        .credentials_provider(credentials.clone())
        .http_client(http.clone())
        .force_path_style(true);
    let sqs = aws_sdk_sqs::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(url)
        .region(Region::new(REGION))
        .credentials_provider(credentials)
        .http_client(http);
    Stores {
        dynamodb: Client::from_conf(dynamodb.build()),
        tables: Tables::under(PREFIX),
        bucket: Bucket::new(
            aws_sdk_s3::Client::from_conf(s3.build()),
            BUCKET.to_owned(),
            KmsKeys::of(KEYS.to_owned()),
        ),
        queue: Queue::new(aws_sdk_sqs::Client::from_conf(sqs.build()), sqs::url(url, sqs::TASKS)),
    }
}

/// Makes the tables and the demo world where they are missing, then puts the given worlds. Settings that the demo world
/// was given since then stay.
pub(crate) async fn prepare(stores: &Stores, worlds: &[WorldConfig]) -> Result<(), PrepareError> {
    let admin = AdminRepository::new(stores.dynamodb.clone(), stores.tables.clone());
    admin.create_tables().await?;
    stores.bucket.create().await?;
    let fresh = demo_world().ok_or(StoreError::Refused)?;
    let known = AuthorizerRepository::new(stores.dynamodb.clone(), stores.tables.clone())
        .find(&fresh.key, clock::now_ms())
        .await;
    // Put also where it exists: a folder from before there were salts gets one.
    let demo = match known {
        Ok(None) => Some(fresh),
        Ok(Some(known)) => Some(WorldConfig {
            tenant: known.tenant,
            world: known.world,
            key: fresh.key,
            settings: known.settings,
        }),
        // A newer tg may have put a setting that this one does not know. That closes the world, not the stack.
        Err(StoreError::Damaged) => {
            tracing::warn!("the demo world has settings that cannot be read: it accepts no data");
            None
        }
        Err(error) => return Err(error.into()),
    };
    if let Some(demo) = demo {
        admin
            .put_world(&demo.tenant, &demo.world, &demo.key, Some(&demo.settings))
            .await?;
    }
    worlds::put(&admin, worlds).await?;
    Ok(())
}

/// The demo world: pages of this machine may send, and its visitors are not in the EU.
fn demo_world() -> Option<WorldConfig> {
    const SETTINGS: &str = r#"{"origins": ["http://127.0.0.1:*", "http://localhost:*"], "eu_visitors": false}"#;
    Some(WorldConfig {
        tenant: TenantId::new(DEMO)?,
        world: WorldId::new(DEMO)?,
        key: WorldKey::new(DEMO)?,
        settings: Settings::read(SETTINGS).ok()?,
    })
}
