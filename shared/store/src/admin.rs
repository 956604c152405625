//! What only an operator's tool and local mode may do: make tables, make worlds, record usage. No function of the ingest path
//! holds this room.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata};
use aws_sdk_dynamodb::operation::put_item::builders::PutItemFluentBuilder;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::builders::UpdateBuilder;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, Put, ScalarAttributeType,
    TimeToLiveSpecification, TransactWriteItem, Update,
};
use testgram_protocol::id::{TenantId, WorldId, WorldKey, WorldSalt};
use testgram_protocol::settings::Settings;

use crate::error::{StoreError, holds};
use crate::key;
use crate::lookup;
use crate::note;
use crate::tables::{Tables, attribute};

/// The operator's room.
#[derive(Debug, Clone)]
pub struct Admin {
    client: Client,
    tables: Tables,
}

impl Admin {
    /// Opens the room.
    #[must_use]
    pub const fn new(client: Client, tables: Tables) -> Self {
        Self { client, tables }
    }

    /// Makes the tables that are not there yet, as the template makes them: on demand, keyed `pk` and `sk`, with a time to live.
    /// (Encryption under the stack's key and recovery belong to the template; a stand-in has neither.)
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn create_tables(&self) -> Result<(), StoreError> {
        let text = ScalarAttributeType::S;
        for (table, sort) in [
            (&self.tables.control, &text),
            (&self.tables.events, &ScalarAttributeType::B),
            (&self.tables.connections, &text),
        ] {
            if self.create_table(table, sort).await? {
                self.enable_ttl(table).await?;
            }
        }
        Ok(())
    }

