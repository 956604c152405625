//! Keys of items. Every one starts with the tenant, but for three small indexes in `control` that hold no events: `key#…`
//! (world key → world, for the authorizer), `mark#…` (windows with batches in them, for the archiver's dispatcher) and `changed#…` (worlds
//! whose archive has changed, for the builder). Ids of
//! tenants and worlds are letters and digits, so `#` parts them safely.

use testgram_protocol::calendar;
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

/// How long after its end a window may still be written: the gateway gives an invocation 29 s, and instances agree on the time
/// since it is the gateway's. Nothing may clear a mark before this has passed: ingest puts a window's mark once and remembers that.
pub const GRACE_SECONDS: u64 = 120;

/// How long a mark stays that nobody clears: a day longer than the batches it stands for.
pub const MARK_SECONDS: u64 = BUFFER_SECONDS + 24 * 3600;

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

    /// The first window that may still be written at a moment: all before it are closed.
    #[must_use]
    pub const fn first_open(now_ms: u64) -> Self {
        Self::at(now_ms.saturating_sub(GRACE_SECONDS * 1000))
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

/// Reads [`batch_partition`] back, but for the shard, which says nothing of its own.
#[must_use]
pub fn parse_batch_partition(partition: &str) -> Option<(TenantId, WorldId, Window)> {
    let mut parts = partition.split('#');
    let tenant = TenantId::new(parts.next()?)?;
    let world = WorldId::new(parts.next()?)?;
    Some((tenant, world, Window::numbered(parts.next()?.parse().ok()?)))
}

/// The shard that a session's batches go to.
#[must_use]
pub fn shard(session: SessionId) -> u32 {
    session.bucket(SHARDS)
}

/// Tells copies of one frame from different frames under one number. Not a secret and no proof: 32 bits against accidents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(u32);

impl Fingerprint {
    /// Of a frame as it came: rules and formats may change between two deliveries of the same frame, its bytes do not.
    #[must_use]
    pub fn of(frame: &str) -> Self {
        Self((twox_hash::XxHash3_64::oneshot(frame.as_bytes()) >> 32) as u32)
    }

    /// As a number.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

/// Sort key of a batch: session (16 bytes), number (4), fingerprint (4), each big-endian, so that byte order is the order of time
/// and number. Sent again, a frame overwrites itself; another frame under the same number (a duplicated tab, a client that mends
/// and renumbers nothing) stands beside it: what was acknowledged is never overwritten by something else.
///
/// Bytes, since as text it would be eighteen longer, and one batch in ten would be a second write unit for it.
#[must_use]
pub fn batch_sort(session: SessionId, seq: u32, fingerprint: Fingerprint) -> Vec<u8> {
    [
        &session.to_bytes()[..],
        &seq.to_be_bytes(),
        &fingerprint.0.to_be_bytes(),
    ]
    .concat()
}

/// Reads [`batch_sort`] back.
#[must_use]
pub fn parse_batch_sort(sort: &[u8]) -> Option<(SessionId, u32, Fingerprint)> {
    let (session, sort) = sort.split_first_chunk()?;
    let (seq, sort) = sort.split_first_chunk()?;
    let fingerprint = u32::from_be_bytes(sort.try_into().ok()?);
    Some((
        SessionId::from_bytes(*session),
        u32::from_be_bytes(*seq),
        Fingerprint(fingerprint),
    ))
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
    format!("mark#{:02}", spread(&batch_partition(tenant, world, window, 0)))
}

/// An even and stable spread over the partitions of an index: FNV-1a.
fn spread(text: &str) -> u64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, b| {
        (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash >> 32) % u64::from(MARK_SHARDS)
}

/// Sort key of a mark: `window#tenant#world`, so that closed windows are one range.
#[must_use]
pub fn mark_sort(tenant: &TenantId, world: &WorldId, window: Window) -> String {
    format!("{:010}#{}#{}", window.0, tenant.expose(), world.expose())
}

/// Partition key of a note that a world's archive has changed.
#[must_use]
pub fn changed_partition(tenant: &TenantId, world: &WorldId) -> String {
    format!("changed#{:02}", spread(&connections(tenant, world)))
}

/// Sort key of that note.
#[must_use]
pub fn changed_sort(tenant: &TenantId, world: &WorldId) -> String {
    connections(tenant, world)
}

/// Reads [`changed_sort`] back.
#[must_use]
pub fn parse_changed_sort(sort: &str) -> Option<(TenantId, WorldId)> {
    let (tenant, world) = sort.split_once('#')?;
    Some((TenantId::new(tenant)?, WorldId::new(world)?))
}

/// Sort key of the pointer to a world's model under its tenant.
#[must_use]
pub fn model_sort(world: &WorldId) -> String {
    format!("model#{}", world.expose())
}

/// The calendar month (UTC) of a moment, `YYYY-MM`.
#[must_use]
pub fn month(ms: u64) -> String {
    let mut date = calendar::date(ms);
    date.truncate("YYYY-MM".len());
    date
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
        assert_eq!(
            parse_batch_partition("acme#shop#5666666#3"),
            Some((tenant.clone(), world.clone(), Window::numbered(5_666_666)))
        );
        assert_eq!(parse_batch_partition("acme#shop#now#3"), None);
        assert_eq!(connections(&tenant, &world), "acme#shop");
        let (one, other) = (Fingerprint::of("a frame"), Fingerprint::of("another"));
        assert_ne!(one, other);
        assert_eq!(
            parse_batch_sort(&batch_sort(session, 12, one)),
            Some((session, 12, one))
        );
        assert_eq!(parse_batch_sort(&batch_sort(session, 12, one)[1..]), None);
        assert!(batch_sort(session, 9, other) < batch_sort(session, 10, one));
        let earlier = SessionId::from_parts(1_699_999_999_999, u128::MAX);
        assert!(batch_sort(earlier, 10, other) < batch_sort(session, 9, one));
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
    fn a_window_is_closed_when_its_grace_is_over() {
        let end = 10 * WINDOW_SECONDS * 1000;
        let window = Window::numbered(9);
        assert!(Window::first_open(end) <= window);
        assert!(Window::first_open(end + GRACE_SECONDS * 1000 - 1) <= window);
        assert!(Window::first_open(end + GRACE_SECONDS * 1000) > window);
    }

    /// Written in items: another hash would make every batch that is sent again a new one.
    #[test]
    fn fingerprints_are_the_same_for_ever() {
        assert_eq!(Fingerprint::of("").0, 0x2d06_8005);
    }
}
