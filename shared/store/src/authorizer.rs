//! What the authorizer may do: look up a world by its key. It writes nothing and sees no events.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use testgram_protocol::id::{TenantId, WorldId, WorldKey};
use testgram_protocol::settings::Settings;

use crate::error::StoreError;
use crate::key;
use crate::tables::{Tables, attribute};

/// The authorizer's room.
#[derive(Debug, Clone)]
pub struct Worlds {
    client: Client,
    control: String,
}

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
        Self {
            client,
            control: tables.control,
        }
    }

    /// The world with this key, if there is one.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Damaged`] also where a setting is not known here: closed, not open.
    pub async fn find(&self, world_key: &WorldKey, now_ms: u64) -> Result<Option<WorldRecord>, StoreError> {
        let Some(entry) = self.get(key::world_key(world_key), "key").await? else {
            return Ok(None);
        };
        let tenant = TenantId::new(string(&entry, attribute::TENANT)?).ok_or(StoreError::Damaged)?;
        let world = WorldId::new(string(&entry, attribute::WORLD)?).ok_or(StoreError::Damaged)?;
        let record = self.get(tenant.expose(), &key::world_sort(&world)).await?;
        // The world itself says which key is its key: an entry left over from another one, or made by another, opens nothing.
        let Some(record) = record.filter(|record| string(record, attribute::KEY) == Ok(world_key.expose())) else {
            return Ok(None);
        };
        let settings: Settings =
            serde_json::from_str(string(&record, attribute::SETTINGS)?).map_err(|_| StoreError::Damaged)?;
        let used = match settings.monthly_events {
            Some(_) => self.used(&tenant, &world, now_ms).await?,
            None => 0,
        };
        Ok(Some(WorldRecord {
            tenant,
            world,
            settings,
            used,
        }))
    }

    async fn used(&self, tenant: &TenantId, world: &WorldId, now_ms: u64) -> Result<u64, StoreError> {
        let usage = self
            .get(tenant.expose(), &key::usage_sort(world, &key::month(now_ms)))
            .await?;
        match usage.as_ref().and_then(|usage| usage.get(attribute::EVENTS)) {
            Some(AttributeValue::N(events)) => events.parse().map_err(|_| StoreError::Damaged),
            Some(_) => Err(StoreError::Damaged),
            None => Ok(0),
        }
    }

    async fn get(
        &self,
        pk: impl Into<String>,
        sk: &str,
    ) -> Result<Option<HashMap<String, AttributeValue>>, StoreError> {
        let get = self.client.get_item().table_name(&self.control);
        let get = get
            .key(attribute::PK, AttributeValue::S(pk.into()))
            .key(attribute::SK, AttributeValue::S(sk.to_owned()));
        let got = get
            .send()
            .await
            .map_err(|error| StoreError::of(&error, "control:GetItem"))?;
        Ok(got.item)
    }

    /// Opens a connection to the table before the first visitor waits for it.
    pub async fn warm(&self) {
        if self.get("key#warm", "key").await.is_err() {
            tracing::info!("no warm connection; the first connect opens one");
        }
    }
}

fn string<'a>(item: &'a HashMap<String, AttributeValue>, name: &str) -> Result<&'a str, StoreError> {
    item.get(name)
        .and_then(|value| value.as_s().ok())
        .map(String::as_str)
        .ok_or(StoreError::Damaged)
}
