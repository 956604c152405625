//! Facts about what the catalog numbers, in 64 bits: a kind, two numbers of 24 bits, a bucket.

use super::histogram::ALL;

/// Declares kinds of facts. Their order is part of the format of a partial: a change there is a new version of it.
macro_rules! kinds {
    ($($(#[$meta:meta])* $kind:ident,)+) => {
        /// What a fact says.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum FactKind { $($(#[$meta])* $kind,)+ }
    };
}

kinds! {
    /// Of a session: how many events.
    Events,
    /// How many actions.
    Actions,
    /// How many page views.
    Views,
    /// How long it lasted, milliseconds.
    Lasted,
    /// Whether a program drove it: bucket 0 or 1.
    Automated,
    /// Of a page: it was shown.
    Page,
    /// How long it took to load.
    Load,
    /// How long until another page or the end.
    TimeOnPage,
    /// How far down it was scrolled in the end, tenths.
    Depth,
    /// A session began there.
    Entry,
    /// A session ended there.
    Exit,
    /// Three pages one after the other, 16 bits each.
    Journey,
    /// Of an action: how long until the next one.
    ThinkTime,
    /// Of an action and the next one: how long it took.
    ThinkTimeToNext,
    /// Of a device: pixels a second of scrolling.
    ScrollSpeed,
    /// Pixels a second of the pointer.
    PointerSpeed,
    /// Milliseconds between keys.
    Typing,
    /// Of an element: something was done with it.
    Element,
    /// Of a field: it was filled and left.
    Field,
    /// Its value's kind, as a bucket.
    FieldValue,
    /// Its value's length.
    FieldLength,
    /// How many keys took something back.
    FieldEdits,
    /// How long it had the focus, milliseconds.
    FieldTime,
    /// Its place in the order in which the fields of its form were first filled, from 1.
    FieldOrder,
    /// Whether it was pasted: bucket 0 or 1.
    FieldPasted,
    /// Whether an earlier field of the session had the same value: bucket 0 or 1.
    FieldRepeated,
    /// Of a page and a form on it: a visit to the page in which it was started.
    Form,
    /// Whether it was then submitted: bucket 0 or 1.
    FormDone,
    /// Whether a submit was found valid: bucket 0 or 1.
    FormValid,
    /// From the first field to the submit, milliseconds.
    FormTime,
    /// How many fields held something at the submit.
    FormFilled,
    /// Of an endpoint: it was called.
    Call,
    /// Of an endpoint and a status: it was the answer.
    Status,
    /// Of an endpoint and the first digit of a status.
    StatusClass,
    /// Of an endpoint: how long it took, milliseconds.
    Latency,
    /// Of an endpoint and a page: who called.
    Caller,
}

/// Most of a number in a fact.
const NUMBER: u32 = (1 << 24) - 1;

/// A fact without its bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Subject(u64);

impl Subject {
    /// A fact about two things. Numbers beyond 24 bits would be those of others: the catalog has none.
    pub(crate) fn new(kind: FactKind, a: u32, b: u32) -> Self {
        Self((kind as u64) << 56 | u64::from(a.min(NUMBER)) << 32 | u64::from(b.min(NUMBER)) << 8)
    }

    /// A fact about three things of 16 bits.
    pub(crate) fn three(kind: FactKind, [a, b, c]: [u16; 3]) -> Self {
        Self((kind as u64) << 56 | u64::from(a) << 40 | u64::from(b) << 24 | u64::from(c) << 8)
    }

    /// The fact about a bucket.
    pub(crate) const fn at(self, bucket: u8) -> u64 {
        self.0 | bucket as u64
    }

    /// Where a fact belongs.
    pub(crate) const fn of(fact: u64) -> Self {
        Self(fact & !(ALL as u64))
    }

    /// What it is about.
    pub(crate) const fn pair(self) -> (u32, u32) {
        ((self.0 >> 32) as u32 & NUMBER, (self.0 >> 8) as u32 & NUMBER)
    }

    /// What it is about, if it is three things.
    pub(crate) const fn triple(self) -> [u16; 3] {
        [(self.0 >> 40) as u16, (self.0 >> 24) as u16, (self.0 >> 8) as u16]
    }

    /// Uniform, and different for each.
    pub(crate) fn spread(self, seed: u64) -> u64 {
        testgram_sequence::math::scramble(seed, self.0)
    }
}

/// All facts of a kind lie in this range.
pub(crate) const fn range(kind: FactKind) -> std::ops::RangeInclusive<u64> {
    let from = (kind as u64) << 56;
    from..=from | u64::MAX >> 8
}

/// The facts of one kind about a first thing lie in this range.
pub(crate) fn range_of(kind: FactKind, a: u32) -> std::ops::RangeInclusive<u64> {
    Subject::new(kind, a, 0).at(0)..=Subject::new(kind, a, NUMBER).at(ALL)
}

/// The bucket of a fact.
pub(crate) const fn bucket(fact: u64) -> u8 {
    fact as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked() {
        let subject = Subject::new(FactKind::ThinkTimeToNext, 7, 65_535);
        let fact = subject.at(12);
        assert_eq!(
            (Subject::of(fact), subject.pair(), bucket(fact)),
            (subject, (7, 65_535), 12)
        );
        assert!(range(FactKind::ThinkTimeToNext).contains(&fact) && !range(FactKind::ThinkTime).contains(&fact));
        assert!(
            range_of(FactKind::ThinkTimeToNext, 7).contains(&fact)
                && !range_of(FactKind::ThinkTimeToNext, 8).contains(&fact)
        );
        assert_eq!(
            Subject::three(FactKind::Journey, [1, 0, 65_535]).triple(),
            [1, 0, 65_535]
        );
    }
}