    /// Whether it was new.
    async fn create_table(&self, table: &str, sort: &ScalarAttributeType) -> Result<bool, StoreError> {
        let mut create = self
            .client
            .create_table()
            .table_name(table)
            .billing_mode(BillingMode::PayPerRequest);
        for (name, role, of) in [
            (attribute::PK, KeyType::Hash, &ScalarAttributeType::S),
            (attribute::SK, KeyType::Range, sort),
        ] {
            let definition = AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(of.clone())
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
        update
            .send()
            .await
            .map(|_| ())
            .map_err(|error| StoreError::of(&error, "UpdateTimeToLive"))
    }

    /// Writes the index entry of a world's key, unless another world has the key, then the world's record, which confirms it. Without `settings`
    /// those that it has stay, and a new world has the defaults. A world that has no salt, or no secret of its noise, is given one, which it
    /// keeps for ever.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Taken`] if another world has the key.
    pub async fn put_world(
        &self,
        tenant: &TenantId,
        world: &WorldId,
        world_key: &WorldKey,
        settings: Option<&Settings>,
    ) -> Result<(), StoreError> {
        let entry = [
            (attribute::PK, key::world_key(world_key)),
            (attribute::SK, "key".to_owned()),
            (attribute::TENANT, tenant.expose().to_owned()),
            (attribute::WORLD, world.expose().to_owned()),
        ];
        let unless_taken = self
            .put_control(entry)
            .condition_expression("attribute_not_exists(pk) OR (tenant = :tenant AND world = :world)")
            .expression_attribute_values(":tenant", AttributeValue::S(tenant.expose().to_owned()))
            .expression_attribute_values(":world", AttributeValue::S(world.expose().to_owned()));
        self.send(unless_taken).await?;
        let record = self.record(tenant, world, world_key, settings)?;
        // Its model was made under what it was: a k that has been raised withdraws what it told. So settings that change and the note of it are
        // one write, and settings that do not are written under the condition that they do not.
        let same = record
            .clone()
            .condition_expression("attribute_not_exists(pk) OR #settings = :settings");
        if settings.is_some() && !self.update(same.build()).await? {
            return self.update_and_note(tenant, world, record.build()).await;
        }
        if settings.is_none() {
            self.update(record.build()).await?;
        }
        Ok(())
    }

    /// The update of a world's record. One call, so that a salt is made once whoever else writes: under another one every label would be another
    /// label.
    fn record(
        &self,
        tenant: &TenantId,
        world: &WorldId,
        world_key: &WorldKey,
        settings: Option<&Settings>,
    ) -> Result<UpdateBuilder, StoreError> {
        let (set, told) = match settings {
            Some(settings) => (":settings", settings.to_json()),
            None => ("if_not_exists(#settings, :settings)", Settings::default().to_json()),
        };
        let told = told.map_err(|_| StoreError::Refused)?;
        let salt = WorldSalt::from_bytes(random()?);
        Ok(Update::builder()
            .table_name(&self.tables.control)
            .key(attribute::PK, AttributeValue::S(tenant.expose().to_owned()))
            .key(attribute::SK, AttributeValue::S(key::world_sort(world)))
            .update_expression(format!(
                "SET #key = :key, #settings = {set}, #salt = if_not_exists(#salt, :salt), #noise = if_not_exists(#noise, :noise)"
            ))
            .expression_attribute_names("#key", attribute::KEY)
            .expression_attribute_names("#settings", attribute::SETTINGS)
            .expression_attribute_names("#salt", attribute::SALT)
            .expression_attribute_names("#noise", attribute::NOISE)
            .expression_attribute_values(":key", AttributeValue::S(world_key.expose().to_owned()))
            .expression_attribute_values(":settings", AttributeValue::S(told))
            .expression_attribute_values(":salt", AttributeValue::S(salt.expose().to_owned()))
            .expression_attribute_values(":noise", AttributeValue::B(Blob::new(random()?))))
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
        holds(sent, "control:UpdateItem")
    }

    async fn update_and_note(
        &self,
        tenant: &TenantId,
        world: &WorldId,
        update: Result<Update, BuildError>,
    ) -> Result<(), StoreError> {
        let update = update.map_err(|_| StoreError::Refused)?;
        let note = Put::builder()
            .table_name(&self.tables.control)
            .set_item(Some(note::item(tenant, world)?))
            .build()
            .map_err(|_| StoreError::Refused)?;
        let both = [
            TransactWriteItem::builder().update(update).build(),
            TransactWriteItem::builder().put(note).build(),
        ];
        // The SDK does not repeat what met somebody else's write.
        match self.transact(both.to_vec()).await {
            Err(StoreError::Throttled) => self.transact(both.to_vec()).await,
            done => done,
        }
    }

    async fn transact(&self, items: Vec<TransactWriteItem>) -> Result<(), StoreError> {
        let call = self.client.transact_write_items().set_transact_items(Some(items));
        call.send()
            .await
            .map(|_| ())
            .map_err(|error| StoreError::of(&error, "control:TransactWriteItems"))
    }

    /// A world's key and settings, if there is such a world. Settings that are not known here are [`StoreError::Damaged`] and keep nobody from the
    /// key: they can be replaced.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn world(
        &self,
        tenant: &TenantId,
        world: &WorldId,
    ) -> Result<Option<(WorldKey, Result<Settings, StoreError>)>, StoreError> {
        let Some(record) = lookup::record(&self.client, &self.tables, tenant, world).await? else {
            return Ok(None);
        };
        let key = record.get(attribute::KEY).and_then(|key| key.as_s().ok());
        let key = key.and_then(|key| WorldKey::new(key)).ok_or(StoreError::Damaged)?;
        Ok(Some((key, lookup::settings(&record, tenant, world))))
    }

    fn put_control<const N: usize>(&self, item: [(&str, String); N]) -> PutItemFluentBuilder {
        let put = self.client.put_item().table_name(&self.tables.control);
        item.into_iter()
            .fold(put, |put, (name, value)| put.item(name, AttributeValue::S(value)))
    }

    async fn send(&self, put: PutItemFluentBuilder) -> Result<(), StoreError> {
        match put.send().await {
            Ok(_) => Ok(()),
            Err(error) if error.code() == Some("ConditionalCheckFailedException") => Err(StoreError::Taken),
            Err(error) => Err(StoreError::of(&error, "control:PutItem")),
        }
    }

    /// Adds to what a world has taken this month.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn add_usage(
        &self,
        tenant: &TenantId,
        world: &WorldId,
        now_ms: u64,
        events: u64,
    ) -> Result<(), StoreError> {
        let update = self.client.update_item().table_name(&self.tables.control);
        let update = update
            .key(attribute::PK, AttributeValue::S(tenant.expose().to_owned()))
            .key(
                attribute::SK,
                AttributeValue::S(key::usage_sort(world, &key::month(now_ms))),
            )
            .update_expression("ADD events :events")
            .expression_attribute_values(":events", AttributeValue::N(events.to_string()));
        update
            .send()
            .await
            .map(|_| ())
            .map_err(|error| StoreError::of(&error, "control:UpdateItem"))
    }
}

/// From the system's generator. Without one there is no world.
fn random() -> Result<[u8; 32], StoreError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|_| StoreError::Refused)?;
    Ok(bytes)
}
