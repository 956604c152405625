//! What the archiver may do: find pending windows, read their batches, a tenant's world at a time, put them into the
//! archive, and then, and only then, delete their markers.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use testgram_protocol::batch::Batch;
use testgram_protocol::buffer::{self, DecodeError};
use testgram_protocol::id::{SessionId, TenantId, WorldId};
use twox_hash::XxHash3_64;

use super::rebuild_request;
use crate::bucket::layout::{self, Partition};
use crate::bucket::{Bucket, WorldPrefix};
use crate::error::{StoreError, done};
use crate::item::{self, Item};
use crate::key::{self, Fingerprint, PendingWindow, Window};
use crate::tables::{Tables, attribute};

/// The archiver's repository: markers, the buffer, the archive. Made once by its `main`; dispatcher and worker share
/// it.
#[derive(Debug, Clone)]
pub struct ArchiveRepository {
    client: Client,
    tables: Tables,
    bucket: Bucket,
}

/// A batch of the buffer, unpacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBatch {
    /// The session it belongs to.
    pub session: SessionId,
    /// Its number within the session.
    pub seq: u32,
    /// Distinguishes it from another frame under the same number.
    pub fingerprint: Fingerprint,
    /// The batch; the error if this version cannot decode it.
    pub batch: Result<Batch, DecodeError>,
}

/// An item of the buffer whose key or batch this version cannot read, kept as it came. The archiver quarantines it.
#[derive(Clone, PartialEq, Eq)]
pub struct UnreadableItem {
    /// Its sort key; empty if it is no bytes.
    pub sort: Vec<u8>,
    /// Its packed batch; empty if it is no bytes.
    pub packed: Vec<u8>,
}

impl std::fmt::Debug for UnreadableItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UnreadableItem(…)")
    }
}

/// A page of a shard of a window. Every item of it is in exactly one of the lists.
#[derive(Debug, Default)]
pub struct BatchPage {
    /// Items that were decoded: the archiver writes them to files.
    pub batches: Vec<StoredBatch>,
    /// Items that no version of ours wrote, or that are damaged.
    pub unreadable: Vec<UnreadableItem>,
    /// Items that the next version wrote (a canary, a roll-back): it can read them.
    pub newer: Vec<UnreadableItem>,
}

/// What the archiver may read and write of one tenant's world.
#[derive(Debug)]
pub struct ArchiveWorld<'a> {
    repository: &'a ArchiveRepository,
    tenant: &'a TenantId,
    world: &'a WorldId,
    prefix: WorldPrefix<'a>,
}

impl ArchiveRepository {
    /// The repository over a client and the archive's bucket. Makes no call.
    #[must_use]
    pub const fn new(client: Client, tables: Tables, bucket: Bucket) -> Self {
        Self { client, tables, bucket }
    }

    /// A handle on one world of a tenant.
    #[must_use]
    pub fn world<'a>(&'a self, tenant: &'a TenantId, world: &'a WorldId) -> ArchiveWorld<'a> {
        ArchiveWorld {
            repository: self,
            tenant,
            world,
            prefix: self.bucket.world_prefix(tenant, world),
        }
    }

    /// Every pending window before `before`, oldest first within a shard of the index. A marker that cannot be read is
    /// logged and left out.
    ///
    /// # Errors
    /// [`StoreError::Throttled`], [`StoreError::Unavailable`] and [`StoreError::Refused`] as DynamoDB answers.
    pub async fn pending_before(&self, before: Window) -> Result<Vec<PendingWindow>, StoreError> {
        let mut pending = Vec::new();
        for shard in 0..key::INDEX_SHARDS {
            let query = self.client.query().table_name(&self.tables.control);
            let mut items = query
                .key_condition_expression("pk = :pk AND sk < :before")
                .expression_attribute_values(":pk", item::s(key::pending_shard(shard)))
                .expression_attribute_values(":before", item::s(key::pending_sort_start(before)))
                .into_paginator()
                .items()
                .send();
            while let Some(next) = items.next().await {
                let marker = done(next, "control:Query")?;
                match item::text(&marker, attribute::SK).map(key::parse_pending_sort) {
                    Ok(Some(window)) => pending.push(window),
                    // Only ingest writes here. To fail for it would stop the archive of every world.
                    _ => tracing::error!(
                        shard,
                        "a pending-window marker cannot be read; it stays until it expires"
                    ),
                }
            }
        }
        Ok(pending)
    }
}

