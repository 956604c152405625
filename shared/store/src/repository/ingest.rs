//! What the ingest function may do: put batches and pending-window markers, put and delete connections. It reads
//! nothing.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::ReturnConsumedCapacity;
use testgram_protocol::id::{ConnectionId, SessionId, TenantId, WorldId};

use crate::error::{StoreError, done};
use crate::item;
use crate::key::{self, Fingerprint, Window};
use crate::tables::{Tables, attribute};

/// The ingest function's repository: it writes batches, markers and connections. Made once by its `main`.
#[derive(Debug, Clone)]
pub struct IngestRepository {
    client: Client,
    tables: Tables,
}

/// What ingest may write of one tenant's world. Made from the authorizer's context, never from a message.
#[derive(Debug)]
pub struct IngestWorld<'a> {
    repository: &'a IngestRepository,
    tenant: &'a TenantId,
    world: &'a WorldId,
}

/// What a put of a batch cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Written {
    /// Write units, as DynamoDB counts them.
    pub units: f64,
}

impl IngestRepository {
    /// The repository over a client. Makes no call.
    #[must_use]
    pub const fn new(client: Client, tables: Tables) -> Self {
        Self { client, tables }
    }

    /// A handle on one world of a tenant.
    #[must_use]
    pub const fn world<'a>(&'a self, tenant: &'a TenantId, world: &'a WorldId) -> IngestWorld<'a> {
        IngestWorld {
            repository: self,
            tenant,
            world,
        }
    }

    /// Opens a connection to the table before the first message needs it: the TLS handshake is most of a cold
    /// function's first call. Deletes a connection that never was, which is an action the function may take anyway. A
    /// failure is logged only.
    pub async fn warm(&self) {
        let delete = self.client.delete_item().table_name(&self.tables.connections);
        if delete.set_key(Some(item::key("warm#", "warm"))).send().await.is_err() {
            tracing::info!("no warm connection; the first message opens one");
        }
    }
}

impl IngestWorld<'_> {
    /// Stores a packed batch under the window that contains `received_ms` (milliseconds since 1970). The same frame
    /// sent again overwrites itself, and nothing else does.
    ///
    /// # Errors
    /// [`StoreError::Throttled`]: nothing is stored. [`StoreError::Unavailable`]: it may be stored, and storing it
    /// again changes nothing. [`StoreError::Refused`]: it cannot be stored, since it is too large or a right is
    /// missing.
    pub async fn put_batch(
        &self,
        session: SessionId,
        seq: u32,
        fingerprint: Fingerprint,
        received_ms: u64,
        packed: Vec<u8>,
    ) -> Result<Written, StoreError> {
        let partition = key::batch_partition(self.tenant, self.world, Window::at(received_ms), key::shard(session));
        let put = self
            .repository
            .client
            .put_item()
            .table_name(&self.repository.tables.events);
        let sent = put
            .item(attribute::PK, item::s(partition))
            .item(attribute::SK, item::b(key::batch_sort(session, seq, fingerprint)))
            .item(attribute::BATCH, item::b(packed))
            .item(attribute::TTL, item::expiry(received_ms, key::BUFFER_SECONDS))
            .return_consumed_capacity(ReturnConsumedCapacity::Total)
            .send()
            .await;
        let written = done(sent, "events:PutItem")?;
        Ok(Written {
            units: written
                .consumed_capacity()
                .and_then(|capacity| capacity.capacity_units())
                .unwrap_or_default(),
        })
    }

    /// Puts the pending-window marker by which the archiver finds the window. Must have succeeded before the first
    /// batch of the window is acknowledged.
    ///
    /// # Errors
    /// [`StoreError::Throttled`], [`StoreError::Unavailable`] and [`StoreError::Refused`] as DynamoDB answers. Putting
    /// it again changes nothing.
    pub async fn put_marker(&self, window: Window) -> Result<(), StoreError> {
        let marker = item::key(
            key::pending_partition(self.tenant, self.world, window),
            key::pending_sort(self.tenant, self.world, window),
        );
        let began_ms = window.number() * key::WINDOW_SECONDS * 1000;
        let put = self
            .repository
            .client
            .put_item()
            .table_name(&self.repository.tables.control);
        let sent = put
            .set_item(Some(marker))
            .item(attribute::TTL, item::expiry(began_ms, key::MARKER_SECONDS))
            .send()
            .await;
        done(sent, "control:PutItem").map(drop)
    }

    /// Puts a connection, which expires some hours after `now_ms` (milliseconds since 1970).
    ///
    /// # Errors
    /// [`StoreError::Throttled`], [`StoreError::Unavailable`] and [`StoreError::Refused`] as DynamoDB answers.
    pub async fn remember(&self, connection: &ConnectionId, now_ms: u64) -> Result<(), StoreError> {
        let put = self
            .repository
            .client
            .put_item()
            .table_name(&self.repository.tables.connections);
        let sent = put
            .set_item(Some(item::key(
                key::connections(self.tenant, self.world),
                connection.expose(),
            )))
            .item(attribute::TTL, item::expiry(now_ms, key::CONNECTION_SECONDS))
            .send()
            .await;
        done(sent, "connections:PutItem").map(drop)
    }

    /// Deletes a connection. One that is not there is no error.
    ///
    /// # Errors
    /// [`StoreError::Throttled`], [`StoreError::Unavailable`] and [`StoreError::Refused`] as DynamoDB answers.
    pub async fn forget(&self, connection: &ConnectionId) -> Result<(), StoreError> {
        let delete = self
            .repository
            .client
            .delete_item()
            .table_name(&self.repository.tables.connections);
        let sent = delete
            .set_key(Some(item::key(
                key::connections(self.tenant, self.world),
                connection.expose(),
            )))
            .send()
            .await;
        done(sent, "connections:DeleteItem").map(drop)
    }
}
