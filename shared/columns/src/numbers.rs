//! Lists of numbers as text that SQL can split: `50,12,-4 50,3,2`. A LIST column would cost two levels a number, and
//! three columns of overhead in each of many small files.

use std::fmt::Write as _;

use testgram_protocol::event::Move;
use testgram_protocol::limits;
use testgram_protocol::list::List;

use crate::error::ReadError;

type Steps = List<(u16, i16, i16), { limits::MOVE_POINTS }>;
type Counts = List<u16, { limits::RHYTHM_BUCKETS }>;

/// The steps of a pointer's path, `ms,right,down` each.
pub(crate) fn path(stretch: &Move) -> String {
    let mut out = String::with_capacity(stretch.path.items().len() * 12);
    for (at, (ms, right, down)) in stretch.path.items().iter().enumerate() {
        let gap = if at == 0 { "" } else { " " };
        // Into memory: it cannot fail.
        write!(out, "{gap}{ms},{right},{down}").unwrap_or_default();
    }
    out
}

/// The steps that [`path`] wrote.
pub(crate) fn read_path(text: &[u8]) -> Result<Steps, ReadError> {
    let mut numbers = Numbers(text);
    let mut steps = Vec::with_capacity(text.len().div_ceil(8).min(limits::MOVE_POINTS));
    while !numbers.0.is_empty() {
        steps.push((numbers.next(b',')?, numbers.next(b',')?, numbers.next(b' ')?));
    }
    List::new(steps).map_err(ReadError::Refused)
}

/// Counts by bucket, `,` between them.
pub(crate) fn counts(counts: &[u16]) -> String {
    let mut out = String::with_capacity(counts.len() * 3);
    for (at, count) in counts.iter().enumerate() {
        let gap = if at == 0 { "" } else { "," };
        write!(out, "{gap}{count}").unwrap_or_default();
    }
    out
}

/// The counts that [`counts`] wrote.
pub(crate) fn read_counts(text: &[u8]) -> Result<Counts, ReadError> {
    let mut numbers = Numbers(text);
    let mut counts = Vec::with_capacity(limits::RHYTHM_BUCKETS);
    while !numbers.0.is_empty() {
        counts.push(numbers.next(b',')?);
    }
    List::new(counts).map_err(ReadError::Refused)
}

/// What has not been read yet.
struct Numbers<'a>(&'a [u8]);

impl Numbers<'_> {
    /// The next number, which `end` follows or nothing.
    fn next<T: TryFrom<i32>>(&mut self, end: u8) -> Result<T, ReadError> {
        let negative = self.0.first() == Some(&b'-');
        let mut rest = self.0.get(usize::from(negative)..).unwrap_or_default();
        let (mut value, mut digits) = (0_i32, 0);
        while let Some((digit @ b'0'..=b'9', after)) = rest.split_first() {
            value = value * 10 + i32::from(digit - b'0');
            digits += 1;
            rest = after;
            // Five digits hold every number of sixteen bits, and six never overflow.
            if digits > 5 {
                return Err(ReadError::Damaged);
            }
        }
        self.0 = match rest.split_first() {
            Some((byte, after)) if *byte == end && !after.is_empty() => after,
            None => rest,
            Some(_) => return Err(ReadError::Damaged),
        };
        if digits == 0 {
            return Err(ReadError::Damaged);
        }
        T::try_from(if negative { -value } else { value }).map_err(|_| ReadError::Damaged)
    }
}
