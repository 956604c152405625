//! What the script function may do: look up what a world's browsers get. It writes nothing and reads no events.

use aws_sdk_dynamodb::Client;
use testgram_protocol::id::{WorldKey, WorldSalt};
use testgram_protocol::settings::Settings;

use super::world_record::Lookup;
use crate::error::StoreError;
use crate::tables::Tables;

/// The script function's repository: it reads worlds by key. Made once by its `main`.
#[derive(Debug, Clone)]
pub struct ScriptRepository(Lookup);

/// A world as its script needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientWorld {
    /// What its owner has set. Only a part of it goes to browsers.
    pub settings: Settings,
    /// The salt that browsers make labels with.
    pub salt: WorldSalt,
}

impl ScriptRepository {
    /// The repository over a client. Makes no call.
    #[must_use]
    pub fn new(client: Client, tables: Tables) -> Self {
        Self(Lookup::new(client, tables))
    }

    /// The world that has this key; `None` if no world has it.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] if the record is malformed, has no salt, or has settings that this version does not
    /// know: the world is closed, not open. [`StoreError::Throttled`], [`StoreError::Unavailable`] and
    /// [`StoreError::Refused`] as DynamoDB answers.
    pub async fn find(&self, world_key: &WorldKey) -> Result<Option<ClientWorld>, StoreError> {
        let Some(found) = self.0.world(world_key).await? else {
            return Ok(None);
        };
        Ok(Some(ClientWorld {
            settings: found.settings,
            salt: found.salt.ok_or(StoreError::Damaged)?,
        }))
    }

    /// Opens a connection to the table before the first visitor waits for it. A failure is logged only.
    pub async fn warm(&self) {
        self.0.warm().await;
    }
}
