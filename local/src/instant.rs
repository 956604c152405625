//! Wall-clock times in the three forms in which API Gateway shows them.

use time::{OffsetDateTime, UtcDateTime, format_description::BorrowedFormatItem, macros::format_description};

/// `19/Feb/2024:07:21:46 +0000`, as in an access log.
const REQUEST_TIME: &[BorrowedFormatItem<'_>] =
    format_description!("[day]/[month repr:short]/[year]:[hour]:[minute]:[second] +0000");

/// `2024-02-19T07:21:46.706Z`, as in an answer of the `@connections` API.
const TIMESTAMP: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// A moment, in milliseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(pub(crate) i64);

impl Moment {
    /// The moment that it is.
    pub(crate) fn now() -> Self {
        let now = OffsetDateTime::now_utc();
        Self(now.unix_timestamp() * 1000 + i64::from(now.millisecond()))
    }

    /// As `requestTime` of an event.
    pub(crate) fn request_time(self) -> String {
        self.utc().format(REQUEST_TIME).unwrap_or_default()
    }

    /// As a timestamp of the `@connections` API.
    pub(crate) fn iso8601(self) -> String {
        self.utc().format(TIMESTAMP).unwrap_or_default()
    }

    fn utc(self) -> UtcDateTime {
        UtcDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000).unwrap_or(UtcDateTime::UNIX_EPOCH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_aws_writes_them() {
        let moment = Moment(1_708_327_306_706);
        assert_eq!(moment.request_time(), "19/Feb/2024:07:21:46 +0000");
        assert_eq!(moment.iso8601(), "2024-02-19T07:21:46.706Z");
        // With all digits, so that texts compare as times do.
        assert_eq!(Moment(1_708_327_306_700).iso8601(), "2024-02-19T07:21:46.700Z");
    }
}
