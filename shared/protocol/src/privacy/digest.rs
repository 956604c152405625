//! Digests: the form they have on the wire, what is kept of them, and which are refused.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::unsalted::UNSALTED;
use crate::reason::Reason;

/// A digest of a typed value: SHA-256 over the session's salt and the value on the wire, its first 32 bits from here
/// on.
///
/// 32 bits distinguish the values of one session, which is all the model asks; the rest never reaches the store.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ValueDigest(u32);

impl ValueDigest {
    /// Reads the wire form.
    ///
    /// # Errors
    /// [`Reason::NotADigest`] if `hex` is not 64 lower-case hex digits; [`Reason::UnsaltedDigest`] if it is the digest
    /// of a well-known value without salt.
    pub fn from_hex(hex: &str) -> Result<Self, Reason> {
        let bytes: [u8; 32] = from_lower_hex(hex).ok_or(Reason::NotADigest)?;
        let [a, b, c, d, ..] = bytes;
        let kept = u32::from_be_bytes([a, b, c, d]);
        if UNSALTED.binary_search(&bytes).is_ok() {
            Err(Reason::UnsaltedDigest)
        } else {
            Ok(Self(kept))
        }
    }

    /// From the bits that the archive kept. They were judged when they came, with the others that are gone.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits)
    }

    /// The 32 bits that are kept.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }
}

/// A digest of a control's label: the first 16 bits of SHA-256 over the world's salt and the label.
///
/// Sixteen bits distinguish the controls of a page and cannot name a person.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct LabelDigest(u16);

impl LabelDigest {
    /// Reads the wire form, four lower-case hex digits.
    ///
    /// # Errors
    /// [`Reason::LabelInClear`] if `hex` is anything else: a label never travels as text.
    pub fn from_hex(hex: &str) -> Result<Self, Reason> {
        from_lower_hex(hex)
            .map(|bytes| Self(u16::from_be_bytes(bytes)))
            .ok_or(Reason::LabelInClear)
    }

    /// The 16 bits that are sent and kept.
    #[must_use]
    pub const fn bits(self) -> u16 {
        self.0
    }
}

fn from_lower_hex<const N: usize>(hex: &str) -> Option<[u8; N]> {
    let mut out = [0; N];
    if hex.len() != 2 * N {
        return None;
    }
    for (byte, pair) in out.iter_mut().zip(hex.as_bytes().chunks_exact(2)) {
        let [high, low] = *pair else { return None };
        *byte = nibble(high)? << 4 | nibble(low)?;
    }
    Some(out)
}

const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// On the wire hex, in the buffer the bits. Reading hex applies the rule; reading bits trusts what we wrote.
macro_rules! hex_or_bits {
    ($name:ident, $bits:ty, $width:literal, $pattern:literal) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                if serializer.is_human_readable() {
                    serializer.collect_str(&format_args!(concat!("{:0", $width, "x}"), self.0))
                } else {
                    // Bytes, not an integer: a varint would make four random bytes five.
                    self.0.to_be_bytes().serialize(serializer)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Hex;
                impl de::Visitor<'_> for Hex {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str("a digest in hex")
                    }
                    fn visit_str<E: de::Error>(self, hex: &str) -> Result<$name, E> {
                        $name::from_hex(hex).map_err(E::custom)
                    }
                }
                if deserializer.is_human_readable() {
                    deserializer.deserialize_str(Hex)
                } else {
                    Deserialize::deserialize(deserializer).map(|bytes| Self(<$bits>::from_be_bytes(bytes)))
                }
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    };
}

hex_or_bits!(ValueDigest, u32, "8", "^[0-9a-f]{64}$");
hex_or_bits!(LabelDigest, u16, "4", "^[0-9a-f]{4}$");