impl ArchiveWorld<'_> {
    /// Every item of a window that has a key of ours, by session and number within each shard.
    ///
    /// # Errors
    /// [`StoreError::Throttled`], [`StoreError::Unavailable`] and [`StoreError::Refused`] as DynamoDB answers.
    pub async fn batches(&self, window: Window) -> Result<Vec<StoredBatch>, StoreError> {
        let mut batches = Vec::new();
        for shard in 0..key::SHARDS {
            let mut from = Some(Position::default());
            while let Some(position) = from {
                let (page, next) = self.page(window, shard, position).await?;
                batches.extend(page.batches);
                from = next;
            }
        }
        Ok(batches)
    }

    /// A page of a shard of a window (1 MB of items, as DynamoDB has it), and the position of the next page; `None`
    /// after the last.
    ///
    /// # Errors
    /// [`StoreError::Throttled`], [`StoreError::Unavailable`] and [`StoreError::Refused`] as DynamoDB answers.
    pub async fn page(
        &self,
        window: Window,
        shard: u32,
        from: Position,
    ) -> Result<(BatchPage, Option<Position>), StoreError> {
        let partition = key::batch_partition(self.tenant, self.world, window, shard);
        let query = self
            .repository
            .client
            .query()
            .table_name(&self.repository.tables.events);
        let sent = query
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", item::s(partition))
            // A batch that an eventual read missed would lose its marker and never be archived.
            .consistent_read(true)
            .set_exclusive_start_key(from.0)
            .send()
            .await;
        let found = done(sent, "events:Query")?;
        let mut page = BatchPage::default();
        for item in found.items() {
            match StoredBatch::read(item) {
                Some(stored) if stored.batch.is_ok() => page.batches.push(stored),
                Some(stored) if stored.batch.as_ref().is_err_and(|error| error.is_of_next_version()) => {
                    page.newer.push(UnreadableItem::of(item));
                }
                _ => page.unreadable.push(UnreadableItem::of(item)),
            }
        }
        let next = found.last_evaluated_key.filter(|key| !key.is_empty());
        Ok((page, next.map(|key| Position(Some(key)))))
    }

    /// Puts a Parquet file into the archive, named by its content: the same bytes again change nothing.
    ///
    /// # Errors
    /// [`StoreError::Throttled`], [`StoreError::Unavailable`] and [`StoreError::Refused`] as S3 answers;
    /// [`StoreError::Refused`] also where the tenant's encryption key is disabled or gone.
    pub async fn put_file(&self, partition: &Partition, window: Window, file: Vec<u8>) -> Result<(), StoreError> {
        let key = layout::events(partition, window, XxHash3_64::oneshot(&file));
        self.prefix.put(&key, file).await
    }

    /// Keeps items of a window that cannot be read, for an operator to look at: each item's sort key and content, each
    /// after its length in four bytes, little-endian.
    ///
    /// # Errors
    /// As [`ArchiveWorld::put_file`]; [`StoreError::Damaged`] for an item of 4 GB, which DynamoDB does not have.
    pub async fn quarantine(&self, window: Window, items: &[UnreadableItem]) -> Result<(), StoreError> {
        let mut bytes = Vec::new();
        for part in items.iter().flat_map(|item| [&item.sort, &item.packed]) {
            let length = u32::try_from(part.len()).map_err(|_| StoreError::Damaged)?;
            bytes.extend(length.to_le_bytes());
            bytes.extend(part);
        }
        let key = layout::quarantine(window, XxHash3_64::oneshot(&bytes));
        self.prefix.put(&key, bytes).await
    }

    /// Requests that the world's model be built again, since its archive has changed.
    ///
    /// # Errors
    /// [`StoreError::Throttled`], [`StoreError::Unavailable`] and [`StoreError::Refused`] as DynamoDB answers.
    pub async fn request_rebuild(&self) -> Result<(), StoreError> {
        let ArchiveRepository { client, tables, .. } = self.repository;
        rebuild_request::put(client, tables, self.tenant, self.world).await
    }

    /// Whether a window still has its marker. Without one, all of the window is in the archive.
    ///
    /// # Errors
    /// [`StoreError::Throttled`], [`StoreError::Unavailable`] and [`StoreError::Refused`] as DynamoDB answers.
    pub async fn is_pending(&self, window: Window) -> Result<bool, StoreError> {
        let get = self
            .repository
            .client
            .get_item()
            .table_name(&self.repository.tables.control);
        let sent = get
            .set_key(Some(self.marker_key(window)))
            .consistent_read(true)
            .send()
            .await;
        Ok(done(sent, "control:GetItem")?.item.is_some())
    }

    /// Deletes the marker of a window. All of the window must be in the archive.
    ///
    /// # Errors
    /// [`StoreError::Throttled`], [`StoreError::Unavailable`] and [`StoreError::Refused`] as DynamoDB answers.
    pub async fn delete_marker(&self, window: Window) -> Result<(), StoreError> {
        let delete = self
            .repository
            .client
            .delete_item()
            .table_name(&self.repository.tables.control);
        let sent = delete.set_key(Some(self.marker_key(window))).send().await;
        done(sent, "control:DeleteItem").map(drop)
    }

    fn marker_key(&self, window: Window) -> Item {
        item::key(
            key::pending_partition(self.tenant, self.world, window),
            key::pending_sort(self.tenant, self.world, window),
        )
    }
}

/// Where a page of a shard starts. The default is the shard's start; others come from [`ArchiveWorld::page`].
#[derive(Default)]
pub struct Position(Option<Item>);

impl UnreadableItem {
    fn of(item: &Item) -> Self {
        let bytes = |name| item::bytes(item, name).unwrap_or_default().to_vec();
        Self {
            sort: bytes(attribute::SK),
            packed: bytes(attribute::BATCH),
        }
    }
}

impl StoredBatch {
    /// Reads an item of the buffer; `None` if its key or its batch is no bytes of ours.
    #[must_use]
    pub fn read(item: &HashMap<String, AttributeValue>) -> Option<Self> {
        let (session, seq, fingerprint) = key::parse_batch_sort(item::bytes(item, attribute::SK)?)?;
        let packed = item::bytes(item, attribute::BATCH)?;
        Some(Self {
            session,
            seq,
            fingerprint,
            batch: buffer::decode(session, seq, packed),
        })
    }
}
