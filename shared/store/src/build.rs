//! What the builder of models may do: find worlds whose archive has changed, read a world's archive, keep what it folds, and publish.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use testgram_protocol::calendar;
use testgram_protocol::id::{TenantId, WorldId};
use testgram_protocol::settings::Settings;

use crate::bucket::{Bucket, Listed, Shelf};
use crate::error::{StoreError, holds};
use crate::key;
use crate::layout::{self, Partition};
use crate::lookup;
use crate::note;
use crate::tables::{Tables, attribute};

/// The builder's room.
#[derive(Debug, Clone)]
pub struct Build {
    client: Client,
    tables: Tables,
    bucket: Bucket,
}

/// A world that is to be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// Whose world.
    pub tenant: TenantId,
    /// Which world.
    pub world: WorldId,
}

/// A file of the archive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct File {
    /// Where it lies.
    pub partition: Partition,
    /// Its key under the world.
    pub key: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// A stage of a build that keeps what it made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The files a build is made of.
    Snapshot,
    /// Vocabularies of partitions.
    Inventory,
    /// The catalog made of them.
    Catalog,
    /// Counts of partitions.
    Counts,
}

impl Stage {
    const fn word(self) -> &'static str {
        match self {
            Self::Snapshot => "snapshot",
            Self::Inventory => "inventory",
            Self::Catalog => "catalog",
            Self::Counts => "counts",
        }
    }

    fn key(self, digest: &str) -> String {
        format!("partials/{}/{digest}", self.word())
    }
}

/// Under what a world's models are made.
pub struct Terms {
    /// What its owner has set.
    pub settings: Settings,
    /// What noise is made with; `None` in a record of before there was noise.
    pub noise: Option<[u8; 32]>,
}

/// Without the secret.
impl std::fmt::Debug for Terms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Terms")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// The published model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pointer {
    /// Its version: a digest of its bytes.
    pub version: String,
    /// When the files were listed that it is made of, milliseconds since 1970.
    pub at_ms: u64,
}

/// A tenant's world.
#[derive(Debug)]
pub struct World<'a> {
    room: &'a Build,
    tenant: &'a TenantId,
    world: &'a WorldId,
    shelf: Shelf<'a>,
}

impl Build {
    /// Opens the room.
    #[must_use]
    pub const fn new(client: Client, tables: Tables, bucket: Bucket) -> Self {
        Self { client, tables, bucket }
    }

    /// A world of a tenant.
    #[must_use]
    pub fn world<'a>(&'a self, tenant: &'a TenantId, world: &'a WorldId) -> World<'a> {
        World {
            room: self,
            tenant,
            world,
            shelf: self.bucket.shelf(tenant, world),
        }
    }

    /// The worlds whose archive or settings have changed since their last build, or of whose archive a day has left retention.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn changed(&self, now_ms: u64) -> Result<Vec<Changed>, StoreError> {
        let is_due =
            |item: &HashMap<String, AttributeValue>| number(item, attribute::DUE).is_none_or(|due| due <= now_ms);
        let mut changed = Vec::new();
        for shard in 0..key::MARK_SHARDS {
            let query = self.client.query().table_name(&self.tables.control);
            let query = query
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", AttributeValue::S(format!("changed#{shard:02}")));
            let mut pages = query.into_paginator().items().send();
            while let Some(item) = pages.next().await {
                let item = item.map_err(|error| StoreError::of(&error, "control:Query"))?;
                if !is_due(&item) {
                    continue;
                }
                let sort = item.get(attribute::SK).and_then(|sort| sort.as_s().ok());
                match sort.and_then(|sort| key::parse_changed_sort(sort)) {
                    Some((tenant, world)) => changed.push(Changed { tenant, world }),
                    None => tracing::error!(shard, "a note of a changed world cannot be read"),
                }
            }
        }
        Ok(changed)
    }
}

