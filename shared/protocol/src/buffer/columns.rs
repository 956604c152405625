//! Postcard in two columns: words apart from numbers, since each compresses far better among its own (a seventh of a
//! batch).
//!
//! Postcard hands its output over in pieces, and asks for its input back in the same ones. A piece of two bytes or more
//! is either a word or a number's [varint](https://postcard.jamesmunns.com/wire-format#varint-encoded-integers). Every
//! byte of a word is ASCII, which the rules of this crate see to; the first byte of a long varint never is. Single
//! bytes all go to the numbers.

use postcard::{Error, Result, de_flavors, ser_flavors};
use serde::{Deserialize, Serialize};

/// A value in two columns. [`crate::buffer::encode`] compresses each by itself.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Columns {
    /// The bytes of every text that is two bytes or longer.
    pub words: Vec<u8>,
    /// All other bytes: numbers, variants, lengths, and texts of one byte.
    pub numbers: Vec<u8>,
}

impl Columns {
    pub(super) fn of<T: Serialize>(value: &T) -> Result<Self> {
        postcard::serialize_with_flavor(
            value,
            Self {
                words: Vec::with_capacity(2048),
                numbers: Vec::with_capacity(2048),
            },
        )
    }

    /// The value, if the columns hold it and nothing else.
    pub(super) fn value<'a, T: Deserialize<'a>>(&'a self) -> Result<T> {
        let rest = Rest {
            words: &self.words,
            numbers: &self.numbers,
        };
        let mut deserializer = postcard::Deserializer::from_flavor(rest);
        let value = T::deserialize(&mut deserializer)?;
        let rest = deserializer.finalize()?;
        if rest.words.is_empty() && rest.numbers.is_empty() {
            Ok(value)
        } else {
            Err(Error::DeserializeBadEncoding)
        }
    }
}

impl ser_flavors::Flavor for Columns {
    type Output = Self;

    fn try_push(&mut self, byte: u8) -> Result<()> {
        self.numbers.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, piece: &[u8]) -> Result<()> {
        let column = if piece.len() > 1 && piece.is_ascii() {
            &mut self.words
        } else {
            &mut self.numbers
        };
        column.extend_from_slice(piece);
        Ok(())
    }

    fn finalize(self) -> Result<Self> {
        Ok(self)
    }
}

/// What has not been read yet.
struct Rest<'a> {
    words: &'a [u8],
    numbers: &'a [u8],
}

impl<'a> de_flavors::Flavor<'a> for Rest<'a> {
    type Remainder = Self;
    type Source = &'a [u8];

    fn pop(&mut self) -> Result<u8> {
        self.numbers
            .split_off_first()
            .copied()
            .ok_or(Error::DeserializeUnexpectedEnd)
    }

    fn try_take_n(&mut self, count: usize) -> Result<&'a [u8]> {
        let column = if count > 1 { &mut self.words } else { &mut self.numbers };
        column.split_off(..count).ok_or(Error::DeserializeUnexpectedEnd)
    }

    fn finalize(self) -> Result<Self> {
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_numbers_part_and_meet_again() {
        let value = ("checkout", 300_u16, "a", "", -1_i64, ["to", "go"], Some(u32::MAX));
        let columns = Columns::of(&value).unwrap();
        assert_eq!(columns.words, b"checkouttogo");
        assert_eq!(
            columns
                .value::<(&str, u16, &str, &str, i64, [&str; 2], Option<u32>)>()
                .unwrap(),
            value
        );
    }

    #[test]
    fn what_is_cut_or_left_over_is_refused() {
        let columns = Columns::of(&("checkout", 300_u16)).unwrap();
        for damaged in [
            Columns {
                words: b"check".to_vec(),
                ..columns.clone()
            },
            Columns {
                words: b"checkouts".to_vec(),
                ..columns.clone()
            },
            Columns {
                numbers: columns.numbers[..2].to_vec(),
                ..columns.clone()
            },
            Columns {
                numbers: [&columns.numbers[..], &[0]].concat(),
                ..columns.clone()
            },
        ] {
            assert!(damaged.value::<(&str, u16)>().is_err(), "{damaged:?}");
        }
    }
}
