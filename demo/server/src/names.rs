//! Ids, tokens and times as the API writes them.

use testgram_runtime::clock;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

const DAY_SECONDS: u64 = 86_400;

/// A new id that cannot be guessed: a cart's id is all that opens it.
pub(crate) fn id(prefix: &str) -> String {
    format!("{prefix}_{:024x}", rand::random::<u128>() >> 32)
}

/// A new bearer token, which signs its customer in.
pub(crate) fn token() -> String {
    format!("tl_{:032x}{:016x}", rand::random::<u128>(), rand::random::<u64>())
}

/// The current time, in ISO 8601.
pub(crate) fn now() -> String {
    ago(0)
}

/// Some days ago, in ISO 8601.
pub(crate) fn ago(days: u64) -> String {
    let seconds = (clock::now_ms() / 1_000).saturating_sub(days.saturating_mul(DAY_SECONDS));
    i64::try_from(seconds)
        .ok()
        .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_default()
}

/// This year and month, for a card's expiry.
pub(crate) fn this_month() -> (u16, u8) {
    let seconds = i64::try_from(clock::now_ms() / 1_000).unwrap_or_default();
    let now = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    (u16::try_from(now.year()).unwrap_or_default(), u8::from(now.month()))
}
