//! The KMS keys that tenants' parts of the archive are under. Made with the tenant; destroying one destroys what is under it.
//!
//! No function holds this room: those that read and write the archive use keys through S3 only.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_kms::Client;
use aws_sdk_kms::config;
use aws_sdk_kms::error::ProvideErrorMetadata;
use aws_sdk_kms::types::{KeyState, Tag};
use testgram_protocol::id::TenantId;

use crate::bucket::Keys;
use crate::error::StoreError;

/// KMS makes a key in a second or so.
const CALL: Duration = Duration::from_secs(30);
/// How long a key that came to nothing waits for its deletion, days: the least that KMS has.
const WAIT_DAYS: i32 = 7;

/// The room.
#[derive(Debug, Clone)]
pub struct TenantKeys {
    client: Client,
    keys: Keys,
}

/// A client for KMS. It asks once: a key that is asked for twice is made twice.
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
    /// The keys of a stack.
    #[must_use]
    pub const fn of(client: Client, keys: Keys) -> Self {
        Self { client, keys }
    }

    /// Makes the tenant's key if there is none; whether there was none. It is rotated every year, in one region, and deletable only after a wait.
    /// A key that all tenants share is not made here.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Damaged`] if there is one that cannot be used, since it is disabled or about to be deleted.
    pub async fn ensure(&self, tenant: &TenantId) -> Result<bool, StoreError> {
        let name = self.keys.key(tenant);
        match self.client.describe_key().key_id(&name).send().await {
            Ok(described) => match described.key_metadata().and_then(|key| key.key_state()) {
                Some(KeyState::Enabled) => Ok(false),
                _ => Err(StoreError::Damaged),
            },
            Err(error) if error.code() == Some("NotFoundException") && matches!(self.keys, Keys::PerTenant(_)) => {
                self.make(name).await
            }
            Err(error) => Err(StoreError::of(&error, "kms:DescribeKey")),
        }
    }

    /// Makes a key and gives it its alias; whether it did, and not somebody else at the same time. One that did not come to its alias is deleted.
    async fn make(&self, alias: String) -> Result<bool, StoreError> {
        let tag = Tag::builder().tag_key("testgram:alias").tag_value(&alias).build();
        let create = self
            .client
            .create_key()
            .description("Testgram: the archive of a tenant");
        let created = create.tags(tag.map_err(|_| StoreError::Refused)?).send().await;
        let created = created.map_err(|error| StoreError::of(&error, "kms:CreateKey"))?;
        let id = created
            .key_metadata()
            .map(|key| key.key_id())
            .ok_or(StoreError::Damaged)?;
        let named = self.name(id, alias).await;
        if !matches!(named, Ok(true)) {
            let delete = self.client.schedule_key_deletion().key_id(id);
            if let Err(error) = delete.pending_window_in_days(WAIT_DAYS).send().await {
                // It has its tag, by which it is found.
                return Err(StoreError::of(&error, "kms:ScheduleKeyDeletion"));
            }
        }
        named
    }

    /// The alias last: what has it is whole. Whether it was there to be had.
    async fn name(&self, id: &str, alias: String) -> Result<bool, StoreError> {
        let rotate = self.client.enable_key_rotation().key_id(id).send().await;
        rotate.map_err(|error| StoreError::of(&error, "kms:EnableKeyRotation"))?;
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
