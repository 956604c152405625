//! The KMS keys that encrypt tenants' parts of the archive. Made with the tenant; destroying one destroys what it
//! encrypts.
//!
//! Only the operator's tool has this repository: functions use the keys through S3 only.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_kms::Client;
use aws_sdk_kms::config;
use aws_sdk_kms::error::ProvideErrorMetadata;
use aws_sdk_kms::types::{KeyState, Tag};
use testgram_protocol::id::TenantId;

use crate::bucket::KmsKeys;
use crate::error::{StoreError, done};

/// KMS makes a key in a second or so.
const CALL: Duration = Duration::from_secs(30);
/// How long a key that got no alias waits for its deletion, days: the least that KMS has.
const WAIT_DAYS: i32 = 7;

/// The repository of tenants' keys.
#[derive(Debug, Clone)]
pub struct TenantKeys {
    client: Client,
    keys: KmsKeys,
}

/// A client for KMS that tries each call once: a repeated CreateKey makes a second key.
#[must_use]
pub fn client(config: &SdkConfig) -> Client {
    let timeouts = TimeoutConfig::builder()
        .operation_timeout(CALL)
        .operation_attempt_timeout(CALL);
    let config = config::Builder::from(config)
        .timeout_config(timeouts.build())
        .retry_config(RetryConfig::standard().with_max_attempts(1));
    Client::from_conf(config.build())
}

impl TenantKeys {
    /// The repository over a client, for the keys of one stack. Makes no call.
    #[must_use]
    pub const fn of(client: Client, keys: KmsKeys) -> Self {
        Self { client, keys }
    }

    /// Makes the tenant's key if there is none; returns whether it did. The key is rotated every year, stays in one
    /// region, and can be deleted only after a wait. A key that all tenants share is not made here.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if there is a key that cannot be used, since it is disabled or about to be deleted.
    /// [`StoreError::Throttled`], [`StoreError::Unavailable`] and [`StoreError::Refused`] as KMS answers;
    /// [`StoreError::Refused`] also where a shared key does not exist.
    pub async fn ensure(&self, tenant: &TenantId) -> Result<bool, StoreError> {
        let name = self.keys.key(tenant);
        match self.client.describe_key().key_id(&name).send().await {
            Ok(described) => match described.key_metadata().and_then(|key| key.key_state()) {
                Some(KeyState::Enabled) => Ok(false),
                _ => Err(StoreError::Damaged),
            },
            Err(error) if error.code() == Some("NotFoundException") && matches!(self.keys, KmsKeys::PerTenant(_)) => {
                self.make(name).await
            }
            Err(error) => Err(StoreError::of(&error, "kms:DescribeKey")),
        }
    }

    /// Makes a key and gives it its alias; returns false if the alias was taken at the same time. A key that got no
    /// alias is deleted.
    async fn make(&self, alias: String) -> Result<bool, StoreError> {
        let tag = Tag::builder().tag_key("testgram:alias").tag_value(&alias).build();
        let create = self
            .client
            .create_key()
            .description("Testgram: the archive of a tenant");
        let sent = create.tags(tag.map_err(|_| StoreError::Refused)?).send().await;
        let created = done(sent, "kms:CreateKey")?;
        let id = created
            .key_metadata()
            .map(|key| key.key_id())
            .ok_or(StoreError::Damaged)?;
        let named = self.name(id, alias).await;
        if !matches!(named, Ok(true)) {
            let delete = self.client.schedule_key_deletion().key_id(id);
            if let Err(error) = delete.pending_window_in_days(WAIT_DAYS).send().await {
                // An operator finds it by its tag.
                return Err(StoreError::of(&error, "kms:ScheduleKeyDeletion"));
            }
        }
        named
    }

    /// Rotation first and the alias last: a key with its alias is complete. Returns false if the alias was taken.
    async fn name(&self, id: &str, alias: String) -> Result<bool, StoreError> {
        let sent = self.client.enable_key_rotation().key_id(id).send().await;
        done(sent, "kms:EnableKeyRotation")?;
        match self
            .client
            .create_alias()
            .alias_name(alias)
            .target_key_id(id)
            .send()
            .await
        {
            Ok(_) => Ok(true),
            Err(error) if error.code() == Some("AlreadyExistsException") => Ok(false),
            Err(error) => Err(StoreError::of(&error, "kms:CreateAlias")),
        }
    }
}
