//! From a world's key to its record, for the rooms that are asked by browsers. It only gets items of `control`, by key.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use testgram_protocol::id::{TenantId, WorldId, WorldKey, WorldSalt};
use testgram_protocol::settings::Settings;

use crate::error::StoreError;
use crate::key;
use crate::tables::{Tables, attribute};

type Item = HashMap<String, AttributeValue>;

/// What is asked of an item: not what the noise on models is made with, which nobody is told who is asked by browsers. Their roles have no
/// right to more.
const TOLD: [&str; 6] = [
    attribute::TENANT,
    attribute::WORLD,
    attribute::KEY,
    attribute::SETTINGS,
    attribute::SALT,
    attribute::EVENTS,
];

/// Gets items of the control table.
#[derive(Debug, Clone)]
pub(crate) struct Lookup {
    client: Client,
    control: String,
}

/// A world's record.
pub(crate) struct Found {
    pub(crate) tenant: TenantId,
    pub(crate) world: WorldId,
    pub(crate) settings: Settings,
    /// None in a record of before there were salts.
    pub(crate) salt: Option<WorldSalt>,
}

impl Lookup {
    pub(crate) const fn new(client: Client, control: String) -> Self {
        Self { client, control }
    }

    /// The world with this key, if there is one. Settings that are not known here are damage: closed, not open.
    pub(crate) async fn world(&self, world_key: &WorldKey) -> Result<Option<Found>, StoreError> {
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
        let settings = settings(&record, &tenant, &world)?;
        let salt = match record.get(attribute::SALT) {
            Some(_) => Some(WorldSalt::new(string(&record, attribute::SALT)?).ok_or(StoreError::Damaged)?),
            None => None,
        };
        Ok(Some(Found {
            tenant,
            world,
            settings,
            salt,
        }))
    }

    pub(crate) async fn get(&self, pk: impl Into<String>, sk: &str) -> Result<Option<Item>, StoreError> {
        let get = self.client.get_item().table_name(&self.control);
        let get = get
            .key(attribute::PK, AttributeValue::S(pk.into()))
            .key(attribute::SK, AttributeValue::S(sk.to_owned()))
            .projection_expression("#tenant, #world, #key, #settings, #salt, #events");
        let get = TOLD.into_iter().fold(get, |get, name| {
            get.expression_attribute_names(format!("#{name}"), name)
        });
        let got = get
            .send()
            .await
            .map_err(|error| StoreError::of(&error, "control:GetItem"))?;
        Ok(got.item)
    }

    /// Opens a connection to the table: a cold function's TLS handshake is most of its first call.
    pub(crate) async fn warm(&self) {
        if self.get("key#warm", "key").await.is_err() {
            tracing::info!("no warm connection; the first request opens one");
        }
    }
}

/// A world's record, as it is now and whole: for rooms that no browser asks.
pub(crate) async fn record(
    client: &Client,
    tables: &Tables,
    tenant: &TenantId,
    world: &WorldId,
) -> Result<Option<Item>, StoreError> {
    let get = client.get_item().table_name(&tables.control);
    let get = get
        .key(attribute::PK, AttributeValue::S(tenant.expose().to_owned()))
        .key(attribute::SK, AttributeValue::S(key::world_sort(world)))
        .consistent_read(true);
    let got = get
        .send()
        .await
        .map_err(|error| StoreError::of(&error, "control:GetItem"))?;
    Ok(got.item)
}

/// What a world's record has of settings. Such as are not known here are damage: closed, not open.
pub(crate) fn settings(record: &Item, tenant: &TenantId, world: &WorldId) -> Result<Settings, StoreError> {
    Settings::read(string(record, attribute::SETTINGS)?).map_err(|bad| {
        tracing::warn!(
            tenant = tenant.expose(),
            world = world.expose(),
            code = bad.code.word(),
            "settings are not understood; the world is closed"
        );
        StoreError::Damaged
    })
}

fn string<'a>(item: &'a Item, name: &str) -> Result<&'a str, StoreError> {
    item.get(name)
        .and_then(|value| value.as_s().ok())
        .map(String::as_str)
        .ok_or(StoreError::Damaged)
}
