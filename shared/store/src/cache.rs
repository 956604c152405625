//! A cache of look-ups by world key, for the functions that browsers call.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;
use testgram_protocol::id::WorldKey;

/// How long an entry is fresh: long enough that a burst of visitors costs one look-up, short enough that a changed
/// setting soon takes effect.
const KEEP_MS: u64 = 15_000;
/// Unknown keys are kept in a cache of their own, so that a flood of made-up keys cannot evict worlds.
const UNKNOWN: NonZeroUsize = NonZeroUsize::new(4_096).unwrap();

/// The latest look-ups by world key, each fresh for 15 seconds. The authorizer keeps records in it, the script function
/// scripts.
///
/// ```
/// use std::num::NonZeroUsize;
/// use std::sync::Arc;
/// use testgram_protocol::id::WorldKey;
/// use testgram_store::cache::WorldKeyCache;
///
/// let cache = WorldKeyCache::with_capacity(NonZeroUsize::MIN);
/// let key = WorldKey::new("demo").unwrap();
/// assert_eq!(cache.get(&key, 0), None, "not looked up yet");
/// cache.put(key.clone(), Some(Arc::new("a record")), 0);
/// assert_eq!(cache.get(&key, 14_999), Some(Some(Arc::new("a record"))));
/// assert_eq!(cache.get(&key, 15_000), None, "no longer fresh");
/// ```
#[derive(Debug)]
pub struct WorldKeyCache<T>(Mutex<Entries<T>>);

#[derive(Debug)]
struct Entries<T> {
    known: LruCache<WorldKey, (u64, Arc<T>)>,
    unknown: LruCache<WorldKey, u64>,
}

impl<T> WorldKeyCache<T> {
    /// An empty cache for at most `worlds` worlds, and some thousands of unknown keys.
    #[must_use]
    pub fn with_capacity(worlds: NonZeroUsize) -> Self {
        Self(Mutex::new(Entries {
            known: LruCache::new(worlds),
            unknown: LruCache::new(UNKNOWN),
        }))
    }

    /// The fresh entry of `key` at `now_ms` (milliseconds since 1970): `None` if there is none, `Some(None)` if no
    /// world has the key.
    pub fn get(&self, key: &WorldKey, now_ms: u64) -> Option<Option<Arc<T>>> {
        // A panic elsewhere cannot leave a half-written entry behind.
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |since: &u64| now_ms.saturating_sub(*since) < KEEP_MS;
        if let Some((_, found)) = entries.known.get(key).filter(|(since, _)| fresh(since)) {
            return Some(Some(Arc::clone(found)));
        }
        entries.unknown.get(key).filter(|since| fresh(since)).map(|_| None)
    }

    /// What was last found for `key`, fresh or not: to see whether it is the same again.
    pub fn stale(&self, key: &WorldKey) -> Option<Arc<T>> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.known.peek(key).map(|(_, found)| Arc::clone(found))
    }

    /// Puts what was found for `key` at `now_ms` (`None`: no world has it), and returns it.
    pub fn put(&self, key: WorldKey, found: Option<Arc<T>>, now_ms: u64) -> Option<Arc<T>> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &found {
            Some(found) => drop(entries.known.put(key, (now_ms, Arc::clone(found)))),
            None => drop(entries.unknown.put(key, now_ms)),
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> WorldKey {
        WorldKey::new(text).unwrap()
    }

    fn cache() -> WorldKeyCache<&'static str> {
        WorldKeyCache::with_capacity(UNKNOWN)
    }

    #[test]
    fn entries_are_fresh_for_a_short_time_only() {
        let cache = cache();
        cache.put(key("demo"), Some(Arc::new("world")), 1_000);
        assert!(matches!(cache.get(&key("demo"), 1_000 + KEEP_MS - 1), Some(Some(_))));
        assert!(cache.get(&key("demo"), 1_000 + KEEP_MS).is_none());
        assert_eq!(cache.stale(&key("demo")), Some(Arc::new("world")));
    }

    #[test]
    fn made_up_keys_do_not_evict_worlds() {
        let cache = cache();
        cache.put(key("demo"), Some(Arc::new("world")), 0);
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
        let cache = cache();
        cache.put(key("demo"), None, 0);
        cache.put(key("demo"), Some(Arc::new("world")), 5);
        assert!(matches!(cache.get(&key("demo"), 6), Some(Some(_))));
    }
}
