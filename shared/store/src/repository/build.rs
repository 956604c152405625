//! What the builder may do: find worlds whose models are to be built again, read a world's archive, keep what its steps
//! make, and publish.

use aws_sdk_dynamodb::Client;
use testgram_protocol::calendar;
use testgram_protocol::id::{TenantId, WorldId};
use testgram_protocol::settings::Settings;

use super::{rebuild_request, world_record};
use crate::bucket::layout::{self, Partition};
use crate::bucket::{Bucket, Listed, WorldPrefix};
use crate::error::{StoreError, done, held};
use crate::item;
use crate::key;
use crate::tables::{Tables, attribute};

/// The builder's repository: rebuild requests, the archive, results of stages, models. Made once by its `main`.
#[derive(Debug, Clone)]
pub struct BuildRepository {
    client: Client,
    tables: Tables,
    bucket: Bucket,
}

/// A world whose model is to be built again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueWorld {
    /// The tenant that owns it.
    pub tenant: TenantId,
    /// Its id under the tenant.
    pub world: WorldId,
}

/// A Parquet file of the archive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ArchiveFile {
    /// The partition it belongs to.
    pub partition: Partition,
    /// Its key below the world's prefix.
    pub key: String,
    /// Its size in bytes.
    pub bytes: u64,
}

/// A stage of a build, whose results are kept under digests of what they are made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The lists of files that builds are made of.
    Snapshot,
    /// The vocabularies, one a partition.
    Inventory,
    /// The catalogs made of those.
    Catalog,
    /// The counts, one a partition and catalog.
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

/// What a world's record gives a build: read once a step.
pub struct BuildInputs {
    /// What its owner has set: k, noise, retention.
    pub settings: Settings,
    /// The secret that noise is made with; `None` in a record that was written before there was noise.
    pub noise: Option<[u8; 32]>,
}

/// Prints the settings, and not the secret.
impl std::fmt::Debug for BuildInputs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BuildInputs")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// Which model of a world is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelPointer {
    /// The model's version: a digest of its bytes.
    pub version: String,
    /// When the files that it is made of were listed, milliseconds since 1970.
    pub at_ms: u64,
}

/// What the builder may read and write of one tenant's world.
#[derive(Debug)]
pub struct BuildWorld<'a> {
    repository: &'a BuildRepository,
    tenant: &'a TenantId,
    world: &'a WorldId,
    prefix: WorldPrefix<'a>,
}

impl BuildRepository {
    /// The repository over a client and the archive's bucket. Makes no call.
    #[must_use]
    pub const fn new(client: Client, tables: Tables, bucket: Bucket) -> Self {
        Self { client, tables, bucket }
    }

    /// A handle on one world of a tenant.
    #[must_use]
    pub fn world<'a>(&'a self, tenant: &'a TenantId, world: &'a WorldId) -> BuildWorld<'a> {
        BuildWorld {
            repository: self,
            tenant,
            world,
            prefix: self.bucket.world_prefix(tenant, world),
        }
    }

    /// The worlds with a rebuild request that has taken effect by `now_ms` (milliseconds since 1970): archive or
    /// settings have changed, or a day of the archive has left retention. A request that cannot be read is logged and
    /// left out.
    ///
    /// # Errors
    /// [`StoreError::Throttled`], [`StoreError::Unavailable`] and [`StoreError::Refused`] as DynamoDB answers.
    pub async fn due(&self, now_ms: u64) -> Result<Vec<DueWorld>, StoreError> {
        let mut worlds = Vec::new();
        for shard in 0..key::INDEX_SHARDS {
            let query = self.client.query().table_name(&self.tables.control);
            let mut items = query
                .key_condition_expression("pk = :pk")
                .expression_attribute_values(":pk", item::s(key::rebuild_shard(shard)))
                .into_paginator()
                .items()
                .send();
            while let Some(next) = items.next().await {
                let request = done(next, "control:Query")?;
                // One whose time cannot be read is due: a build too many costs less than a model that stays.
                if item::number(&request, attribute::DUE).is_ok_and(|due| due.is_some_and(|due| due > now_ms)) {
                    continue;
                }
                match item::text(&request, attribute::SK).map(key::parse_rebuild_sort) {
                    Ok(Some((tenant, world))) => worlds.push(DueWorld { tenant, world }),
                    _ => tracing::error!(shard, "a rebuild request cannot be read"),
                }
            }
        }
        Ok(worlds)
    }
}

