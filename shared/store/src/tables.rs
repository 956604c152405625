//! Names of the tables, and of the attributes of their items.

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;

/// The names of a stack's three tables. Made by every `main` from the prefix in its environment; the repositories read
/// it.
#[derive(Debug, Clone)]
pub struct Tables {
    /// Worlds and their settings, the index of world keys, pending windows, rebuild requests, usage.
    pub control: String,
    /// The buffer: acknowledged batches that are not archived yet.
    pub events: String,
    /// Open connections, by tenant and world.
    pub connections: String,
}

impl Tables {
    /// The tables of a stack. The template and local mode name them so.
    ///
    /// ```
    /// let tables = testgram_store::Tables::under("testgram-prod");
    /// assert_eq!(tables.control, "testgram-prod-control");
    /// ```
    #[must_use]
    pub fn under(prefix: &str) -> Self {
        Self {
            control: format!("{prefix}-control"),
            events: format!("{prefix}-events"),
            connections: format!("{prefix}-connections"),
        }
    }
}

/// A client for DynamoDB with the configuration of `testgram_runtime::start`.
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
    /// The secret that the noise on a world's models is made with: 32 bytes, which no browser-facing function may read.
    pub(crate) const NOISE: &str = "noise";
    /// Events accepted this month.
    pub(crate) const EVENTS: &str = "events";
    /// When the files of a model were listed, milliseconds since 1970.
    pub(crate) const AT: &str = "at";
    /// Which rebuild request this is: a build deletes only the one that it has seen.
    pub(crate) const TOKEN: &str = "token";
    /// When a rebuild request takes effect, milliseconds since 1970; at once without it.
    pub(crate) const DUE: &str = "due";
    /// The version of a model.
    pub(crate) const VERSION: &str = "version";
}
