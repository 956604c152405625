//! The KMS key that a tenant's part of the archive is under. Made with the tenant; destroying it destroys what is under it.
//!
//! No function holds this room: those that read and write the archive use keys through S3 only.

use aws_config::SdkConfig;
use aws_sdk_kms::Client;
use aws_sdk_kms::error::ProvideErrorMetadata;
use aws_sdk_kms::types::{KeyState, Tag};
use testgram_protocol::id::TenantId;

use crate::error::StoreError;

/// The room.
#[derive(Debug, Clone)]
pub struct TenantKeys {
    client: Client,
    prefix: String,
}

/// A client for KMS.
#[must_use]
pub fn client(config: &SdkConfig) -> Client {
    Client::new(config)
}

impl TenantKeys {
    /// The keys whose aliases begin with `alias/testgram/<stack>/`, as the template has it.
    #[must_use]
    pub fn of(client: Client, stack: &str) -> Self {
        Self {
            client,
            prefix: format!("alias/testgram/{stack}/"),
        }
    }

    /// Makes the tenant's key if there is none; whether there was none. Rotated every year, in one region, and deletable only after a wait.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Damaged`] if there is one that cannot be used: disabled, or about to be deleted.
    pub async fn ensure(&self, tenant: &TenantId) -> Result<bool, StoreError> {
        let alias = format!("{}{}", self.prefix, tenant.expose());
        let described = self.client.describe_key().key_id(&alias).send().await;
        match described {
            Ok(described) => {
                let state = described.key_metadata().and_then(|key| key.key_state());
                return match state {
                    Some(KeyState::Enabled) => Ok(false),
                    _ => Err(StoreError::Damaged),
                };
            }
            Err(error) if error.code() == Some("NotFoundException") => (),
            Err(error) => return Err(StoreError::of(&error, "kms:DescribeKey")),
        }
        let tag = Tag::builder().tag_key("testgram:alias").tag_value(&alias).build();
        let create = self
            .client
            .create_key()
            .description("Testgram: the archive of a tenant")
            .tags(tag.map_err(|_| StoreError::Refused)?);
        let created = create
            .send()
            .await
            .map_err(|error| StoreError::of(&error, "kms:CreateKey"))?;
        let id = created
            .key_metadata()
            .map(|key| key.key_id())
            .ok_or(StoreError::Damaged)?;
        let rotate = self.client.enable_key_rotation().key_id(id).send().await;
        rotate.map_err(|error| StoreError::of(&error, "kms:EnableKeyRotation"))?;
        // Last: what has the alias is whole. A key that has none after a crash is found by its tag.
        let named = self
            .client
            .create_alias()
            .alias_name(alias)
            .target_key_id(id)
            .send()
            .await;
        named.map_err(|error| StoreError::of(&error, "kms:CreateAlias"))?;
        Ok(true)
    }
}
