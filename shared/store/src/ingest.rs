//! What the ingest function may do: put batches and marks, remember and forget connections. It reads nothing.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnConsumedCapacity};
use testgram_protocol::id::{ConnectionId, SessionId, TenantId, WorldId};

use crate::error::StoreError;
use crate::key::{self, Fingerprint, Window};
use crate::tables::{Tables, attribute};

/// The ingest function's room.
#[derive(Debug, Clone)]
pub struct Ingest {
    client: Client,
    tables: Tables,
}

/// What one tenant's world may have written. Made of the authorizer's word, never of a message's.
#[derive(Debug)]
pub struct World<'a> {
    room: &'a Ingest,
    tenant: &'a TenantId,
    world: &'a WorldId,
}

/// What a put cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Written {
    /// Write units that the store says it took.
    pub units: f64,
}

impl Ingest {
    /// Opens the room.
    #[must_use]
    pub const fn new(client: Client, tables: Tables) -> Self {
        Self { client, tables }
    }

    /// A world of a tenant.
    #[must_use]
    pub const fn world<'a>(&'a self, tenant: &'a TenantId, world: &'a WorldId) -> World<'a> {
        World {
            room: self,
            tenant,
            world,
        }
    }

    /// Opens a connection to the table before the first message needs it: a cold function's TLS handshake is most of its first
    /// call. Forgets a connection that never was, which is an action the function may take anyway.
    pub async fn warm(&self) {
        let forget = self.client.delete_item().table_name(&self.tables.connections);
        let forget = forget
            .key(attribute::PK, text("warm#"))
            .key(attribute::SK, text("warm"));
        if forget.send().await.is_err() {
            tracing::info!("no warm connection; the first message opens one");
        }
    }
}

impl World<'_> {
    /// Stores a packed batch. The same frame again overwrites itself, and nothing else does.
    ///
    /// # Errors
    /// [`StoreError`]; nothing is stored halfway.
    pub async fn put_batch(
        &self,
        session: SessionId,
        seq: u32,
        fingerprint: Fingerprint,
        received_ms: u64,
        packed: Vec<u8>,
    ) -> Result<Written, StoreError> {
        let partition = key::batch_partition(self.tenant, self.world, Window::at(received_ms), key::shard(session));
        let put = self.room.client.put_item().table_name(&self.room.tables.events);
        let put = put
            .item(attribute::PK, text(partition))
            .item(
                attribute::SK,
                AttributeValue::B(Blob::new(key::batch_sort(session, seq, fingerprint))),
            )
            .item(attribute::BATCH, AttributeValue::B(Blob::new(packed)))
            .item(attribute::TTL, expiry(received_ms, key::BUFFER_SECONDS))
            .return_consumed_capacity(ReturnConsumedCapacity::Total);
        let put = put
            .send()
            .await
            .map_err(|error| StoreError::of(&error, "events:PutItem"))?;
        Ok(Written {
            units: put
                .consumed_capacity()
                .and_then(|capacity| capacity.capacity_units())
                .unwrap_or_default(),
        })
    }

    /// Leaves the mark by which the archiver finds the window. Must have succeeded before the first batch of the window is
    /// acknowledged.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn mark(&self, window: Window) -> Result<(), StoreError> {
        let put = self.room.client.put_item().table_name(&self.room.tables.control);
        let put = put
            .item(
                attribute::PK,
                text(key::mark_partition(self.tenant, self.world, window)),
            )
            .item(attribute::SK, text(key::mark_sort(self.tenant, self.world, window)))
            .item(
                attribute::TTL,
                expiry(window.number() * key::WINDOW_SECONDS * 1000, key::MARK_SECONDS),
            );
        put.send()
            .await
            .map(|_| ())
            .map_err(|error| StoreError::of(&error, "control:PutItem"))
    }

    /// Remembers a connection.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn remember(&self, connection: &ConnectionId, now_ms: u64) -> Result<(), StoreError> {
        let put = self.room.client.put_item().table_name(&self.room.tables.connections);
        let put = put
            .item(attribute::PK, text(key::connections(self.tenant, self.world)))
            .item(attribute::SK, text(connection.expose()))
            .item(attribute::TTL, expiry(now_ms, key::CONNECTION_SECONDS));
        put.send()
            .await
            .map(|_| ())
            .map_err(|error| StoreError::of(&error, "connections:PutItem"))
    }

    /// Forgets a connection.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget(&self, connection: &ConnectionId) -> Result<(), StoreError> {
        let delete = self.room.client.delete_item().table_name(&self.room.tables.connections);
        let delete = delete
            .key(attribute::PK, text(key::connections(self.tenant, self.world)))
            .key(attribute::SK, text(connection.expose()));
        delete
            .send()
            .await
            .map(|_| ())
            .map_err(|error| StoreError::of(&error, "connections:DeleteItem"))
    }
}

fn expiry(now_ms: u64, seconds: u64) -> AttributeValue {
    AttributeValue::N((now_ms / 1000 + seconds).to_string())
}

fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}
