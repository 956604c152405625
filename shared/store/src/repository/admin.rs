//! What only the operator's tool and local mode may do: make tables, make worlds, record usage. No function has this
//! repository.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata};
use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, KeySchemaElement, KeyType, Put, ScalarAttributeType, TimeToLiveSpecification,
    TransactWriteItem, Update,
};
use testgram_protocol::id::{TenantId, WorldId, WorldKey, WorldSalt};
use testgram_protocol::settings::Settings;

use super::{rebuild_request, world_record};
use crate::error::{StoreError, done, held};
use crate::item;
use crate::key;
use crate::tables::{Tables, attribute};

/// The operator's repository: tables, worlds and usage. Made by `tg` and by local mode.
#[derive(Debug, Clone)]
pub struct AdminRepository {
    client: Client,
    tables: Tables,
}

impl AdminRepository {
    /// The repository over a client. Makes no call.
    #[must_use]
    pub const fn new(client: Client, tables: Tables) -> Self {
        Self { client, tables }
    }

    /// Makes the tables that are not there yet, as the template makes them: on demand, keyed `pk` and `sk`, with a time
    /// to live. (Encryption under the stack's key and recovery belong to the template; a stand-in has neither.)
    ///
    /// # Errors
    /// [`StoreError::Throttled`], [`StoreError::Unavailable`] and [`StoreError::Refused`] as DynamoDB answers.
    pub async fn create_tables(&self) -> Result<(), StoreError> {
        for (table, sort) in [
            (&self.tables.control, ScalarAttributeType::S),
            (&self.tables.events, ScalarAttributeType::B),
            (&self.tables.connections, ScalarAttributeType::S),
        ] {
            if self.create_table(table, sort).await? {
                self.enable_ttl(table).await?;
            }
        }
        Ok(())
    }

    /// Creates a table if there is none of that name; whether it did.
    async fn create_table(&self, table: &str, sort: ScalarAttributeType) -> Result<bool, StoreError> {
        let mut create = self
            .client
            .create_table()
            .table_name(table)
            .billing_mode(BillingMode::PayPerRequest);
        for (name, role, of) in [
            (attribute::PK, KeyType::Hash, ScalarAttributeType::S),
            (attribute::SK, KeyType::Range, sort),
        ] {
            let definition = AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(of)
                .build();
            let schema = KeySchemaElement::builder().attribute_name(name).key_type(role).build();
            create = create
                .attribute_definitions(definition.map_err(|_| StoreError::Refused)?)
                .key_schema(schema.map_err(|_| StoreError::Refused)?);
        }
        match create.send().await {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("ResourceInUseException") => Ok(false),
            Err(error) => Err(StoreError::of(&error, "CreateTable")),
        }
    }

    async fn enable_ttl(&self, table: &str) -> Result<(), StoreError> {
        let ttl = TimeToLiveSpecification::builder()
            .enabled(true)
            .attribute_name(attribute::TTL)
            .build();
        let update = self
            .client
            .update_time_to_live()
            .table_name(table)
            .time_to_live_specification(ttl.map_err(|_| StoreError::Refused)?);
        done(update.send().await, "UpdateTimeToLive").map(drop)
    }

    /// Writes the index entry of a world's key, unless another world has the key, then the world's record, which
    /// confirms it. Without `settings` a world keeps those it has, and a new world gets the defaults. A world that has
    /// no salt, or no secret for its noise, gets one, which it keeps for ever. Changed settings come with a rebuild
    /// request.
    ///
    /// # Errors
    /// [`StoreError::Taken`] if another world has the key. [`StoreError::Throttled`], [`StoreError::Unavailable`] and
    /// [`StoreError::Refused`] as DynamoDB answers; [`StoreError::Refused`] also where the system has no random
    /// numbers.
    pub async fn put_world(
        &self,
        tenant: &TenantId,
        world: &WorldId,
        world_key: &WorldKey,
        settings: Option<&Settings>,
    ) -> Result<(), StoreError> {
        self.put_index_entry(tenant, world, world_key).await?;
        let record = self.record(tenant, world, world_key, settings)?;
        // A world's model was made under its settings: a k that has been raised withdraws what was published. So
        // changed settings and the rebuild request are one write, and unchanged settings are written under the
        // condition that they are.
        let unchanged = record
            .clone()
            .condition_expression("attribute_not_exists(pk) OR #settings = :settings");
        if settings.is_some() && !self.update(unchanged.build()).await? {
            return self.update_and_request_rebuild(tenant, world, record.build()).await;
        }
        if settings.is_none() {
            self.update(record.build()).await?;
        }
        Ok(())
    }

    async fn put_index_entry(
        &self,
        tenant: &TenantId,
        world: &WorldId,
        world_key: &WorldKey,
    ) -> Result<(), StoreError> {
        let put = self.client.put_item().table_name(&self.tables.control);
        let sent = put
            .set_item(Some(item::key(key::world_key(world_key), "key")))
            .item(attribute::TENANT, item::s(tenant.expose()))
            .item(attribute::WORLD, item::s(world.expose()))
            .condition_expression("attribute_not_exists(pk) OR (tenant = :tenant AND world = :world)")
            .expression_attribute_values(":tenant", item::s(tenant.expose()))
            .expression_attribute_values(":world", item::s(world.expose()))
            .send()
            .await;
        if held(sent, "control:PutItem")? {
            Ok(())
        } else {
            Err(StoreError::Taken)
        }
    }

