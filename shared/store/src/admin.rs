//! What only an operator's tool and local mode may do: make tables, make worlds, record usage. No function of the ingest path
//! holds this room.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    TimeToLiveSpecification,
};
use testgram_protocol::id::{TenantId, WorldId, WorldKey};
use testgram_protocol::settings::Settings;

use crate::error::StoreError;
use crate::key;
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
        for table in [&self.tables.control, &self.tables.events, &self.tables.connections] {
            if self.create_table(table).await? {
                self.enable_ttl(table).await?;
            }
        }
        Ok(())
    }

    /// Whether it was new.
    async fn create_table(&self, table: &str) -> Result<bool, StoreError> {
        let mut create = self
            .client
            .create_table()
            .table_name(table)
            .billing_mode(BillingMode::PayPerRequest);
        for (name, role) in [(attribute::PK, KeyType::Hash), (attribute::SK, KeyType::Range)] {
            let definition = AttributeDefinition::builder()
                .attribute_name(name)
                .attribute_type(ScalarAttributeType::S)
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

    /// Writes a world's record, then the index entry that makes its key known: a key never leads to a world that is not there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_world(
        &self,
        tenant: &TenantId,
        world: &WorldId,
        world_key: &WorldKey,
        settings: &Settings,
    ) -> Result<(), StoreError> {
        let settings = serde_json::to_string(settings).map_err(|_| StoreError::Refused)?;
        let record = [
            (attribute::PK, tenant.expose().to_owned()),
            (attribute::SK, key::world_sort(world)),
            (attribute::KEY, world_key.expose().to_owned()),
            (attribute::SETTINGS, settings),
        ];
        self.put_control(record).await?;
        let entry = [
            (attribute::PK, key::world_key(world_key)),
            (attribute::SK, "key".to_owned()),
            (attribute::TENANT, tenant.expose().to_owned()),
            (attribute::WORLD, world.expose().to_owned()),
        ];
        self.put_control(entry).await
    }

    async fn put_control<const N: usize>(&self, item: [(&str, String); N]) -> Result<(), StoreError> {
        let put = self.client.put_item().table_name(&self.tables.control);
        let put = item
            .into_iter()
            .fold(put, |put, (name, value)| put.item(name, AttributeValue::S(value)));
        put.send()
            .await
            .map(|_| ())
            .map_err(|error| StoreError::of(&error, "control:PutItem"))
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
