//! Settings that are numbers.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::reason::SettingCode;

/// A whole number from `MIN` to `MAX`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Within<const MIN: u32, const MAX: u32>(u32);

impl<const MIN: u32, const MAX: u32> Within<MIN, MAX> {
    /// `number`, if it is in range.
    #[must_use]
    pub fn new(number: u32) -> Option<Self> {
        (MIN..=MAX).contains(&number).then_some(Self(number))
    }

    /// A number that is known to be in range when this is compiled.
    pub(super) const fn of<const NUMBER: u32>() -> Self {
        const { assert!(MIN <= NUMBER && NUMBER <= MAX, "in range") };
        Self(NUMBER)
    }

    /// The number, from `MIN` to `MAX`.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl<const MIN: u32, const MAX: u32> Serialize for Within<MIN, MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.0)
    }
}

impl<'de, const MIN: u32, const MAX: u32> Deserialize<'de> for Within<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(u32::deserialize(deserializer)?).ok_or_else(|| de::Error::custom(SettingCode::OutOfRange))
    }
}

/// A share: a number from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share(f64);

/// NaN, the only number that does not equal itself, is no share.
impl Eq for Share {}

impl Share {
    /// The whole: 1.
    pub const ALL: Self = Self(1.0);

    /// `share`, if it is one.
    #[must_use]
    pub fn new(share: f64) -> Option<Self> {
        (0.0..=1.0).contains(&share).then_some(Self(share))
    }

    /// The share, from 0 to 1.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // `1` rather than `1.0`, as people write it.
        if self.0.fract() == 0.0 {
            serializer.serialize_u8(self.0 as u8)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(f64::deserialize(deserializer)?).ok_or_else(|| de::Error::custom(SettingCode::OutOfRange))
    }
}

/// Differential privacy's epsilon for one number: above 0, at most [`Epsilon::MOST`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Epsilon(f64);

/// NaN, the only number that does not equal itself, is none.
impl Eq for Epsilon {}

impl Epsilon {
    /// Beyond it noise hides nothing: at 10 nineteen counts of twenty come through as they are.
    pub const MOST: f64 = 10.0;

    /// `epsilon`, if it is one.
    #[must_use]
    pub fn new(epsilon: f64) -> Option<Self> {
        (epsilon > 0.0 && epsilon <= Self::MOST).then_some(Self(epsilon))
    }

    /// The epsilon, above 0, at most [`Epsilon::MOST`].
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl Serialize for Epsilon {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0)
    }
}

impl<'de> Deserialize<'de> for Epsilon {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(f64::deserialize(deserializer)?).ok_or_else(|| de::Error::custom(SettingCode::OutOfRange))
    }
}
