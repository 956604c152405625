//! Buckets of quantities. Fixed, so that histograms merge; coarse, so that a bucket has many sessions.
//!
//! A quantity is counted three times: in a fine bucket, in the coarse one of four fine ones, and under [`ALL`]. Where
//! few sessions fall into each fine bucket, the coarse one may still reach the threshold; its support cannot be worked
//! out afterwards.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The bucket of everything: the fact itself.
pub(crate) const ALL: u8 = 0xff;

/// Coarse buckets have this bit.
const COARSE: u8 = 0x80;

/// The last fine bucket.
pub(crate) const LAST: u8 = COARSE - 1;

/// Fine buckets to a coarse one, as a shift.
const FOUR: u8 = 2;

/// What the numbers of a histogram are, and how they were put into buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scale {
    /// Two buckets to every doubling: 0, 1, 2, 3, 4, 6, 8, 12, 16, 24, …
    Log,
    /// The number itself, up to 127.
    Exact,
    /// A class of `length_class` of the protocol: 0, 1, 2, 4, 8, …
    Length,
    /// A bucket of an input's rhythm, in milliseconds: 10, 20, 40, …
    Rhythm,
}

/// The fine bucket of a number on a [`Scale::Log`].
pub(crate) fn log(x: u64) -> u8 {
    match x.checked_ilog2() {
        None => 0,
        Some(0) => 1,
        // Below 128 for any u64.
        Some(doublings) => (2 * doublings) as u8 + (x >> (doublings - 1) & 1) as u8,
    }
}

/// The fine bucket of a number on a [`Scale::Exact`].
pub(crate) fn exact(x: u64) -> u8 {
    x.min(u64::from(LAST)) as u8
}

/// The coarse bucket that a fine one lies in.
pub(crate) const fn coarse(fine: u8) -> u8 {
    COARSE | fine >> FOUR
}

/// The first fine bucket of a coarse one; of a fine one itself. None for [`ALL`].
pub(crate) const fn first_fine(bucket: u8) -> Option<u8> {
    match bucket {
        ALL => None,
        COARSE.. => Some((bucket & !COARSE) << FOUR),
        fine => Some(fine),
    }
}

/// Whether a bucket is a coarse one.
pub(crate) const fn is_coarse(bucket: u8) -> bool {
    bucket & COARSE != 0 && bucket != ALL
}

impl Scale {
    /// The smallest number of a fine bucket.
    pub(crate) const fn from(self, fine: u8) -> u64 {
        match (self, fine) {
            (Self::Log, 0..2) | (Self::Exact, _) | (Self::Length, 0) => fine as u64,
            (Self::Log, _) => (2 | fine as u64 & 1) << (fine / 2 - 1),
            (Self::Length, 64..) => u64::MAX,
            (Self::Length, _) => 1 << (fine - 1),
            (Self::Rhythm, 60..) => u64::MAX,
            (Self::Rhythm, _) => 10 << fine,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_begins_where_the_one_before_ends() {
        for x in (0..4_000).chain([1 << 40, u64::MAX]) {
            let fine = log(x);
            assert!(fine <= LAST);
            assert!(Scale::Log.from(fine) <= x, "{x}");
            assert!(fine == LAST || x < Scale::Log.from(fine + 1), "{x}");
        }
        assert_eq!([0, 1, 2, 3, 4, 6, 8, 12].map(log), [0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!([0, 1, 2, 3].map(|fine| Scale::Length.from(fine)), [0, 1, 2, 4]);
    }

    #[test]
    fn four_fine_buckets_make_a_coarse_one() {
        for fine in 0..=LAST {
            let first = first_fine(coarse(fine)).unwrap();
            assert!((first..first + 4).contains(&fine) && is_coarse(coarse(fine)) && !is_coarse(fine));
        }
        assert_eq!(first_fine(ALL), None);
        assert!(!is_coarse(ALL));
    }
}
