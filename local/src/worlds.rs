//! Worlds from a file, for `tg up --worlds`: `[{"tenant": "acme", "world": "shop", "key": "shopkey", "settings":
//! {…}}]`.

use std::{collections::HashSet, fs, io, path::Path};

use serde::Deserialize;
use serde_json::value::RawValue;
use testgram_protocol::id::{TenantId, WorldId, WorldKey};
use testgram_protocol::settings::{BadSetting, Settings};
use testgram_store::{StoreError, repository::admin::AdminRepository};

/// A world to put before the stack serves: one of the file of `tg up --worlds`, or the demo world.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorldConfig {
    /// The tenant that it belongs to.
    pub tenant: TenantId,
    /// Its id within the tenant.
    pub world: WorldId,
    /// Its public key, which pages name.
    pub key: WorldKey,
    /// Its owner's settings.
    pub settings: Settings,
}

/// Why the worlds of a file cannot be put. A world is named by its index in the file, from 0.
#[derive(Debug, thiserror::Error)]
pub enum WorldsError {
    /// The file cannot be read.
    #[error("the file of worlds cannot be read: {0}")]
    Unreadable(#[from] io::Error),
    /// The file is no list of worlds.
    #[error("the file of worlds is not a list of {{tenant, world, key, settings}}: {0}")]
    Malformed(#[from] serde_json::Error),
    /// A setting is unknown or has a bad value.
    #[error("worlds[{0}].settings: {1}")]
    Setting(usize, BadSetting),
    /// The file has this world twice.
    #[error("worlds[{0}] is the same world as an earlier one")]
    WorldTwice(usize),
    /// The file has this key twice.
    #[error("worlds[{0}].key is that of an earlier world")]
    KeyTwice(usize),
    /// Another world in the store has the key.
    #[error("worlds[{0}].key is taken by another world")]
    Taken(usize),
    /// The store failed to put this world.
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
/// `Unreadable`, `Malformed`, `Setting`, `WorldTwice` or `KeyTwice`; nothing has been put then.
pub fn read(file: &Path) -> Result<Vec<WorldConfig>, WorldsError> {
    parse(&fs::read_to_string(file)?)
}

fn parse(json: &str) -> Result<Vec<WorldConfig>, WorldsError> {
    let entries: Vec<Entry<'_>> = serde_json::from_str(json)?;
    let (mut worlds, mut names, mut keys) = (Vec::new(), HashSet::new(), HashSet::new());
    for (at, entry) in entries.into_iter().enumerate() {
        if !names.insert((entry.tenant.clone(), entry.world.clone())) {
            return Err(WorldsError::WorldTwice(at));
        }
        if !keys.insert(entry.key.clone()) {
            return Err(WorldsError::KeyTwice(at));
        }
        worlds.push(WorldConfig {
            tenant: entry.tenant,
            world: entry.world,
            key: entry.key,
            settings: Settings::read(entry.settings.get()).map_err(|bad| WorldsError::Setting(at, bad))?,
        });
    }
    Ok(worlds)
}

/// Puts worlds, over those that have their names.
pub(crate) async fn put(admin: &AdminRepository, worlds: &[WorldConfig]) -> Result<(), WorldsError> {
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
