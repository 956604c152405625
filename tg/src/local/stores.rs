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

/// Makes the tables and the demo world where they are missing, then the given worlds. What the demo world's owner has set since
/// stays.
pub(super) async fn prepare(stores: &Stores, worlds: &[World]) -> Result<(), StartError> {
    let admin = Admin::new(stores.dynamodb.clone(), stores.tables.clone());
    admin.create_tables().await?;
    let demo = demo().ok_or(StoreError::Refused)?;
    let known = Worlds::new(stores.dynamodb.clone(), stores.tables.clone())
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
            .put_world(&demo.tenant, &demo.world, &demo.key, &demo.settings)
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
