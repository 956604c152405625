//! What the archiver may do: find windows and read their batches, a tenant's world at a time.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use testgram_protocol::batch::Batch;
use testgram_protocol::buffer::{self, DecodeError};
use testgram_protocol::id::{SessionId, TenantId, WorldId};

use crate::error::StoreError;
use crate::key::{self, Fingerprint, Window};
use crate::tables::{Tables, attribute};

/// The archiver's room.
#[derive(Debug, Clone)]
pub struct Archive {
    client: Client,
    tables: Tables,
}

/// A window in which a world has batches.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mark {
    /// Whose world.
    pub tenant: TenantId,
    /// Which world.
    pub world: WorldId,
    /// Which window.
    pub window: Window,
}

/// An item of the buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The batch's session.
    pub session: SessionId,
    /// Its number in the session.
    pub seq: u32,
    /// Tells it from another frame under the same number.
    pub fingerprint: Fingerprint,
    /// The batch, if it can be read.
    pub batch: Result<Batch, DecodeError>,
}

/// A tenant's world, to read from.
#[derive(Debug)]
pub struct World<'a> {
    room: &'a Archive,
    tenant: &'a TenantId,
    world: &'a WorldId,
}

impl Archive {
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

    /// Every marked window before `before`, oldest first within a shard of the index.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn marks_before(&self, before: Window) -> Result<Vec<Mark>, StoreError> {
        let mut marks = Vec::new();
        for shard in 0..key::MARK_SHARDS {
            let query = self.client.query().table_name(&self.tables.control);
            let query = query
                .key_condition_expression("pk = :pk AND sk < :before")
                .expression_attribute_values(":pk", AttributeValue::S(format!("mark#{shard:02}")))
                .expression_attribute_values(":before", AttributeValue::S(format!("{:010}#", before.number())));
            let mut pages = query.into_paginator().items().send();
            while let Some(item) = pages.next().await {
                let item = item.map_err(|error| StoreError::of(&error, "control:Query"))?;
                let sort = item
                    .get(attribute::SK)
                    .and_then(|sort| sort.as_s().ok())
                    .ok_or(StoreError::Damaged)?;
                marks.push(read_mark(sort).ok_or(StoreError::Damaged)?);
            }
        }
        Ok(marks)
    }
}

fn read_mark(sort: &str) -> Option<Mark> {
    let mut parts = sort.splitn(3, '#');
    let window = Window::numbered(parts.next()?.parse().ok()?);
    Some(Mark {
        tenant: TenantId::new(parts.next()?)?,
        world: WorldId::new(parts.next()?)?,
        window,
    })
}

impl World<'_> {
    /// Every batch of a window, by session and number within each shard. One that cannot be read costs only itself.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Damaged`] if an item has no key of ours.
    pub async fn batches(&self, window: Window) -> Result<Vec<Stored>, StoreError> {
        let mut batches = Vec::new();
        for shard in 0..key::SHARDS {
            let partition = key::batch_partition(self.tenant, self.world, window, shard);
            let query = self.room.client.query().table_name(&self.room.tables.events);
            let query = query
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", AttributeValue::S(partition));
            let mut pages = query.into_paginator().items().send();
            while let Some(item) = pages.next().await {
                let item = item.map_err(|error| StoreError::of(&error, "events:Query"))?;
                batches.push(Stored::read(&item).ok_or(StoreError::Damaged)?);
            }
        }
        Ok(batches)
    }
}

impl Stored {
    /// Reads an item of the buffer; `None` if it has no key of ours.
    #[must_use]
    pub fn read(item: &HashMap<String, AttributeValue>) -> Option<Self> {
        let (session, seq, fingerprint) = key::parse_batch_sort(item.get(attribute::SK)?.as_b().ok()?.as_ref())?;
        let packed = item.get(attribute::BATCH)?.as_b().ok()?.as_ref();
        Some(Self {
            session,
            seq,
            fingerprint,
            batch: buffer::decode(session, seq, packed),
        })
    }
}
