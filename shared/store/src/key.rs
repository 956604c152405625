//! Keys of items, and how long items stay. Every key starts with the tenant, but for three small indexes in `control`
//! that hold no events: `key#…` (world key → world, for the authorizer), `pending#…` (windows with batches that are not
//! archived, for the archiver's dispatcher) and `rebuild#…` (worlds whose models are to be built again, for the
//! builder). Ids of tenants and worlds are letters and digits, so `#` separates them safely.

use testgram_protocol::calendar;
use testgram_protocol::id::{SessionId, TenantId, WorldId, WorldKey};

/// Length of a window of the buffer, seconds. Windows are by the server's clock.
pub const WINDOW_SECONDS: u64 = 300;

/// Partitions of a world's window. DynamoDB takes 1,000 writes a second into one partition, so a world may write 4,000
/// batches (160,000 events) a second; reading a window costs as many queries.
pub const SHARDS: u32 = 4;

/// Partitions of the index of pending windows, and of that of rebuild requests: each takes a thousand writes a second,
/// and a reader queries all of them.
pub const INDEX_SHARDS: u32 = 16;

/// How long the buffer keeps a batch that the archiver has not fetched: a long weekend and the repair after it.
pub const BUFFER_SECONDS: u64 = 7 * 24 * 3600;

/// How long after its end a window may still be written: the gateway gives an invocation 29 s, and instances agree on
/// the time since it is the gateway's. Nothing may delete a marker before this has passed: ingest puts a window's
/// marker once and remembers that.
pub const GRACE_SECONDS: u64 = 120;

/// How long a pending-window marker stays if no archiver deletes it: a day longer than the batches it stands for.
pub const MARKER_SECONDS: u64 = BUFFER_SECONDS + 24 * 3600;

/// How long a connection's item stays: the gateway ends the connection after two hours.
pub const CONNECTION_SECONDS: u64 = 3 * 3600;

/// [`WINDOW_SECONDS`] of the buffer. Ingest puts a batch under the window in which the server received it; the archiver
/// works window by window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Window(u64);

impl Window {
    /// The window that contains a moment, milliseconds since 1970.
    #[must_use]
    pub const fn at(received_ms: u64) -> Self {
        Self(received_ms / 1000 / WINDOW_SECONDS)
    }

    /// The first window that may still be written at a moment, milliseconds since 1970. All before it are closed.
    #[must_use]
    pub const fn first_open(now_ms: u64) -> Self {
        Self::at(now_ms.saturating_sub(GRACE_SECONDS * 1000))
    }

    /// How many windows there were before it since 1970: what stands in keys.
    #[must_use]
    pub const fn number(self) -> u64 {
        self.0
    }

    /// The window with that [`Window::number`].
    #[must_use]
    pub const fn numbered(number: u64) -> Self {
        Self(number)
    }
}

/// A window in which a world has batches that are not archived. Ingest marks it, the dispatcher queues it, the worker
/// archives it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PendingWindow {
    /// The tenant that owns the world.
    pub tenant: TenantId,
    /// The world whose batches are in the window.
    pub world: WorldId,
    /// The window that is to be archived.
    pub window: Window,
}

/// Partition key of a batch: `tenant#world#window#shard`.
#[must_use]
pub fn batch_partition(tenant: &TenantId, world: &WorldId, window: Window, shard: u32) -> String {
    format!("{}#{}#{}#{shard}", tenant.expose(), world.expose(), window.0)
}

/// Reads [`batch_partition`] back, without the shard. `None` for any other text.
#[must_use]
pub fn parse_batch_partition(partition: &str) -> Option<(TenantId, WorldId, Window)> {
    let mut parts = partition.split('#');
    let tenant = TenantId::new(parts.next()?)?;
    let world = WorldId::new(parts.next()?)?;
    Some((tenant, world, Window::numbered(parts.next()?.parse().ok()?)))
}

/// The shard that a session's batches go to, below [`SHARDS`].
#[must_use]
pub fn shard(session: SessionId) -> u32 {
    session.bucket(SHARDS)
}

/// Distinguishes copies of one frame from different frames under one number. Not a secret and no proof: 32 bits against
/// accidents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(u32);

impl Fingerprint {
    /// The fingerprint of a frame as it came: rules and formats may change between two deliveries of the same frame,
    /// its bytes do not.
    #[must_use]
    pub fn of(frame: &str) -> Self {
        Self((twox_hash::XxHash3_64::oneshot(frame.as_bytes()) >> 32) as u32)
    }

