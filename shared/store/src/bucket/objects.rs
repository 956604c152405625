//! Objects of the archive's bucket: puts are always encrypted under the tenant's key, and every call is below a world's
//! prefix.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, ObjectIdentifier, ServerSideEncryption};
use aws_sdk_s3::{Client, config};
use testgram_protocol::id::{TenantId, WorldId};

use super::layout;
use crate::error::{StoreError, done};

/// Which KMS key a tenant's objects are encrypted under. Made from the setting `TESTGRAM_KEYS`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KmsKeys {
    /// One key a tenant, by alias: this prefix, followed by the tenant. Destroying the key destroys the tenant's data.
    PerTenant(String),
    /// One key for all tenants, for small installations.
    Shared(String),
}

impl KmsKeys {
    /// Reads a setting: text that ends with a slash is a prefix of aliases (`alias/testgram/prod/`), any other is a
    /// key.
    #[must_use]
    pub fn of(setting: String) -> Self {
        if setting.ends_with('/') {
            Self::PerTenant(setting)
        } else {
            Self::Shared(setting)
        }
    }

    /// The id or alias of the key that a tenant's objects are under.
    pub(crate) fn key(&self, tenant: &TenantId) -> String {
        match self {
            Self::PerTenant(prefix) => format!("{prefix}{}", tenant.expose()),
            Self::Shared(key) => key.clone(),
        }
    }
}

/// One attempt at a long call to S3: a put of up to hundreds of megabytes, a thousand deletions. Only steps that have
/// minutes wait for it.
const ATTEMPT: Duration = Duration::from_secs(60);
/// All attempts at such a call together.
const OPERATION: Duration = Duration::from_secs(150);

fn slow() -> config::Builder {
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION);
    config::Config::builder().timeout_config(timeouts.build())
}

/// A client for S3 with the configuration of `testgram_runtime::start`.
#[must_use]
pub fn client(config: &SdkConfig) -> Client {
    Client::new(config)
}

/// Most objects that S3 deletes in one call.
const AT_ONCE: usize = 1_000;

/// The archive's bucket. Repositories reach it through [`WorldPrefix`] only.
#[derive(Debug, Clone)]
pub struct Bucket {
    client: Client,
    name: String,
    keys: KmsKeys,
}

/// The objects of one tenant's world: every key is below its prefix.
#[derive(Debug)]
pub(crate) struct WorldPrefix<'a> {
    bucket: &'a Bucket,
    tenant: &'a TenantId,
    prefix: String,
}

/// An object, as a listing has it.
#[derive(Debug)]
pub(crate) struct Listed {
    /// Its key below the world's prefix.
    pub(crate) key: String,
    /// Its size in bytes.
    pub(crate) bytes: u64,
    /// When it was put, milliseconds since 1970.
    pub(crate) put_ms: u64,
}

impl Bucket {
    /// The bucket of that name, its objects encrypted under those keys. Makes no call.
    #[must_use]
    pub const fn new(client: Client, name: String, keys: KmsKeys) -> Self {
        Self { client, name, keys }
    }

    /// A handle on the objects of one world.
    pub(crate) fn world_prefix<'a>(&'a self, tenant: &'a TenantId, world: &WorldId) -> WorldPrefix<'a> {
        WorldPrefix {
            bucket: self,
            tenant,
            prefix: layout::world(tenant, world),
        }
    }

    /// Creates the bucket if it is not there, for local mode and tests: in AWS the template creates it.
    ///
    /// # Errors
    /// [`StoreError::Throttled`], [`StoreError::Unavailable`] and [`StoreError::Refused`] as S3 answers.
    pub async fn create(&self) -> Result<(), StoreError> {
        match self.client.create_bucket().bucket(&self.name).send().await {
            Ok(_) => Ok(()),
            Err(error) if matches!(error.code(), Some("BucketAlreadyOwnedByYou" | "BucketAlreadyExists")) => Ok(()),
            Err(error) => Err(StoreError::of(&error, "bucket:CreateBucket")),
        }
    }
}