impl World<'_> {
    /// Under what its models are made; `None` if there is no such world.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Damaged`] for settings that are not known here: closed, not open.
    pub async fn terms(&self) -> Result<Option<Terms>, StoreError> {
        // Who changes settings leaves a note, which is read before: what is read after it must be no older.
        let record = lookup::record(&self.room.client, &self.room.tables, self.tenant, self.world).await?;
        let Some(record) = record else { return Ok(None) };
        let noise = record.get(attribute::NOISE).and_then(|noise| noise.as_b().ok());
        Ok(Some(Terms {
            settings: lookup::settings(&record, self.tenant, self.world)?,
            noise: noise.and_then(|noise| noise.as_ref().try_into().ok()),
        }))
    }

    /// The files of its archive, by key. What is none stays out, and is told.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn files(&self) -> Result<Vec<File>, StoreError> {
        let mut files = Vec::new();
        for Listed { key, bytes, .. } in self.shelf.list("events/").await? {
            match layout::partition_of(&key) {
                Some(partition) => files.push(File { partition, key, bytes }),
                None => tracing::error!(tenant = self.tenant.expose(), "a file of the archive has no partition"),
            }
        }
        Ok(files)
    }

    /// A file of the archive.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Damaged`] if it is gone.
    pub async fn read(&self, key: &str) -> Result<Vec<u8>, StoreError> {
        self.shelf.get(key).await?.ok_or(StoreError::Damaged)
    }

    /// Deletes what there is of the days before the one that begins at `first_ms`: files, what of their windows was put aside, and what builds had
    /// kept and published before it, which can be of no other days. How many objects.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn expire(&self, first_ms: u64) -> Result<usize, StoreError> {
        let first_day = calendar::date(first_ms);
        let day = |key: &str| match layout::partition_of(key) {
            Some(partition) => Some(partition.date().to_owned()),
            None => layout::aside_day(key),
        };
        let is_old = |key: &str| day(key).is_some_and(|day| day < first_day);
        let mut old = Vec::new();
        for prefix in ["events/", "aside/"] {
            // Both lie in the order of days. What has none is nothing of ours, and no end.
            let is_retained = |key: &str| day(key).is_some_and(|day| day >= first_day);
            let listed = self.shelf.list_until(prefix, is_retained).await?;
            old.extend(listed.into_iter().map(|object| object.key).filter(|key| is_old(key)));
        }
        for prefix in ["partials/", "models/"] {
            let made = self.shelf.list(prefix).await?;
            old.extend(
                made.into_iter()
                    .filter(|object| object.put_ms < first_ms)
                    .map(|object| object.key),
            );
        }
        self.shelf.delete_all(&old).await?;
        self.withdraw(first_ms).await?;
        Ok(old.len())
    }

    /// The first day of whose windows something is put aside.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn first_aside_day(&self) -> Result<Option<String>, StoreError> {
        let aside = self.shelf.list("aside/").await?;
        Ok(aside.iter().find_map(|object| layout::aside_day(&object.key)))
    }

    /// What a stage has kept under a digest.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn kept(&self, stage: Stage, digest: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.shelf.get(&stage.key(digest)).await
    }

    /// The digests under which a stage has kept something.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn digests(&self, stage: Stage) -> Result<Vec<String>, StoreError> {
        let prefix = stage.key("");
        let listed = self.shelf.list(&prefix).await?;
        let digests = listed.iter().filter_map(|object| object.key.strip_prefix(&prefix));
        Ok(digests.map(str::to_owned).collect())
    }

    /// As [`World::digests`], with when each was kept, milliseconds since 1970.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn digests_and_times(&self, stage: Stage) -> Result<Vec<(String, u64)>, StoreError> {
        let prefix = stage.key("");
        let listed = self.shelf.list(&prefix).await?;
        let digest = |object: &Listed| Some((object.key.strip_prefix(&prefix)?.to_owned(), object.put_ms));
        Ok(listed.iter().filter_map(digest).collect())
    }

    /// Keeps what a stage made.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep(&self, stage: Stage, digest: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        self.shelf.put(&stage.key(digest), bytes).await
    }

    /// Forgets what a stage made.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget(&self, stage: Stage, digest: &str) -> Result<(), StoreError> {
        self.shelf.delete(&stage.key(digest)).await
    }

    /// Publishes a model: first the file, then the pointer to it. Whether it was: one that is made of files that were listed later
    /// stays.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn publish(&self, pointer: &Pointer, model: Vec<u8>) -> Result<bool, StoreError> {
        self.shelf.put(&layout::model(&pointer.version), model).await?;
        let put = self.room.client.put_item().table_name(&self.room.tables.control);
        let put = put
            .item(attribute::PK, AttributeValue::S(self.tenant.expose().to_owned()))
            .item(attribute::SK, AttributeValue::S(key::model_sort(self.world)))
            .item(attribute::VERSION, AttributeValue::S(pointer.version.clone()))
            .item(attribute::AT, AttributeValue::N(pointer.at_ms.to_string()))
            .condition_expression("attribute_not_exists(pk) OR #at <= :at")
            .expression_attribute_names("#at", attribute::AT)
            .expression_attribute_values(":at", AttributeValue::N(pointer.at_ms.to_string()));
        holds(put.send().await, "control:PutItem")
    }

    /// Withdraws the published model, unless it is made of files that were listed later.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn withdraw(&self, at_ms: u64) -> Result<(), StoreError> {
        let delete = self.room.client.delete_item().table_name(&self.room.tables.control);
        let delete = delete
            .key(attribute::PK, AttributeValue::S(self.tenant.expose().to_owned()))
            .key(attribute::SK, AttributeValue::S(key::model_sort(self.world)))
            .condition_expression("attribute_not_exists(pk) OR #at <= :at")
            .expression_attribute_names("#at", attribute::AT)
            .expression_attribute_values(":at", AttributeValue::N(at_ms.to_string()));
        holds(delete.send().await, "control:DeleteItem").map(|_| ())
    }

    /// Deletes models from before a moment that are not the published one: a series of them tells by how much each differs from
    /// the next.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_models(&self, published: Option<&str>, before_ms: u64) -> Result<(), StoreError> {
        for object in self.shelf.list("models/").await? {
            if layout::version_of(&object.key) != published && object.put_ms < before_ms {
                self.shelf.delete(&object.key).await?;
            }
        }
        Ok(())
    }

    /// The published model's version and time.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn pointer(&self) -> Result<Option<Pointer>, StoreError> {
        let get = self.room.client.get_item().table_name(&self.room.tables.control);
        let get = get
            .key(attribute::PK, AttributeValue::S(self.tenant.expose().to_owned()))
            .key(attribute::SK, AttributeValue::S(key::model_sort(self.world)));
        let got = get
            .send()
            .await
            .map_err(|error| StoreError::of(&error, "control:GetItem"))?;
        let Some(item) = got.item else { return Ok(None) };
        let version = item.get(attribute::VERSION).and_then(|version| version.as_s().ok());
        match (version, number(&item, attribute::AT)) {
            (Some(version), Some(at_ms)) => Ok(Some(Pointer {
                version: version.clone(),
                at_ms,
            })),
            _ => Err(StoreError::Damaged),
        }
    }

    /// A published model.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn model(&self, version: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.shelf.get(&layout::model(version)).await
    }

    /// The token of the note that the world has changed, if there is one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn note(&self) -> Result<Option<String>, StoreError> {
        let get = self.room.client.get_item().table_name(&self.room.tables.control);
        let get = get.set_key(Some(self.note_key())).consistent_read(true);
        let got = get
            .send()
            .await
            .map_err(|error| StoreError::of(&error, "control:GetItem"))?;
        let note = got.item.as_ref().and_then(|item| item.get(attribute::TOKEN));
        Ok(note.and_then(|token| token.as_s().ok()).cloned())
    }

    /// Takes the note with this token back, or puts one in its place that is due then. One that has taken its place stays.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn settled(&self, token: &str, due_ms: Option<u64>) -> Result<(), StoreError> {
        match due_ms {
            Some(due_ms) => self.noted(token, due_ms).await,
            None => self.forgotten(token).await,
        }
    }

    fn note_key(&self) -> HashMap<String, AttributeValue> {
        let partition = key::changed_partition(self.tenant, self.world);
        let sort = key::changed_sort(self.tenant, self.world);
        HashMap::from([
            (attribute::PK.to_owned(), AttributeValue::S(partition)),
            (attribute::SK.to_owned(), AttributeValue::S(sort)),
        ])
    }

    async fn noted(&self, token: &str, due_ms: u64) -> Result<(), StoreError> {
        let put = self.room.client.put_item().table_name(&self.room.tables.control);
        let put = put
            .set_item(Some(self.note_key()))
            .item(attribute::TOKEN, AttributeValue::S(note::token()?))
            .item(attribute::DUE, AttributeValue::N(due_ms.to_string()))
            .condition_expression("attribute_not_exists(pk) OR #token = :token")
            .expression_attribute_names("#token", attribute::TOKEN)
            .expression_attribute_values(":token", AttributeValue::S(token.to_owned()));
        holds(put.send().await, "control:PutItem").map(|_| ())
    }

    async fn forgotten(&self, token: &str) -> Result<(), StoreError> {
        let delete = self.room.client.delete_item().table_name(&self.room.tables.control);
        let delete = delete
            .set_key(Some(self.note_key()))
            .condition_expression("#token = :token")
            .expression_attribute_names("#token", attribute::TOKEN)
            .expression_attribute_values(":token", AttributeValue::S(token.to_owned()));
        holds(delete.send().await, "control:DeleteItem").map(|_| ())
    }
}

/// A whole number of an item.
fn number(item: &HashMap<String, AttributeValue>, name: &str) -> Option<u64> {
    item.get(name)
        .and_then(|number| number.as_n().ok())
        .and_then(|number| number.parse().ok())
}
