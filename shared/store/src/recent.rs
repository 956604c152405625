//! What was found for a world's key, remembered for a short time, for the functions that browsers ask.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;
use testgram_protocol::id::WorldKey;

/// How long an answer counts: long enough that a burst of visitors costs one look-up, short enough that a changed setting is
/// soon tried.
const KEEP_MS: u64 = 15_000;
/// Unknown keys are kept apart, so that a flood of made-up keys cannot push worlds out.
const UNKNOWN: NonZeroUsize = NonZeroUsize::new(4_096).unwrap();

/// What is known of the keys asked for last.
#[derive(Debug)]
pub struct Recent<T>(Mutex<Entries<T>>);

#[derive(Debug)]
struct Entries<T> {
    known: LruCache<WorldKey, (u64, Arc<T>)>,
    unknown: LruCache<WorldKey, u64>,
}

impl<T> Recent<T> {
    /// An empty memory for so many worlds.
    #[must_use]
    pub fn of(worlds: NonZeroUsize) -> Self {
        Self(Mutex::new(Entries {
            known: LruCache::new(worlds),
            unknown: LruCache::new(UNKNOWN),
        }))
    }

    /// What is known of `key`: nothing, that no world has it (`Some(None)`), or what was found.
    pub fn get(&self, key: &WorldKey, now_ms: u64) -> Option<Option<Arc<T>>> {
        // A panic elsewhere cannot leave a half-written entry behind.
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |since: &u64| now_ms.saturating_sub(*since) < KEEP_MS;
        if let Some((_, found)) = entries.known.get(key).filter(|(since, _)| fresh(since)) {
            return Some(Some(Arc::clone(found)));
        }
        entries.unknown.get(key).filter(|since| fresh(since)).map(|_| None)
    }

    /// What was last found for `key`, however long ago: to see whether it is the same again.
    pub fn stale(&self, key: &WorldKey) -> Option<Arc<T>> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        entries.known.peek(key).map(|(_, found)| Arc::clone(found))
    }

    /// Remembers what was found for `key`, and hands it back.
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

    fn recent() -> Recent<&'static str> {
        Recent::of(UNKNOWN)
    }

    #[test]
    fn answers_count_for_a_short_time_only() {
        let recent = recent();
        recent.put(key("demo"), Some(Arc::new("world")), 1_000);
        assert!(matches!(recent.get(&key("demo"), 1_000 + KEEP_MS - 1), Some(Some(_))));
        assert!(recent.get(&key("demo"), 1_000 + KEEP_MS).is_none());
        assert_eq!(recent.stale(&key("demo")), Some(Arc::new("world")));
    }

    #[test]
    fn made_up_keys_do_not_push_worlds_out() {
        let recent = recent();
        recent.put(key("demo"), Some(Arc::new("world")), 0);
        for n in 0..2 * UNKNOWN.get() {
            recent.put(key(&format!("made{n}")), None, 0);
        }
        assert!(matches!(recent.get(&key("demo"), 1), Some(Some(_))));
        assert!(recent.get(&key("made0"), 1).is_none(), "bounded");
        assert!(matches!(
            recent.get(&key(&format!("made{}", 2 * UNKNOWN.get() - 1)), 1),
            Some(None)
        ));
    }

    #[test]
    fn a_key_made_known_later_is_found() {
        let recent = recent();
        recent.put(key("demo"), None, 0);
        recent.put(key("demo"), Some(Arc::new("world")), 5);
        assert!(matches!(recent.get(&key("demo"), 6), Some(Some(_))));
    }
}