impl BuildWorld<'_> {
    /// What its record gives a build; `None` if there is no such world.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] for settings that this version does not know: the world is closed, not open.
    /// [`StoreError::Throttled`], [`StoreError::Unavailable`] and [`StoreError::Refused`] as DynamoDB answers.
    pub async fn inputs(&self) -> Result<Option<BuildInputs>, StoreError> {
        // Changed settings come with a rebuild request, which is read before them: what is read after it must be no
        // older.
        let BuildRepository { client, tables, .. } = self.repository;
        let Some(record) = world_record::whole(client, tables, self.tenant, self.world).await? else {
            return Ok(None);
        };
        Ok(Some(BuildInputs {
            settings: world_record::settings(&record, self.tenant, self.world)?,
            noise: item::bytes(&record, attribute::NOISE).and_then(|noise| noise.try_into().ok()),
        }))
    }

    /// The files of its archive, in the order of their keys. An object that is no file of the archive is logged and
    /// left out.
    ///
    /// # Errors
    /// [`StoreError::Throttled`], [`StoreError::Unavailable`] and [`StoreError::Refused`] as S3 answers.
    pub async fn files(&self) -> Result<Vec<ArchiveFile>, StoreError> {
        let mut files = Vec::new();
        for Listed { key, bytes, .. } in self.prefix.list(layout::EVENTS).await? {
            match layout::partition_of(&key) {
                Some(partition) => files.push(ArchiveFile { partition, key, bytes }),
                None => tracing::error!(tenant = self.tenant.expose(), "a file of the archive has no partition"),
            }
        }
        Ok(files)
    }

    /// The bytes of a file of the archive.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if it is gone; others as [`BuildWorld::files`].
    pub async fn read(&self, key: &str) -> Result<Vec<u8>, StoreError> {
        self.prefix.get(key).await?.ok_or(StoreError::Damaged)
    }

    /// Deletes everything of the days before the one that begins at `first_ms` (milliseconds since 1970): files,
    /// quarantined items, and what builds kept and published before it, which can be of no other days. Returns how many
    /// objects.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if S3 did not delete all of them; others as [`BuildWorld::files`]. The next call
    /// finds what is left.
    pub async fn expire(&self, first_ms: u64) -> Result<usize, StoreError> {
        let first_day = calendar::date(first_ms);
        let day = |key: &str| match layout::partition_of(key) {
            Some(partition) => Some(partition.date().to_owned()),
            None => layout::quarantined_day(key),
        };
        let is_old = |key: &str| day(key).is_some_and(|day| day < first_day);
        let mut old = Vec::new();
        for prefix in [layout::EVENTS, layout::QUARANTINE] {
            // Both are in the order of days. A key without a day is no object of ours, and no end.
            let is_retained = |key: &str| day(key).is_some_and(|day| day >= first_day);
            let listed = self.prefix.list_until(prefix, is_retained).await?;
            old.extend(listed.into_iter().map(|object| object.key).filter(|key| is_old(key)));
        }
        for prefix in [layout::PARTIALS, layout::MODELS] {
            let made = self.prefix.list(prefix).await?;
            old.extend(
                made.into_iter()
                    .filter(|object| object.put_ms < first_ms)
                    .map(|object| object.key),
            );
        }
        self.prefix.delete_all(&old).await?;
        self.withdraw(first_ms).await?;
        Ok(old.len())
    }

    /// The first day (`YYYY-MM-DD`) of which something is quarantined; `None` if nothing is.
    ///
    /// # Errors
    /// As [`BuildWorld::files`].
    pub async fn first_quarantined_day(&self) -> Result<Option<String>, StoreError> {
        let listed = self.prefix.list(layout::QUARANTINE).await?;
        Ok(listed.iter().find_map(|object| layout::quarantined_day(&object.key)))
    }

    /// What a stage has kept under a digest; `None` if nothing.
    ///
    /// # Errors
    /// As [`BuildWorld::files`].
    pub async fn kept(&self, stage: Stage, digest: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.prefix.get(&stage.key(digest)).await
    }

    /// The digests under which a stage has kept something.
    ///
    /// # Errors
    /// As [`BuildWorld::files`].
    pub async fn digests(&self, stage: Stage) -> Result<Vec<String>, StoreError> {
        let kept = self.digests_and_times(stage).await?;
        Ok(kept.into_iter().map(|(digest, _)| digest).collect())
    }

    /// As [`BuildWorld::digests`], with when each was kept, milliseconds since 1970.
    ///
    /// # Errors
    /// As [`BuildWorld::files`].
    pub async fn digests_and_times(&self, stage: Stage) -> Result<Vec<(String, u64)>, StoreError> {
        let prefix = stage.key("");
        let listed = self.prefix.list(&prefix).await?;
        let digest = |object: &Listed| Some((object.key.strip_prefix(&prefix)?.to_owned(), object.put_ms));
        Ok(listed.iter().filter_map(digest).collect())
    }

    /// Keeps what a stage made under a digest of what it is made of.
    ///
    /// # Errors
    /// As [`BuildWorld::files`].
    pub async fn keep(&self, stage: Stage, digest: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        self.prefix.put(&stage.key(digest), bytes).await
    }

    /// Deletes what a stage has kept under a digest. Nothing to delete is no error.
    ///
    /// # Errors
    /// As [`BuildWorld::files`].
    pub async fn forget(&self, stage: Stage, digest: &str) -> Result<(), StoreError> {
        self.prefix.delete(&stage.key(digest)).await
    }

    /// Publishes a model: puts the file, then the pointer to it. Returns whether it is published: a model whose files
    /// were listed later stays.
    ///
    /// # Errors
    /// [`StoreError::Throttled`], [`StoreError::Unavailable`] and [`StoreError::Refused`] as S3 or DynamoDB answers.
    pub async fn publish(&self, pointer: &ModelPointer, model: Vec<u8>) -> Result<bool, StoreError> {
        self.prefix.put(&layout::model(&pointer.version), model).await?;
        let put = self
            .repository
            .client
            .put_item()
            .table_name(&self.repository.tables.control);
        let sent = put
            .set_item(Some(item::key(self.tenant.expose(), key::model_sort(self.world))))
            .item(attribute::VERSION, item::s(pointer.version.as_str()))
            .item(attribute::AT, item::n(pointer.at_ms))
            .condition_expression("attribute_not_exists(pk) OR #at <= :at")
            .expression_attribute_names("#at", attribute::AT)
            .expression_attribute_values(":at", item::n(pointer.at_ms))
            .send()
            .await;
        held(sent, "control:PutItem")
    }

    /// Deletes the pointer to the published model, unless that model's files were listed after `at_ms` (milliseconds
    /// since 1970).
    ///
    /// # Errors
    /// [`StoreError::Throttled`], [`StoreError::Unavailable`] and [`StoreError::Refused`] as DynamoDB answers.
    pub async fn withdraw(&self, at_ms: u64) -> Result<(), StoreError> {
        let delete = self
            .repository
            .client
            .delete_item()
            .table_name(&self.repository.tables.control);
        let sent = delete
            .set_key(Some(item::key(self.tenant.expose(), key::model_sort(self.world))))
            .condition_expression("attribute_not_exists(pk) OR #at <= :at")
            .expression_attribute_names("#at", attribute::AT)
            .expression_attribute_values(":at", item::n(at_ms))
            .send()
            .await;
        held(sent, "control:DeleteItem").map(drop)
    }

    /// Deletes models that were put before `before_ms` (milliseconds since 1970) and are not the `published` one: a
    /// series of models shows by how much each differs from the next.
    ///
    /// # Errors
    /// As [`BuildWorld::files`].
    pub async fn forget_models(&self, published: Option<&str>, before_ms: u64) -> Result<(), StoreError> {
        for object in self.prefix.list(layout::MODELS).await? {
            if layout::version_of(&object.key) != published && object.put_ms < before_ms {
                self.prefix.delete(&object.key).await?;
            }
        }
        Ok(())
    }

    /// Which model is published; `None` if none is.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if the pointer is malformed. [`StoreError::Throttled`], [`StoreError::Unavailable`] and
    /// [`StoreError::Refused`] as DynamoDB answers.
    pub async fn pointer(&self) -> Result<Option<ModelPointer>, StoreError> {
        let get = self
            .repository
            .client
            .get_item()
            .table_name(&self.repository.tables.control);
        let sent = get
            .set_key(Some(item::key(self.tenant.expose(), key::model_sort(self.world))))
            .send()
            .await;
        let Some(pointer) = done(sent, "control:GetItem")?.item else {
            return Ok(None);
        };
        Ok(Some(ModelPointer {
            version: item::text(&pointer, attribute::VERSION)?.to_owned(),
            at_ms: item::number(&pointer, attribute::AT)?.ok_or(StoreError::Damaged)?,
        }))
    }

    /// The bytes of a model; `None` if there is no such version.
    ///
    /// # Errors
    /// As [`BuildWorld::files`].
    pub async fn model(&self, version: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.prefix.get(&layout::model(version)).await
    }

    /// The token of the world's rebuild request; `None` if there is none.
    ///
    /// # Errors
    /// [`StoreError::Throttled`], [`StoreError::Unavailable`] and [`StoreError::Refused`] as DynamoDB answers.
    pub async fn rebuild_token(&self) -> Result<Option<String>, StoreError> {
        let get = self
            .repository
            .client
            .get_item()
            .table_name(&self.repository.tables.control);
        let sent = get
            .set_key(Some(rebuild_request::key(self.tenant, self.world)))
            .consistent_read(true)
            .send()
            .await;
        let request = done(sent, "control:GetItem")?.item.unwrap_or_default();
        Ok(item::text(&request, attribute::TOKEN).ok().map(str::to_owned))
    }

    /// Ends the rebuild request with this token: deletes it, or replaces it by one that takes effect at `due_ms`
    /// (milliseconds since 1970). A later request, under another token, stays.
    ///
    /// # Errors
    /// [`StoreError::Throttled`], [`StoreError::Unavailable`] and [`StoreError::Refused`] as DynamoDB answers.
    pub async fn end_rebuild(&self, token: &str, due_ms: Option<u64>) -> Result<(), StoreError> {
        match due_ms {
            Some(due_ms) => self.postpone_rebuild(token, due_ms).await,
            None => self.delete_rebuild(token).await,
        }
    }

    async fn postpone_rebuild(&self, token: &str, due_ms: u64) -> Result<(), StoreError> {
        let put = self
            .repository
            .client
            .put_item()
            .table_name(&self.repository.tables.control);
        let sent = put
            .set_item(Some(rebuild_request::item(self.tenant, self.world)?))
            .item(attribute::DUE, item::n(due_ms))
            .condition_expression("attribute_not_exists(pk) OR #token = :token")
            .expression_attribute_names("#token", attribute::TOKEN)
            .expression_attribute_values(":token", item::s(token))
            .send()
            .await;
        held(sent, "control:PutItem").map(drop)
    }

    async fn delete_rebuild(&self, token: &str) -> Result<(), StoreError> {
        let delete = self
            .repository
            .client
            .delete_item()
            .table_name(&self.repository.tables.control);
        let sent = delete
            .set_key(Some(rebuild_request::key(self.tenant, self.world)))
            .condition_expression("#token = :token")
            .expression_attribute_names("#token", attribute::TOKEN)
            .expression_attribute_values(":token", item::s(token))
            .send()
            .await;
        held(sent, "control:DeleteItem").map(drop)
    }
}