impl WorldPrefix<'_> {
    /// Puts an object. Every put names the encryption and the key, though the bucket has a default: a bucket that lost
    /// its default must not take data in clear.
    pub(crate) async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        let put = self.bucket.client.put_object().bucket(&self.bucket.name);
        let encrypted = put
            .key(format!("{}{key}", self.prefix))
            .server_side_encryption(ServerSideEncryption::AwsKms)
            .ssekms_key_id(self.bucket.keys.key(self.tenant))
            .bucket_key_enabled(true)
            .body(ByteStream::from(bytes));
        let sent = encrypted.customize().config_override(slow()).send().await;
        done(sent, "bucket:PutObject").map(drop)
    }

    /// An object's bytes; `None` if it is not there.
    pub(crate) async fn get(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let get = self.bucket.client.get_object().bucket(&self.bucket.name);
        let got = match get.key(format!("{}{key}", self.prefix)).send().await {
            Ok(got) => got,
            Err(error) if error.code() == Some("NoSuchKey") => return Ok(None),
            Err(error) => return Err(StoreError::of(&error, "bucket:GetObject")),
        };
        let body = got.body.collect().await.map_err(|_| {
            tracing::warn!(action = "bucket:GetObject", "a body broke off");
            StoreError::Unavailable
        })?;
        Ok(Some(body.to_vec()))
    }

    /// The objects under a prefix, in the order of their keys' bytes.
    pub(crate) async fn list(&self, prefix: &str) -> Result<Vec<Listed>, StoreError> {
        self.list_until(prefix, |_| false).await
    }

    /// As [`WorldPrefix::list`], up to the first whose key is an `end`: of a year of files those of its first day are
    /// one call.
    pub(crate) async fn list_until(&self, prefix: &str, end: impl Fn(&str) -> bool) -> Result<Vec<Listed>, StoreError> {
        let list = self.bucket.client.list_objects_v2().bucket(&self.bucket.name);
        let mut pages = list.prefix(format!("{}{prefix}", self.prefix)).into_paginator().send();
        let mut listed: Vec<Listed> = Vec::new();
        while let Some(page) = pages.next().await {
            for object in done(page, "bucket:ListObjectsV2")?.contents() {
                let Some(key) = object.key().and_then(|key| key.strip_prefix(&self.prefix)) else {
                    continue;
                };
                if end(key) {
                    return Ok(listed);
                }
                listed.push(Listed {
                    key: key.to_owned(),
                    bytes: u64::try_from(object.size().unwrap_or_default()).unwrap_or_default(),
                    put_ms: object
                        .last_modified()
                        .and_then(|at| u64::try_from(at.to_millis().ok()?).ok())
                        .unwrap_or_default(),
                });
            }
        }
        Ok(listed)
    }

    /// Deletes many objects, a thousand a call. Fails if S3 does not delete all of them: the next listing finds what is
    /// left.
    pub(crate) async fn delete_all(&self, keys: &[String]) -> Result<(), StoreError> {
        for keys in keys.chunks(AT_ONCE) {
            let objects = keys.iter().map(|key| {
                let key = format!("{}{key}", self.prefix);
                ObjectIdentifier::builder().key(key).build()
            });
            let objects: Vec<_> = objects.collect::<Result<_, _>>().map_err(|_| StoreError::Refused)?;
            let delete = Delete::builder().set_objects(Some(objects)).quiet(true);
            let call = self.bucket.client.delete_objects().bucket(&self.bucket.name);
            let sent = call
                .delete(delete.build().map_err(|_| StoreError::Refused)?)
                .customize()
                .config_override(slow())
                .send()
                .await;
            // It needs no other right than DeleteObject does.
            let deleted = done(sent, "bucket:DeleteObject")?;
            if !deleted.errors().is_empty() {
                tracing::warn!(objects = deleted.errors().len(), "objects were not deleted");
                return Err(StoreError::Unavailable);
            }
        }
        Ok(())
    }

    /// Deletes an object. Nothing to delete is no error.
    pub(crate) async fn delete(&self, key: &str) -> Result<(), StoreError> {
        let delete = self.bucket.client.delete_object().bucket(&self.bucket.name);
        let sent = delete.key(format!("{}{key}", self.prefix)).send().await;
        done(sent, "bucket:DeleteObject").map(drop)
    }
}
