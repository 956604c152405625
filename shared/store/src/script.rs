//! What the script function may do: look up what a world's browsers are told. It writes nothing and sees no events.

use aws_sdk_dynamodb::Client;
use testgram_protocol::id::{WorldKey, WorldSalt};
use testgram_protocol::settings::Settings;

use crate::error::StoreError;
use crate::lookup::Lookup;
use crate::tables::Tables;

/// The script function's room.
#[derive(Debug, Clone)]
pub struct Scripts(Lookup);

/// A world as its script needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What its owner has set.
    pub settings: Settings,
    /// The salt of its labels.
    pub salt: WorldSalt,
}

impl Scripts {
    /// Opens the room.
    #[must_use]
    pub fn new(client: Client, tables: Tables) -> Self {
        Self(Lookup::new(client, tables.control))
    }

    /// The world with this key, if there is one.
    ///
    /// # Errors
    /// [`StoreError`]; [`StoreError::Damaged`] also where a setting is not known here, or the salt is missing: closed, not open.
    pub async fn find(&self, world_key: &WorldKey) -> Result<Option<Told>, StoreError> {
        let Some(found) = self.0.world(world_key).await? else {
            return Ok(None);
        };
        Ok(Some(Told {
            settings: found.settings,
            salt: found.salt.ok_or(StoreError::Damaged)?,
        }))
    }

    /// Opens a connection to the table before the first visitor waits for it.
    pub async fn warm(&self) {
        self.0.warm().await;
    }
}
