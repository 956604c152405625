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

use super::aws::{ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY, sqs};
use super::stack::StartError;
use super::worlds::{self, World};

/// What the tables' names begin with.
pub const PREFIX: &str = "testgram";

/// The id of the demo tenant and of its world, and the world's key.
pub const DEMO: &str = "demo";

/// The clients of the handlers.
#[derive(Debug, Clone)]
pub struct Stores {
    /// DynamoDB.
    pub dynamodb: Client,
    /// Its tables' names.
    pub tables: Tables,
    /// S3's bucket.
    pub bucket: Bucket,
    /// SQS's queue of archive tasks.
    pub queue: Queue,
}

impl Stores {
    /// The repository of the archiver.
    pub fn archive(&self) -> ArchiveRepository {
        ArchiveRepository::new(self.dynamodb.clone(), self.tables.clone(), self.bucket.clone())
    }

    /// The repository of the builder.
    pub fn build(&self) -> BuildRepository {
        BuildRepository::new(self.dynamodb.clone(), self.tables.clone(), self.bucket.clone())
    }
}

/// The bucket's name.
const BUCKET: &str = "testgram-archive";
/// What the aliases of tenants' keys begin with. There are no keys here: the stand-in takes the header and keeps it not.
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

/// Makes the tables and the demo world where they are missing, then the given worlds. What the demo world's owner has set since
/// stays.
pub(super) async fn prepare(stores: &Stores, worlds: &[World]) -> Result<(), StartError> {
    let admin = AdminRepository::new(stores.dynamodb.clone(), stores.tables.clone());
    admin.create_tables().await?;
    stores.bucket.create().await?;
    let demo = demo().ok_or(StoreError::Refused)?;
    let known = AuthorizerRepository::new(stores.dynamodb.clone(), stores.tables.clone())
        .find(&demo.key, clock::now_ms())
        .await;
    // Also written where it is known: a folder of before there were salts gets one.
    let demo = match known {
        Ok(None) => Some(demo),
        Ok(Some(known)) => Some(World {
            tenant: known.tenant,
            world: known.world,
            key: demo.key,
            settings: known.settings,
        }),
        // A newer tg may have set what this one does not know. That closes the world, not the stack.
        Err(StoreError::Damaged) => {
            tracing::warn!("the demo world has settings that cannot be read: it takes nothing");
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

/// Pages of this machine may send; there is nobody in the EU but the developer.
fn demo() -> Option<World> {
    const SETTINGS: &str = r#"{"origins": ["http://127.0.0.1:*", "http://localhost:*"], "eu_visitors": false}"#;
    Some(World {
        tenant: TenantId::new(DEMO)?,
        world: WorldId::new(DEMO)?,
        key: WorldKey::new(DEMO)?,
        settings: Settings::read(SETTINGS).ok()?,
    })
}
