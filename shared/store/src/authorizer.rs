//! What the authorizer may do: look up a world by its key, and what it has taken. It writes nothing and sees no events.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use testgram_protocol::id::{TenantId, WorldId, WorldKey};
use testgram_protocol::settings::Settings;

use crate::error::StoreError;
use crate::key;
use crate::lookup::Lookup;
use crate::tables::{Tables, attribute};

/// The authorizer's room.
#[derive(Debug, Clone)]
pub struct Worlds(Lookup);

/// A world as the authorizer needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorldRecord {
    /// Whose it is.
    pub tenant: TenantId,
    /// Which it is.
    pub world: WorldId,
    /// What its owner has set.
    pub settings: Settings,
    /// Events taken this month; 0 where the settings have no quota.
    pub used: u64,
}

impl Worlds {
    /// Opens the room.
    #[must_use]
    pub fn new(client: Client, tables: Tables) -> Self {
        Self(Lookup::new(client, tables.control))
    }

    /// The world with this key, if there is one.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Damaged`] also where a setting is not known here: closed, not open.
    pub async fn find(&self, world_key: &WorldKey, now_ms: u64) -> Result<Option<WorldRecord>, StoreError> {
        let Some(found) = self.0.world(world_key).await? else {
            return Ok(None);
        };
        let used = match found.settings.monthly_events {
            Some(_) => self.used(&found.tenant, &found.world, now_ms).await?,
            None => 0,
        };
        Ok(Some(WorldRecord {
            tenant: found.tenant,
            world: found.world,
            settings: found.settings,
            used,
        }))
    }

    async fn used(&self, tenant: &TenantId, world: &WorldId, now_ms: u64) -> Result<u64, StoreError> {
        let sort = key::usage_sort(world, &key::month(now_ms));
        let usage = self.0.get(tenant.expose(), &sort).await?;
        match usage.as_ref().and_then(|usage| usage.get(attribute::EVENTS)) {
            Some(AttributeValue::N(events)) => events.parse().map_err(|_| StoreError::Damaged),
            Some(_) => Err(StoreError::Damaged),
            None => Ok(0),
        }
    }

    /// Opens a connection to the table before the first visitor waits for it.
    pub async fn warm(&self) {
        self.0.warm().await;
    }
}
