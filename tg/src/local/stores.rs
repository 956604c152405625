//! SDK clients against the local stores, and what a fresh folder starts with.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use testgram_protocol::id::{TenantId, WorldId, WorldKey};
use testgram_protocol::settings::Settings;
use testgram_runtime::clock;
use testgram_store::admin::Admin;
use testgram_store::authorizer::Worlds;
use testgram_store::{StoreError, Tables};

use super::aws::{ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY};

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
}

/// Clients against an AWS endpoint: the SDK as it is, but for the address and the credentials.
pub fn clients(url: &str) -> Stores {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .endpoint_url(url)
        .region(Region::new(REGION))
        .credentials_provider(Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY, None, None, "local"))
        .http_client(aws_smithy_http_client::Builder::new().build_http());
    Stores {
        dynamodb: Client::from_conf(config.build()),
        tables: Tables::under(PREFIX),
    }
}

/// Makes the tables and the demo world where they are missing. What its owner has set since stays.
pub(super) async fn prepare(stores: &Stores) -> Result<(), StoreError> {
    let ids = (TenantId::new(DEMO), WorldId::new(DEMO), WorldKey::new(DEMO));
    let (Some(tenant), Some(world), Some(key)) = ids else {
        return Err(StoreError::Refused);
    };
    let admin = Admin::new(stores.dynamodb.clone(), stores.tables.clone());
    admin.create_tables().await?;
    let worlds = Worlds::new(stores.dynamodb.clone(), stores.tables.clone());
    if worlds.find(&key, clock::now_ms()).await?.is_none() {
        admin.put_world(&tenant, &world, &key, &demo()).await?;
    }
    Ok(())
}

/// Pages of this machine may send; there is nobody in the EU but the developer.
fn demo() -> Settings {
    Settings {
        origins: vec!["http://127.0.0.1:*".to_owned(), "http://localhost:*".to_owned()],
        eu_visitors: false,
        ..Settings::default()
    }
}