    /// Its 32 bits, as the archive's column has them.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

/// Sort key of a batch: session (16 bytes), number (4), fingerprint (4), each big-endian, so that byte order is the
/// order of time and number. Sent again, a frame overwrites itself. Another frame under the same number (of a
/// duplicated tab, or of a client that changes a batch and keeps its number) is stored beside it: what was acknowledged
/// is never overwritten by something else.
///
/// Bytes: as text it would be eighteen bytes longer, and one batch in ten would cost a second write unit.
#[must_use]
pub fn batch_sort(session: SessionId, seq: u32, fingerprint: Fingerprint) -> Vec<u8> {
    [
        &session.to_bytes()[..],
        &seq.to_be_bytes(),
        &fingerprint.0.to_be_bytes(),
    ]
    .concat()
}

/// Reads [`batch_sort`] back. `None` for any other bytes.
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

/// Partition key of the pending-window marker of a world. Spread by world and window, so that the first second of a
/// window does not write all markers into one partition.
#[must_use]
pub fn pending_partition(tenant: &TenantId, world: &WorldId, window: Window) -> String {
    pending_shard(index_shard(&batch_partition(tenant, world, window, 0)))
}

/// Partition key of a shard of the index of pending windows, below [`INDEX_SHARDS`].
pub(crate) fn pending_shard(shard: u32) -> String {
    format!("pending#{shard:02}")
}

/// An even and stable spread over the partitions of an index: FNV-1a.
fn index_shard(text: &str) -> u32 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, b| {
        (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
    });
    ((hash >> 32) as u32) % INDEX_SHARDS
}

/// Sort key of a pending-window marker: `window#tenant#world`, so that closed windows are one range.
#[must_use]
pub fn pending_sort(tenant: &TenantId, world: &WorldId, window: Window) -> String {
    format!("{}{}#{}", pending_sort_start(window), tenant.expose(), world.expose())
}

/// What the sort keys of a window's markers start with. Those of earlier windows sort before it.
pub(crate) fn pending_sort_start(window: Window) -> String {
    format!("{:010}#", window.0)
}

/// Reads [`pending_sort`] back. `None` for any other text.
#[must_use]
pub fn parse_pending_sort(sort: &str) -> Option<PendingWindow> {
    let mut parts = sort.splitn(3, '#');
    let window = Window::numbered(parts.next()?.parse().ok()?);
    Some(PendingWindow {
        tenant: TenantId::new(parts.next()?)?,
        world: WorldId::new(parts.next()?)?,
        window,
    })
}

/// Partition key of the request to build a world's model again.
#[must_use]
pub fn rebuild_partition(tenant: &TenantId, world: &WorldId) -> String {
    rebuild_shard(index_shard(&connections(tenant, world)))
}

/// Partition key of a shard of the index of rebuild requests, below [`INDEX_SHARDS`].
pub(crate) fn rebuild_shard(shard: u32) -> String {
    format!("rebuild#{shard:02}")
}

/// Sort key of a rebuild request: `tenant#world`, so that a world has one request at a time.
#[must_use]
pub fn rebuild_sort(tenant: &TenantId, world: &WorldId) -> String {
    connections(tenant, world)
}

/// Reads [`rebuild_sort`] back. `None` for any other text.
#[must_use]
pub fn parse_rebuild_sort(sort: &str) -> Option<(TenantId, WorldId)> {
    let (tenant, world) = sort.split_once('#')?;
    Some((TenantId::new(tenant)?, WorldId::new(world)?))
}

/// Sort key of the pointer to a world's model under its tenant.
#[must_use]
pub fn model_sort(world: &WorldId) -> String {
    format!("model#{}", world.expose())
}

/// The calendar month (UTC) of a moment in milliseconds since 1970: `YYYY-MM`, as in [`usage_sort`].
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
        for name in ["key#", "pending#00", "rebuild#00", "acme#shop", "ACME", "", "a b"] {
            assert!(TenantId::new(name).is_none(), "{name}");
        }
    }

    #[test]
    fn markers_of_earlier_windows_sort_first_and_read_back() {
        let (tenant, world) = ids();
        let sort = |number| pending_sort(&tenant, &world, Window::numbered(number));
        assert!(sort(999_999) < sort(1_000_000));
        assert!(sort(999_999) < pending_sort_start(Window::numbered(1_000_000)));
        let window = Window::numbered(1_000_000);
        let pending = PendingWindow {
            tenant: tenant.clone(),
            world: world.clone(),
            window,
        };
        assert_eq!(parse_pending_sort(&sort(1_000_000)), Some(pending));
        for odd in ["", "7", "7#acme", "now#acme#shop", "7#ACME#shop", "7#acme#shop#more"] {
            assert_eq!(parse_pending_sort(odd), None, "{odd}");
        }
        assert_eq!(
            parse_rebuild_sort(&rebuild_sort(&tenant, &world)),
            Some((tenant, world))
        );
        assert_eq!(parse_rebuild_sort("acme"), None);
    }

    /// tests/stack/rights.py puts a marker by the same hash.
    #[test]
    fn index_shards_are_the_same_for_ever() {
        let (tenant, world) = ids();
        assert_eq!(pending_partition(&tenant, &world, Window::numbered(7)), "pending#00");
        assert_eq!(rebuild_partition(&tenant, &world), "rebuild#09");
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
