//! Where objects are in the bucket. Every key starts with the tenant, so that a role can be bound to a prefix.
//!
//! ```text
//! tenant=<t>/world=<w>/events/date=<session's start date>/part=<NN>/<window>-<hash>.parquet
//! tenant=<t>/world=<w>/quarantine/<window>-<hash>.items    items of a window that could not be read
//! tenant=<t>/world=<w>/partials/<stage>/<digest>           what a stage of a build keeps
//! tenant=<t>/world=<w>/models/<version>/model.json
//! ```

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use testgram_protocol::calendar;
use testgram_protocol::id::{SessionId, TenantId, WorldId};

use crate::key::{WINDOW_SECONDS, Window};

/// Below the world: files of the archive, by day, part and window.
pub const EVENTS: &str = "events/";
/// Below the world: items that could not be read, by window.
pub const QUARANTINE: &str = "quarantine/";
/// Below the world: what the stages of builds keep.
pub const PARTIALS: &str = "partials/";
/// Below the world: published models.
pub const MODELS: &str = "models/";

/// Parts of a day. Each is folded as a whole, in memory: with four, a day of ten million sessions makes parts of two
/// and a half million. More would cost small worlds more puts than events: a window is a file for each part with
/// sessions in it.
///
/// **Never changed**: a session is in one partition for ever.
pub const PARTS: u32 = 4;

/// The part of the archive that contains a session, whole: the day it began, and a share of that day's sessions.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Partition {
    date: String,
    part: u32,
}

impl Partition {
    /// The partition that a session belongs to.
    #[must_use]
    pub fn of(session: SessionId) -> Self {
        Self {
            date: calendar::date(session.started_ms()),
            part: session.bucket(PARTS),
        }
    }

    /// The day (UTC) on which its sessions began, `YYYY-MM-DD`.
    #[must_use]
    pub fn date(&self) -> &str {
        &self.date
    }

    /// Reads a [`Partition`]'s text (`date=2026-11-23/part=02`) back. `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (date, part) = text.strip_prefix("date=")?.split_once("/part=")?;
        let is_date = date.len() == 10
            && date.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        let part: u32 = (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| part.parse().ok())
            .flatten()?;
        (is_date && part < PARTS).then(|| Self {
            date: date.to_owned(),
            part,
        })
    }
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "date={}/part={:02}", self.date, self.part)
    }
}

impl Serialize for Partition {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Partition {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("not a partition"))
    }
}

/// The prefix of all objects of a world.
#[must_use]
pub fn world(tenant: &TenantId, world: &WorldId) -> String {
    format!("tenant={}/world={}/", tenant.expose(), world.expose())
}

/// The key of a file of the archive, below its world. It names the content by `hash`: writing the same file again
/// changes nothing, and another file of the same window is stored beside it.
#[must_use]
pub fn events(partition: &Partition, window: Window, hash: u64) -> String {
    format!("{EVENTS}{partition}/{:010}-{hash:016x}.parquet", window.number())
}

/// The partition of a file of the archive, from its key below its world. `None` for any other key.
#[must_use]
pub fn partition_of(key: &str) -> Option<Partition> {
    Partition::parse(key.strip_prefix(EVENTS)?.rsplit_once('/')?.0)
}

/// The key of a window's quarantined items, below their world. It names the content by `hash`.
#[must_use]
pub fn quarantine(window: Window, hash: u64) -> String {
    format!("{QUARANTINE}{:010}-{hash:016x}.items", window.number())
}

/// The day (`YYYY-MM-DD`) on which the server received quarantined items, from their key below their world. `None` for
/// any other key.
#[must_use]
pub fn quarantined_day(key: &str) -> Option<String> {
    let (window, _) = key.strip_prefix(QUARANTINE)?.split_once('-')?;
    let window: u64 = window.parse().ok()?;
    Some(calendar::date(window.checked_mul(WINDOW_SECONDS * 1000)?))
}

/// The key of a published model, below its world.
#[must_use]
pub fn model(version: &str) -> String {
    format!("{MODELS}{version}/model.json")
}

/// The version of a model, from its key below its world. `None` for any other key.
#[must_use]
pub fn version_of(key: &str) -> Option<&str> {
    key.strip_prefix(MODELS)?.strip_suffix("/model.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: u64 = 1_795_435_200_000; // 23 November 2026, noon

    #[test]
    fn a_session_lies_in_the_day_it_began() {
        let midnight = MS / 86_400_000 * 86_400_000;
        for (ms, date) in [(midnight - 1, "2026-11-22"), (midnight, "2026-11-23")] {
            assert_eq!(Partition::of(SessionId::from_parts(ms, 7)).date(), date);
        }
    }

    #[test]
    fn partitions_read_back_and_nothing_else_does() {
        let partition = Partition::of(SessionId::from_parts(MS, 1 << 70 | 5));
        assert_eq!(Partition::parse(&partition.to_string()), Some(partition.clone()));
        let key = events(&partition, Window::at(MS), 9);
        assert_eq!(partition_of(&key), Some(partition));
        for odd in [
            "",
            "date=2026-11-23",
            "date=2026-11-23/part=4",
            "date=2026-11-23/part=04",
            "date=2026-11-23/part=+1",
            "date=2026-1-23/part=01",
            "date=2026-11-23/part=01/x",
            "date=../../other/part=01",
        ] {
            assert_eq!(Partition::parse(odd), None, "{odd}");
        }
        assert_eq!(
            quarantined_day(&quarantine(Window::at(MS), 9)).as_deref(),
            Some("2026-11-23")
        );
        for odd in [
            "",
            "quarantine/",
            "quarantine/x-9.items",
            "quarantine/18446744073709551615-9.items",
            "events/1-9.items",
        ] {
            assert_eq!(quarantined_day(odd), None, "{odd}");
        }
        assert_eq!(partition_of("events/x.parquet"), None);
        assert_eq!(partition_of("models/date=2026-11-23/part=01/x"), None);
    }
}
