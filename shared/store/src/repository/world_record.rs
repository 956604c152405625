//! A world's record, found by its key or by its id. Only gets items of `control`, by their keys.

use aws_sdk_dynamodb::Client;
use testgram_protocol::id::{TenantId, WorldId, WorldKey, WorldSalt};
use testgram_protocol::settings::Settings;

use crate::error::{StoreError, done};
use crate::item::{self, Item};
use crate::key;
use crate::tables::{Tables, attribute};

/// The attributes that browser-facing functions read: not the secret that noise on models is made with. Their roles
/// grant no others.
const BROWSER_FACING: [&str; 6] = [
    attribute::TENANT,
    attribute::WORLD,
    attribute::KEY,
    attribute::SETTINGS,
    attribute::SALT,
    attribute::EVENTS,
];

/// Gets items of the control table for the functions that browsers call: only attributes that browsers may learn.
#[derive(Debug, Clone)]
pub(super) struct Lookup {
    client: Client,
    control: String,
}

/// A world's record, as far as the functions that browsers call may read it.
pub(super) struct WorldRecord {
    pub(super) tenant: TenantId,
    pub(super) world: WorldId,
    pub(super) settings: Settings,
    /// `None` in a record that was written before worlds had salts.
    pub(super) salt: Option<WorldSalt>,
}

impl Lookup {
    pub(super) fn new(client: Client, tables: Tables) -> Self {
        Self {
            client,
            control: tables.control,
        }
    }

    /// The world that has this key; `None` if no world has it. Settings that this version does not know are
    /// [`StoreError::Damaged`]: the world is closed, not open.
    pub(super) async fn world(&self, world_key: &WorldKey) -> Result<Option<WorldRecord>, StoreError> {
        let Some(entry) = self.get(key::world_key(world_key), "key").await? else {
            return Ok(None);
        };
        let tenant = TenantId::new(item::text(&entry, attribute::TENANT)?).ok_or(StoreError::Damaged)?;
        let world = WorldId::new(item::text(&entry, attribute::WORLD)?).ok_or(StoreError::Damaged)?;
        let record = self.get(tenant.expose(), key::world_sort(&world)).await?;
        // The record says which key its world has: an index entry that is left over, or that another world made, opens
        // nothing.
        let Some(record) = record.filter(|record| item::text(record, attribute::KEY) == Ok(world_key.expose())) else {
            return Ok(None);
        };
        let settings = settings(&record, &tenant, &world)?;
        let salt = match record.get(attribute::SALT) {
            Some(_) => Some(WorldSalt::new(item::text(&record, attribute::SALT)?).ok_or(StoreError::Damaged)?),
            None => None,
        };
        Ok(Some(WorldRecord {
            tenant,
            world,
            settings,
            salt,
        }))
    }

    /// The browser-facing attributes of an item of the control table; `None` if there is no such item.
    pub(super) async fn get(
        &self,
        partition: impl Into<String>,
        sort: impl Into<String>,
    ) -> Result<Option<Item>, StoreError> {
        let get = self.client.get_item().table_name(&self.control);
        let keyed = get
            .set_key(Some(item::key(partition, sort)))
            .projection_expression("#tenant, #world, #key, #settings, #salt, #events");
        let projected = BROWSER_FACING.into_iter().fold(keyed, |get, name| {
            get.expression_attribute_names(format!("#{name}"), name)
        });
        Ok(done(projected.send().await, "control:GetItem")?.item)
    }

    /// Opens a connection to the table: the TLS handshake is most of a cold function's first call.
    pub(super) async fn warm(&self) {
        if self.get("key#warm", "key").await.is_err() {
            tracing::info!("no warm connection; the first request opens one");
        }
    }
}

/// A world's whole record, read consistently; `None` if there is no such world. For repositories of functions that no
/// browser calls, and for the operator.
pub(super) async fn whole(
    client: &Client,
    tables: &Tables,
    tenant: &TenantId,
    world: &WorldId,
) -> Result<Option<Item>, StoreError> {
    let get = client.get_item().table_name(&tables.control);
    let sent = get
        .set_key(Some(item::key(tenant.expose(), key::world_sort(world))))
        .consistent_read(true)
        .send()
        .await;
    Ok(done(sent, "control:GetItem")?.item)
}

/// The settings in a world's record. Those that this version does not know are [`StoreError::Damaged`]: the world is
/// closed, not open.
pub(super) fn settings(record: &Item, tenant: &TenantId, world: &WorldId) -> Result<Settings, StoreError> {
    Settings::read(item::text(record, attribute::SETTINGS)?).map_err(|bad| {
        tracing::warn!(
            tenant = tenant.expose(),
            world = world.expose(),
            code = bad.code.as_str(),
            "settings are not understood; the world is closed"
        );
        StoreError::Damaged
    })
}
