//! What the archiver may do: find windows, read their batches, a tenant's world at a time, put them into the archive, and then, and only
//! then, clear their marks.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use testgram_protocol::batch::Batch;
use testgram_protocol::buffer::{self, DecodeError};
use testgram_protocol::id::{SessionId, TenantId, WorldId};
use twox_hash::XxHash3_64;

use crate::bucket::Bucket;
use crate::error::StoreError;
use crate::key::{self, Fingerprint, Window};
use crate::layout::{self, Partition};
use crate::note;
use crate::tables::{Tables, attribute};

/// The archiver's room.
#[derive(Debug, Clone)]
pub struct Archive {
    client: Client,
    tables: Tables,
    bucket: Bucket,
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

/// An item whose batch, or even key, cannot be read: kept as it came, for whoever finds out why.
#[derive(Clone, PartialEq, Eq)]
pub struct Unread {
    /// Its sort key.
    pub sort: Vec<u8>,
    /// What it holds.
    pub packed: Vec<u8>,
}

impl std::fmt::Debug for Unread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Unread(…)")
    }
}

/// A page of a window.
#[derive(Debug, Default)]
pub struct Page {
    /// Batches.
    pub batches: Vec<Stored>,
    /// What is none.
    pub unread: Vec<Unread>,
    /// What the next release has written.
    pub newer: Vec<Unread>,
}

/// A tenant's world.
#[derive(Debug)]
pub struct World<'a> {
    room: &'a Archive,
    tenant: &'a TenantId,
    world: &'a WorldId,
}

impl Archive {
    /// Opens the room.
    #[must_use]
    pub const fn new(client: Client, tables: Tables, bucket: Bucket) -> Self {
        Self { client, tables, bucket }
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

    /// Every marked window before `before`, oldest first within a shard of the index. A mark of an odd form costs only itself.
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
                let sort = item.get(attribute::SK).and_then(|sort| sort.as_s().ok());
                match sort.and_then(|sort| read_mark(sort)) {
                    Some(mark) => marks.push(mark),
                    // Nobody but ingest writes here. Failing for it would stop the archive of every world.
                    None => tracing::error!(shard, "a mark cannot be read; it stays until its time is over"),
                }
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
    /// Every batch of a window, by session and number within each shard.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn batches(&self, window: Window) -> Result<Vec<Stored>, StoreError> {
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

    /// A page of a shard of a window (1 MB of items, as DynamoDB has it), and where the next one begins.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn page(
        &self,
        window: Window,
        shard: u32,
        from: Position,
    ) -> Result<(Page, Option<Position>), StoreError> {
        let partition = key::batch_partition(self.tenant, self.world, window, shard);
        let query = self.room.client.query().table_name(&self.room.tables.events);
        let query = query
            .key_condition_expression("pk = :pk")
            .expression_attribute_values(":pk", AttributeValue::S(partition))
            // A batch that an eventual read missed would lose its mark and never be archived.
            .consistent_read(true)
            .set_exclusive_start_key(from.0);
        let found = query
            .send()
            .await
            .map_err(|error| StoreError::of(&error, "events:Query"))?;
        let mut page = Page::default();
        for item in found.items() {
            match Stored::read(item) {
                Some(stored) if stored.batch.is_ok() => page.batches.push(stored),
                Some(stored) if stored.batch.as_ref().is_err_and(|error| error.is_of_next_version()) => {
                    page.newer.push(Unread::of(item));
                }
                _ => page.unread.push(Unread::of(item)),
            }
        }
        let next = found.last_evaluated_key.filter(|key| !key.is_empty());
        Ok((page, next.map(|key| Position(Some(key)))))
    }

    /// Puts a file into the archive. The same bytes again change nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_file(&self, partition: &Partition, window: Window, file: Vec<u8>) -> Result<(), StoreError> {
        let key = layout::events(partition, window, XxHash3_64::oneshot(&file));
        self.room.bucket.shelf(self.tenant, self.world).put(&key, file).await
    }

    /// Puts aside what could not be read, so that it is there when somebody can: each item's sort key and content, each after its
    /// length in four bytes, little-endian.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_aside(&self, window: Window, unread: &[Unread]) -> Result<(), StoreError> {
        let mut bytes = Vec::new();
        for part in unread.iter().flat_map(|unread| [&unread.sort, &unread.packed]) {
            let length = u32::try_from(part.len()).map_err(|_| StoreError::Damaged)?;
            bytes.extend(length.to_le_bytes());
            bytes.extend(part);
        }
        let key = layout::aside(window, XxHash3_64::oneshot(&bytes));
        self.room.bucket.shelf(self.tenant, self.world).put(&key, bytes).await
    }

    /// Tells the builder that the world's archive has changed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn changed(&self) -> Result<(), StoreError> {
        note::put(&self.room.client, &self.room.tables, self.tenant, self.world).await
    }

    /// Whether a window has its mark still: without, all of it stands in the archive.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn is_marked(&self, window: Window) -> Result<bool, StoreError> {
        let get = self.room.client.get_item().table_name(&self.room.tables.control);
        let get = get
            .key(
                attribute::PK,
                AttributeValue::S(key::mark_partition(self.tenant, self.world, window)),
            )
            .key(
                attribute::SK,
                AttributeValue::S(key::mark_sort(self.tenant, self.world, window)),
            )
            .consistent_read(true);
        let got = get
            .send()
            .await
            .map_err(|error| StoreError::of(&error, "control:GetItem"))?;
        Ok(got.item.is_some())
    }

    /// Clears the mark of a window, all of which must be in the archive.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn clear(&self, window: Window) -> Result<(), StoreError> {
        let delete = self.room.client.delete_item().table_name(&self.room.tables.control);
        let delete = delete
            .key(
                attribute::PK,
                AttributeValue::S(key::mark_partition(self.tenant, self.world, window)),
            )
            .key(
                attribute::SK,
                AttributeValue::S(key::mark_sort(self.tenant, self.world, window)),
            );
        delete
            .send()
            .await
            .map(|_| ())
            .map_err(|error| StoreError::of(&error, "control:DeleteItem"))
    }
}

/// Where a page begins; the default is the beginning.
#[derive(Default)]
pub struct Position(Option<HashMap<String, AttributeValue>>);

impl Unread {
    fn of(item: &HashMap<String, AttributeValue>) -> Self {
        let bytes = |name: &str| {
            item.get(name)
                .and_then(|value| value.as_b().ok())
                .map(|blob| blob.as_ref().to_vec())
                .unwrap_or_default()
        };
        Self {
            sort: bytes(attribute::SK),
            packed: bytes(attribute::BATCH),
        }
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
