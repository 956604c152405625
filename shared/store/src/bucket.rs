//! The bucket: puts that are always encrypted under the tenant's key, and reads below a world's prefix.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, ObjectIdentifier, ServerSideEncryption};
use aws_sdk_s3::{Client, config};
use testgram_protocol::id::{TenantId, WorldId};

use crate::error::StoreError;
use crate::layout;

/// Which KMS key a tenant's objects are under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keys {
    /// One a tenant, by alias: this, followed by the tenant. Destroying the key destroys the tenant's data.
    PerTenant(String),
    /// One for all, for small installations.
    Shared(String),
}

impl Keys {
    /// Reads a setting: what ends with a slash is the beginning of aliases (`alias/testgram/prod/`), anything else is a key.
    #[must_use]
    pub fn of(setting: String) -> Self {
        if setting.ends_with('/') {
            Self::PerTenant(setting)
        } else {
            Self::Shared(setting)
        }
    }

    pub(crate) fn key(&self, tenant: &TenantId) -> String {
        match self {
            Self::PerTenant(prefix) => format!("{prefix}{}", tenant.expose()),
            Self::Shared(key) => key.clone(),
        }
    }
}

/// One attempt at a call to S3 that takes its time: a put of up to hundreds of megabytes, a thousand deletions. Nobody waits for it but a step
/// that has minutes.
const ATTEMPT: Duration = Duration::from_secs(60);
/// All attempts.
const OPERATION: Duration = Duration::from_secs(150);

fn slow() -> config::Builder {
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION);
    config::Config::builder().timeout_config(timeouts.build())
}

/// A client for S3.
#[must_use]
pub fn client(config: &SdkConfig) -> Client {
    Client::new(config)
}

/// Most objects that S3 deletes in one call.
const AT_ONCE: usize = 1_000;

/// The bucket.
#[derive(Debug, Clone)]
pub struct Bucket {
    client: Client,
    name: String,
    keys: Keys,
}

/// What is a world's in the bucket.
#[derive(Debug)]
pub(crate) struct Shelf<'a> {
    bucket: &'a Bucket,
    tenant: &'a TenantId,
    prefix: String,
}

/// An object.
#[derive(Debug)]
pub(crate) struct Listed {
    /// Its key, without the world's prefix.
    pub(crate) key: String,
    /// Its size.
    pub(crate) bytes: u64,
    /// When it was put, milliseconds since 1970.
    pub(crate) put_ms: u64,
}

impl Bucket {
    /// The bucket of that name, under those keys.
    #[must_use]
    pub const fn new(client: Client, name: String, keys: Keys) -> Self {
        Self { client, name, keys }
    }

    pub(crate) fn shelf<'a>(&'a self, tenant: &'a TenantId, world: &WorldId) -> Shelf<'a> {
        Shelf {
            bucket: self,
            tenant,
            prefix: layout::world(tenant, world),
        }
    }

    /// Makes the bucket, for local mode and tests: in AWS it is the template's.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn create(&self) -> Result<(), StoreError> {
        match self.client.create_bucket().bucket(&self.name).send().await {
            Ok(_) => Ok(()),
            Err(error) if matches!(error.code(), Some("BucketAlreadyOwnedByYou" | "BucketAlreadyExists")) => Ok(()),
            Err(error) => Err(StoreError::of(&error, "bucket:CreateBucket")),
        }
    }
}

impl Shelf<'_> {
    /// Encryption is asked for with every put, though the bucket has it as its default: one that lost its default must not
    /// take data in clear.
    pub(crate) async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<(), StoreError> {
        let put = self.bucket.client.put_object().bucket(&self.bucket.name);
        let put = put
            .key(format!("{}{key}", self.prefix))
            .server_side_encryption(ServerSideEncryption::AwsKms)
            .ssekms_key_id(self.bucket.keys.key(self.tenant))
            .bucket_key_enabled(true)
            .body(ByteStream::from(bytes));
        put.customize()
            .config_override(slow())
            .send()
            .await
            .map(|_| ())
            .map_err(|error| StoreError::of(&error, "bucket:PutObject"))
    }

    /// The object, if it is there.
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

    /// As [`Shelf::list`], up to the first whose key is an `end`: of a year of files those of its first day are one call.
    pub(crate) async fn list_until(&self, prefix: &str, end: impl Fn(&str) -> bool) -> Result<Vec<Listed>, StoreError> {
        let list = self.bucket.client.list_objects_v2().bucket(&self.bucket.name);
        let mut pages = list.prefix(format!("{}{prefix}", self.prefix)).into_paginator().send();
        let mut listed: Vec<Listed> = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| StoreError::of(&error, "bucket:ListObjectsV2"))?;
            for object in page.contents() {
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

    /// Deletes many at once. What S3 does not delete of them makes it fail: it is found and deleted again.
    pub(crate) async fn delete_all(&self, keys: &[String]) -> Result<(), StoreError> {
        for keys in keys.chunks(AT_ONCE) {
            let objects = keys.iter().map(|key| {
                let key = format!("{}{key}", self.prefix);
                ObjectIdentifier::builder().key(key).build()
            });
            let objects: Result<Vec<_>, _> = objects.collect();
            let objects = objects.map_err(|_| StoreError::Refused)?;
            let delete = Delete::builder().set_objects(Some(objects)).quiet(true).build();
            let delete = delete.map_err(|_| StoreError::Refused)?;
            let call = self.bucket.client.delete_objects().bucket(&self.bucket.name);
            let done = call.delete(delete).customize().config_override(slow()).send().await;
            // It asks for no other right than DeleteObject does.
            let done = done.map_err(|error| StoreError::of(&error, "bucket:DeleteObject"))?;
            if !done.errors().is_empty() {
                tracing::warn!(objects = done.errors().len(), "objects were not deleted");
                return Err(StoreError::Unavailable);
            }
        }
        Ok(())
    }

    pub(crate) async fn delete(&self, key: &str) -> Result<(), StoreError> {
        let delete = self.bucket.client.delete_object().bucket(&self.bucket.name);
        delete
            .key(format!("{}{key}", self.prefix))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| StoreError::of(&error, "bucket:DeleteObject"))
    }
}
