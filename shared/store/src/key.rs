//! Keys of items. Every one starts with the tenant, but for two small indexes in `control` that hold no events: `key#…`
//! (world key → world, for the authorizer) and `mark#…` (windows with batches in them, for the archiver's dispatcher). Ids of
//! tenants and worlds are letters and digits, so `#` parts them safely.

use testgram_protocol::id::{SessionId, TenantId, WorldId, WorldKey};

/// Length of a window of the buffer, seconds. Windows are by the server's clock.
pub const WINDOW_SECONDS: u64 = 300;

/// Partitions of a world's window. DynamoDB takes 1,000 writes a second into one partition, so a world may write 4,000 batches
/// (160,000 events) a second; reading a window costs as many queries.
pub const SHARDS: u32 = 4;

/// Partitions of the index of marks: a thousand marks a second each, and a dispatcher asks them all.
pub const MARK_SHARDS: u32 = 16;

/// How long the buffer keeps a batch that the archiver has not fetched: a long weekend and the repair after it.
pub const BUFFER_SECONDS: u64 = 7 * 24 * 3600;

/// How long a connection is remembered: the gateway ends it after two hours.
pub const CONNECTION_SECONDS: u64 = 3 * 3600;

/// A stretch of time of the buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Window(u64);

impl Window {
    /// The window that holds a moment.
    #[must_use]
    pub const fn at(received_ms: u64) -> Self {
        Self(received_ms / 1000 / WINDOW_SECONDS)
    }

    /// Its number.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The window of that number.
    #[must_use]
    pub const fn numbered(number: u64) -> Self {
        Self(number)
    }
}

/// Partition key of a batch: `tenant#world#window#shard`.
#[must_use]
pub fn batch_partition(tenant: &TenantId, world: &WorldId, window: Window, shard: u32) -> String {
    format!("{}#{}#{}#{shard}", tenant.expose(), world.expose(), window.0)
}

/// The shard that a session's batches go to.
#[must_use]
pub fn shard(session: SessionId) -> u32 {
    session.bucket(SHARDS)
}

/// Sort key of a batch: `session#seq`, the number six digits wide so that text order is number order.
#[must_use]
pub fn batch_sort(session: SessionId, seq: u32) -> String {
    format!("{}#{seq:06}", session.expose())
}

/// Reads [`batch_sort`] back.
#[must_use]
pub fn parse_batch_sort(sort: &str) -> Option<(SessionId, u32)> {
    let (session, seq) = sort.split_once('#')?;
    Some((SessionId::new(session)?, seq.parse().ok()?))
}

/// Partition key of a world's connections: `tenant#world`.
#[must_use]
pub fn connections(tenant: &TenantId, world: &WorldId) -> String {
    format!("{}#{}", tenant.expose(), world.expose())
}

/// Sort key of a world's record under its tenant.
#[must_use]
pub fn world_sort(world: &WorldId) -> String {
    format!("world#{}", world.expose())
}

/// Sort key of a world's usage in a month (`2026-11`) under its tenant.
#[must_use]
pub fn usage_sort(world: &WorldId, month: &str) -> String {
    format!("usage#{}#{month}", world.expose())
}

/// Partition key of the index entry of a world key.
#[must_use]
pub fn world_key(key: &WorldKey) -> String {
    format!("key#{}", key.expose())
}

/// Partition key of a mark. Spread by world and window, so that the first second of a window does not meet in one place.
#[must_use]
pub fn mark_partition(tenant: &TenantId, world: &WorldId, window: Window) -> String {
    let text = batch_partition(tenant, world, window, 0);
    // FNV-1a: any even spread will do, and this one is stable.
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, b| {
        (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("mark#{:02}", (hash >> 32) % u64::from(MARK_SHARDS))
}

/// Sort key of a mark: `window#tenant#world`, so that closed windows are one range.
#[must_use]
pub fn mark_sort(tenant: &TenantId, world: &WorldId, window: Window) -> String {
    format!("{:010}#{}#{}", window.0, tenant.expose(), world.expose())
}

/// The calendar month (UTC) of a moment, `YYYY-MM`.
#[must_use]
pub fn month(ms: u64) -> String {
    // Days to a civil date: Howard Hinnant's algorithm, <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>.
    let shifted = ms / 86_400_000 + 719_468;
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let (month, carry) = if shifted_month < 10 {
        (shifted_month + 3, 0)
    } else {
        (shifted_month - 9, 1)
    };
    format!("{:04}-{month:02}", year_of_era + era * 400 + carry)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids() -> (TenantId, WorldId) {
        (TenantId::new("acme").unwrap(), WorldId::new("shop").unwrap())
    }

    #[test]
    fn every_key_of_a_tenant_starts_with_it() {
        let (tenant, world) = ids();
        let session = SessionId::from_parts(1_700_000_000_000, 7);
        assert_eq!(
            batch_partition(&tenant, &world, Window::at(1_700_000_000_000), 3),
            "acme#shop#5666666#3"
        );
        assert_eq!(connections(&tenant, &world), "acme#shop");
        assert_eq!(parse_batch_sort(&batch_sort(session, 12)), Some((session, 12)));
        assert!(batch_sort(session, 9) < batch_sort(session, 10));
    }

    #[test]
    fn no_tenant_can_be_named_like_an_index_or_reach_into_another() {
        for name in ["key#", "mark#00", "acme#shop", "ACME", "", "a b"] {
            assert!(TenantId::new(name).is_none(), "{name}");
        }
    }

    #[test]
    fn marks_of_earlier_windows_sort_first() {
        let (tenant, world) = ids();
        let sort = |number| mark_sort(&tenant, &world, Window::numbered(number));
        assert!(sort(999_999) < sort(1_000_000));
    }

    #[test]
    fn months_follow_the_calendar() {
        for (ms, expected) in [
            (0, "1970-01"),
            (951_782_400_000, "2000-02"),
            (951_868_800_000, "2000-03"),
            (1_798_761_599_999, "2026-12"),
            (1_798_761_600_000, "2027-01"),
        ] {
            assert_eq!(month(ms), expected, "{ms}");
        }
    }
}