    /// The update of a world's record. One call, so that a salt is made once, whatever else is written at the same
    /// time: under another salt every label would be another label.
    fn record(
        &self,
        tenant: &TenantId,
        world: &WorldId,
        world_key: &WorldKey,
        settings: Option<&Settings>,
    ) -> Result<UpdateBuilder, StoreError> {
        let (set, json) = match settings {
            Some(settings) => (":settings", settings.to_json()),
            None => ("if_not_exists(#settings, :settings)", Settings::default().to_json()),
        };
        let salt = WorldSalt::from_bytes(random()?);
        Ok(Update::builder()
            .table_name(&self.tables.control)
            .set_key(Some(item::key(tenant.expose(), key::world_sort(world))))
            .update_expression(format!(
                "SET #key = :key, #settings = {set}, #salt = if_not_exists(#salt, :salt), \
                 #noise = if_not_exists(#noise, :noise)"
            ))
            .expression_attribute_names("#key", attribute::KEY)
            .expression_attribute_names("#settings", attribute::SETTINGS)
            .expression_attribute_names("#salt", attribute::SALT)
            .expression_attribute_names("#noise", attribute::NOISE)
            .expression_attribute_values(":key", item::s(world_key.expose()))
            .expression_attribute_values(":settings", item::s(json.map_err(|_| StoreError::Refused)?))
            .expression_attribute_values(":salt", item::s(salt.expose()))
            .expression_attribute_values(":noise", item::b(random()?)))
    }

    /// Whether the update's condition held.
    async fn update(&self, update: Result<Update, BuildError>) -> Result<bool, StoreError> {
        let update = update.map_err(|_| StoreError::Refused)?;
        let call = self.client.update_item().table_name(&self.tables.control);
        let sent = call
            .set_key(Some(update.key))
            .update_expression(update.update_expression)
            .set_condition_expression(update.condition_expression)
            .set_expression_attribute_names(update.expression_attribute_names)
            .set_expression_attribute_values(update.expression_attribute_values)
            .send()
            .await;
        held(sent, "control:UpdateItem")
    }

    async fn update_and_request_rebuild(
        &self,
        tenant: &TenantId,
        world: &WorldId,
        update: Result<Update, BuildError>,
    ) -> Result<(), StoreError> {
        let update = update.map_err(|_| StoreError::Refused)?;
        let request = Put::builder()
            .table_name(&self.tables.control)
            .set_item(Some(rebuild_request::item(tenant, world)?))
            .build()
            .map_err(|_| StoreError::Refused)?;
        let both = [
            TransactWriteItem::builder().update(update).build(),
            TransactWriteItem::builder().put(request).build(),
        ];
        // The SDK does not repeat a transaction that met another write.
        match self.transact(both.to_vec()).await {
            Err(StoreError::Throttled) => self.transact(both.to_vec()).await,
            tried => tried,
        }
    }

    async fn transact(&self, items: Vec<TransactWriteItem>) -> Result<(), StoreError> {
        let call = self.client.transact_write_items().set_transact_items(Some(items));
        done(call.send().await, "control:TransactWriteItems").map(drop)
    }

    /// A world's key and settings; `None` if there is no such world. Settings that this version does not know are an
    /// inner [`StoreError::Damaged`]: the key is known all the same, and they can be replaced.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if the record has no key. [`StoreError::Throttled`], [`StoreError::Unavailable`] and
    /// [`StoreError::Refused`] as DynamoDB answers.
    pub async fn world(
        &self,
        tenant: &TenantId,
        world: &WorldId,
    ) -> Result<Option<(WorldKey, Result<Settings, StoreError>)>, StoreError> {
        let Some(record) = world_record::whole(&self.client, &self.tables, tenant, world).await? else {
            return Ok(None);
        };
        let key = WorldKey::new(item::text(&record, attribute::KEY)?).ok_or(StoreError::Damaged)?;
        Ok(Some((key, world_record::settings(&record, tenant, world))))
    }

    /// Adds events to a world's usage in the month (UTC) of `now_ms`, milliseconds since 1970.
    ///
    /// # Errors
    /// [`StoreError::Throttled`], [`StoreError::Unavailable`] and [`StoreError::Refused`] as DynamoDB answers.
    pub async fn add_usage(
        &self,
        tenant: &TenantId,
        world: &WorldId,
        now_ms: u64,
        events: u64,
    ) -> Result<(), StoreError> {
        let update = self.client.update_item().table_name(&self.tables.control);
        let sent = update
            .set_key(Some(item::key(
                tenant.expose(),
                key::usage_sort(world, &key::month(now_ms)),
            )))
            .update_expression("ADD events :events")
            .expression_attribute_values(":events", item::n(events))
            .send()
            .await;
        done(sent, "control:UpdateItem").map(drop)
    }
}

/// 32 bytes of the system's generator. Without one no world is made.
fn random() -> Result<[u8; 32], StoreError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| StoreError::Refused)?;
    Ok(bytes)
}
