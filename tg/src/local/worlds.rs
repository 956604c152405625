//! Worlds from a file, for `tg up --worlds`: `[{"tenant": "acme", "world": "shop", "key": "shopkey", "settings": {…}}]`.

use std::{collections::HashSet, fs, io, path::Path};

use serde::Deserialize;
use serde_json::value::RawValue;
use testgram_protocol::id::{TenantId, WorldId, WorldKey};
use testgram_protocol::settings::{BadSetting, Settings};
use testgram_store::{StoreError, repository::admin::AdminRepository};

/// A world to be there when the stack serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct World {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub world: WorldId,
    /// Its public key.
    pub key: WorldKey,
    /// What its owner has set.
    pub settings: Settings,
}

/// Why the worlds of a file cannot be had. Worlds are named by their place in it, from 0.
#[derive(Debug, thiserror::Error)]
pub enum WorldsError {
    /// The file cannot be read.
    #[error("the file of worlds cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// It is no list of worlds.
    #[error("the file of worlds is not a list of {{tenant, world, key, settings}}: {0}")]
    Malformed(#[from] serde_json::Error),
    /// A setting is bad.
    #[error("worlds[{0}].settings: {1}")]
    Setting(usize, BadSetting),
    /// A world stands in it twice.
    #[error("worlds[{0}] is the same world as one before it")]
    WorldTwice(usize),
    /// A key stands in it twice.
    #[error("worlds[{0}].key is that of a world before it")]
    KeyTwice(usize),
    /// The key is another world's.
    #[error("worlds[{0}].key is another world's already")]
    Taken(usize),
    /// The store failed.
    #[error("worlds[{0}] cannot be stored: {1}")]
    Store(usize, StoreError),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry<'a> {
    tenant: TenantId,
    world: WorldId,
    key: WorldKey,
    #[serde(borrow)]
    settings: &'a RawValue,
}

/// Reads a file of worlds.
///
/// # Errors
/// What is wrong with it.
pub fn read(file: &Path) -> Result<Vec<World>, WorldsError> {
    parse(&fs::read_to_string(file)?)
}

fn parse(json: &str) -> Result<Vec<World>, WorldsError> {
    let entries: Vec<Entry<'_>> = serde_json::from_str(json)?;
    let (mut worlds, mut names, mut keys) = (Vec::new(), HashSet::new(), HashSet::new());
    for (at, entry) in entries.into_iter().enumerate() {
        if !names.insert((entry.tenant.clone(), entry.world.clone())) {
            return Err(WorldsError::WorldTwice(at));
        }
        if !keys.insert(entry.key.clone()) {
            return Err(WorldsError::KeyTwice(at));
        }
        worlds.push(World {
            tenant: entry.tenant,
            world: entry.world,
            key: entry.key,
            settings: Settings::read(entry.settings.get()).map_err(|bad| WorldsError::Setting(at, bad))?,
        });
    }
    Ok(worlds)
}

/// Writes worlds over what was there under their names.
pub(super) async fn put(admin: &AdminRepository, worlds: &[World]) -> Result<(), WorldsError> {
    for (at, new) in worlds.iter().enumerate() {
        let put = admin
            .put_world(&new.tenant, &new.world, &new.key, Some(&new.settings))
            .await;
        put.map_err(|error| match error {
            StoreError::Taken => WorldsError::Taken(at),
            error => WorldsError::Store(at, error),
        })?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_good_or_says_where_it_is_not() {
        let one = r#"{"tenant":"acme","world":"shop","key":"shopkey","settings":{}}"#;
        let worlds = parse(&format!("[{one}]")).unwrap();
        assert_eq!(worlds[0].settings, Settings::default());
        assert_eq!(parse("[]").unwrap(), []);
        let fails = |json: &str, with: &str| {
            let text = parse(json).unwrap_err().to_string();
            assert!(text.starts_with(with), "{text}");
        };
        fails("{}", "the file of worlds is not a list");
        fails(r#"[{"tenant":"acme"}]"#, "the file of worlds is not a list");
        fails(
            &one.replace("acme", "ACME").replace('{', "[{"),
            "the file of worlds is not a list",
        );
        fails(&format!("[{one},{one}]"), "worlds[1] is the same world");
        fails(
            &format!("[{one},{}]", one.replace("\"shop\"", "\"blog\"")),
            "worlds[1].key is that of",
        );
        let settings = |json: &str| format!("[{}]", one.replace("{}", json));
        fails(&settings(r#"{"k":1}"#), "worlds[0].settings: k: setting_out_of_range: ");
        fails(
            &settings(r#"{"sampel":1}"#),
            "worlds[0].settings: sampel: setting_unknown: ",
        );
        fails(&settings("[]"), "worlds[0].settings: setting_wrong_type: ");
    }
}
