//! Names of tables and of the attributes of their items.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;

/// The names of the three tables.
#[derive(Debug, Clone)]
pub struct Tables {
    /// Worlds and their settings, the index of world keys, usage.
    pub control: String,
    /// The buffer of batches.
    pub events: String,
    /// Who is connected.
    pub connections: String,
}

impl Tables {
    /// The names under a prefix, as the template and local mode give them.
    #[must_use]
    pub fn under(prefix: &str) -> Self {
        Self {
            control: format!("{prefix}-control"),
            events: format!("{prefix}-events"),
            connections: format!("{prefix}-connections"),
        }
    }
}

/// A client for DynamoDB.
#[must_use]
pub fn client(config: &SdkConfig) -> Client {
    Client::new(config)
}

/// Attribute names. DynamoDB bills them with every item, so those of the buffer are a letter or two.
pub(crate) mod attribute {
    /// Partition key of every table.
    pub(crate) const PK: &str = "pk";
    /// Sort key of every table.
    pub(crate) const SK: &str = "sk";
    /// Time to live, epoch seconds.
    pub(crate) const TTL: &str = "x";
    /// A packed batch.
    pub(crate) const BATCH: &str = "b";
    /// A tenant's id, where it is not the key.
    pub(crate) const TENANT: &str = "tenant";
    /// A world's id, where it is not the key.
    pub(crate) const WORLD: &str = "world";
    /// A world's public key.
    pub(crate) const KEY: &str = "key";
    /// A world's settings, JSON.
    pub(crate) const SETTINGS: &str = "settings";
    /// The salt of a world's labels, hex.
    pub(crate) const SALT: &str = "salt";
    /// What the noise on a world's models is made with, bytes that nobody is told.
    pub(crate) const NOISE: &str = "noise";
    /// Events taken this month.
    pub(crate) const EVENTS: &str = "events";
    /// When, milliseconds since 1970.
    pub(crate) const AT: &str = "at";
    /// Tells a note from one that has taken its place.
    pub(crate) const TOKEN: &str = "token";
    /// Before which a note is none yet, milliseconds since 1970.
    pub(crate) const DUE: &str = "due";
    /// The version of a model.
    pub(crate) const VERSION: &str = "version";
}
