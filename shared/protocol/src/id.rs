//! Identities. None of them prints what it holds: a log line that needs one uses a type made for it.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

/// Defines an identity of letters and digits, without `Display` and with a redacting `Debug`.
macro_rules! identity {
    ($(#[$meta:meta])* $name:ident, $min:literal..=$max:literal, $allowed:expr) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Box<str>);

        impl $name {
            /// Takes `text` if it has the form; `None` otherwise.
            #[must_use]
            pub fn new(text: &str) -> Option<Self> {
                let allowed: fn(u8) -> bool = $allowed;
                (($min..=$max).contains(&text.len()) && text.bytes().all(allowed)).then(|| Self(text.into()))
            }

            /// The raw text, for keys and for requests only.
            #[must_use]
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                Self::new(&text).ok_or_else(|| de::Error::custom(concat!("not a ", stringify!($name))))
            }
        }
    };
}

identity!(
    /// A customer account. Lower-case letters and digits, so that `#` parts it safely from what follows it in a key.
    TenantId, 1..=24, |b| b.is_ascii_lowercase() || b.is_ascii_digit()
);
identity!(
    /// One application of a tenant.
    WorldId, 1..=24, |b| b.is_ascii_lowercase() || b.is_ascii_digit()
);
identity!(
    /// The public key of a world, as it stands in the script tag.
    WorldKey, 4..=40, |b| b.is_ascii_alphanumeric()
);
identity!(
    /// A connection of the gateway (base64 in practice).
    ConnectionId, 1..=128, |b| b.is_ascii_alphanumeric() || matches!(b, b'=' | b'-' | b'_' | b'+' | b'/')
);
identity!(
    /// The salt of a world's label digests: 32 bytes in lower-case hex. Every visitor's browser gets it; all it does is
    /// to keep one table of labels from serving for every world.
    WorldSalt, 64..=64, |b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)
);

impl WorldSalt {
    /// A salt of these bytes, which are random.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

/// A session: a ULID made in the tab. Random but for its clock; still never printed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId(ulid::Ulid);

impl SessionId {
    /// Reads the 26 characters of a ULID in its canonical, upper-case form.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let id = ulid::Ulid::from_string(text).ok()?;
        let mut canonical = [0; ulid::ULID_LEN];
        (id.array_to_str(&mut canonical) == text).then_some(Self(id))
    }

    /// From its parts, for clients and tests.
    #[must_use]
    pub fn from_parts(started_ms: u64, random: u128) -> Self {
        Self(ulid::Ulid::from_parts(started_ms, random))
    }

    /// As sixteen bytes, in the order of time.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 16] {
        self.0.0.to_be_bytes()
    }

    /// The session that [`SessionId::to_bytes`] made these bytes of.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(ulid::Ulid(u128::from_be_bytes(bytes)))
    }

    /// When the session began by the device's clock, milliseconds since 1970.
    #[must_use]
    pub fn started_ms(self) -> u64 {
        self.0.timestamp_ms()
    }

    /// The canonical text, for keys and replies only.
    #[must_use]
    pub fn expose(self) -> String {
        self.0.to_string()
    }

    /// An even spread over `buckets`, for shards and partitions. Uses the random part only.
    #[must_use]
    pub fn bucket(self, buckets: u32) -> u32 {
        // The low bits of a ULID are random already; a multiply spreads clients that fill them badly.
        let mixed = (self.0.random() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        (mixed as u32) % buckets.max(1)
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(…)")
    }
}

impl Serialize for SessionId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}
