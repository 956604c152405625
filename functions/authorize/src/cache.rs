//! Worlds, remembered for a short time. A change of settings reaches new connections within [`KEEP_MS`], and open ones when
//! ingest next sends them back to the authorizer.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;
use testgram_protocol::id::WorldKey;
use testgram_store::authorizer::WorldRecord;

/// How long an answer counts: long enough that a burst of connects costs one look-up, short enough that a changed
/// setting is soon tried.
const KEEP_MS: u64 = 15_000;
/// Worlds kept; a record is a few hundred bytes.
const WORLDS: NonZeroUsize = NonZeroUsize::new(4_096).unwrap();
/// Unknown keys kept apart, so that a flood of made-up keys cannot push worlds out.
const UNKNOWN: NonZeroUsize = NonZeroUsize::new(4_096).unwrap();

type Known = Option<Arc<WorldRecord>>;

/// The cache.
#[derive(Debug)]
pub(crate) struct Cache(Mutex<Entries>);

#[derive(Debug)]
struct Entries {
    worlds: LruCache<WorldKey, (u64, Arc<WorldRecord>)>,
    unknown: LruCache<WorldKey, u64>,
}

impl Default for Cache {
    fn default() -> Self {
        Self(Mutex::new(Entries {
            worlds: LruCache::new(WORLDS),
            unknown: LruCache::new(UNKNOWN),
        }))
    }
}

impl Cache {
    /// What is known of `key`: nothing, that no world has it (`Some(None)`), or its world.
    pub(crate) fn get(&self, key: &WorldKey, now_ms: u64) -> Option<Known> {
        // A panic elsewhere cannot leave a half-written entry behind.
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |since: &u64| now_ms.saturating_sub(*since) < KEEP_MS;
        if let Some((_, world)) = entries.worlds.get(key).filter(|(since, _)| fresh(since)) {
            return Some(Some(Arc::clone(world)));
        }
        entries.unknown.get(key).filter(|since| fresh(since)).map(|_| None)
    }

    /// Remembers what was found for `key`, and hands it back.
    pub(crate) fn put(&self, key: WorldKey, found: Option<WorldRecord>, now_ms: u64) -> Known {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = found.map(Arc::new);
        match &found {
            Some(world) => drop(entries.worlds.put(key, (now_ms, Arc::clone(world)))),
            None => drop(entries.unknown.put(key, now_ms)),
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use testgram_protocol::id::{TenantId, WorldId};
    use testgram_protocol::settings::Settings;

    use super::*;

    fn key(text: &str) -> WorldKey {
        WorldKey::new(text).unwrap()
    }

    fn world() -> WorldRecord {
        let (tenant, world) = (TenantId::new("acme").unwrap(), WorldId::new("shop").unwrap());
        WorldRecord {
            tenant,
            world,
            settings: Settings::default(),
            used: 0,
        }
    }

    #[test]
    fn answers_count_for_a_short_time_only() {
        let cache = Cache::default();
        cache.put(key("demo"), Some(world()), 1_000);
        assert!(matches!(cache.get(&key("demo"), 1_000 + KEEP_MS - 1), Some(Some(_))));
        assert!(cache.get(&key("demo"), 1_000 + KEEP_MS).is_none());
    }

    #[test]
    fn made_up_keys_do_not_push_worlds_out() {
        let cache = Cache::default();
        cache.put(key("demo"), Some(world()), 0);
        for n in 0..2 * UNKNOWN.get() {
            cache.put(key(&format!("made{n}")), None, 0);
        }
        assert!(matches!(cache.get(&key("demo"), 1), Some(Some(_))));
        assert!(cache.get(&key("made0"), 1).is_none(), "bounded");
        assert!(matches!(
            cache.get(&key(&format!("made{}", 2 * UNKNOWN.get() - 1)), 1),
            Some(None)
        ));
    }

    #[test]
    fn a_key_made_known_later_is_found() {
        let cache = Cache::default();
        cache.put(key("demo"), None, 0);
        cache.put(key("demo"), Some(world()), 5);
        assert!(matches!(cache.get(&key("demo"), 6), Some(Some(_))));
    }
}
