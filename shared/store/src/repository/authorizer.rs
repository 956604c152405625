//! What the authorizer may do: look up a world by its key, and how many events it has used. It writes nothing and reads
//! no events.

use aws_sdk_dynamodb::Client;
use testgram_protocol::id::{TenantId, WorldId, WorldKey};
use testgram_protocol::settings::Settings;

use super::world_record::Lookup;
use crate::error::StoreError;
use crate::item;
use crate::key;
use crate::tables::{Tables, attribute};

/// The authorizer's repository: it reads worlds by key. Made once by its `main`.
#[derive(Debug, Clone)]
pub struct AuthorizerRepository(Lookup);

/// A world as the authorizer needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizerWorld {
    /// The tenant that owns it.
    pub tenant: TenantId,
    /// Its id under the tenant.
    pub world: WorldId,
    /// What its owner has set: origins, agreement, kinds, quota.
    pub settings: Settings,
    /// Events accepted this month; 0 where the settings have no quota.
    pub used: u64,
}

impl AuthorizerRepository {
    /// The repository over a client. Makes no call.
    #[must_use]
    pub fn new(client: Client, tables: Tables) -> Self {
        Self(Lookup::new(client, tables))
    }

    /// The world that has this key; `None` if no world has it. `now_ms` (milliseconds since 1970) says which month's
    /// usage counts.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if the record is malformed or has settings that this version does not know: the world is
    /// closed, not open. [`StoreError::Throttled`], [`StoreError::Unavailable`] and [`StoreError::Refused`] as DynamoDB
    /// answers.
    pub async fn find(&self, world_key: &WorldKey, now_ms: u64) -> Result<Option<AuthorizerWorld>, StoreError> {
        let Some(found) = self.0.world(world_key).await? else {
            return Ok(None);
        };
        let used = match found.settings.monthly_events {
            Some(_) => self.used(&found.tenant, &found.world, now_ms).await?,
            None => 0,
        };
        Ok(Some(AuthorizerWorld {
            tenant: found.tenant,
            world: found.world,
            settings: found.settings,
            used,
        }))
    }

    async fn used(&self, tenant: &TenantId, world: &WorldId, now_ms: u64) -> Result<u64, StoreError> {
        let sort = key::usage_sort(world, &key::month(now_ms));
        let Some(usage) = self.0.get(tenant.expose(), sort).await? else {
            return Ok(0);
        };
        Ok(item::number(&usage, attribute::EVENTS)?.unwrap_or_default())
    }

    /// Opens a connection to the table before the first visitor waits for it. A failure is logged only.
    pub async fn warm(&self) {
        self.0.warm().await;
    }
}
