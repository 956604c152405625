//! One wire form for each type. What serde derives would also read a struct from an array and a word from a map
//! (`{"left":null}`); v1 has objects and words.

/// Objects, read from a JSON object only. For types that derive under `#[serde(remote = "Self")]`; the buffer's form is
/// theirs.
macro_rules! objects {
    ($($name:ident $(=> $check:path)?),+ $(,)?) => {$(
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                // The derived one, which goes before the trait's.
                Self::serialize(self, serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Object;
                impl<'de> serde::de::Visitor<'de> for Object {
                    type Value = $name;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("an object")
                    }
                    fn visit_map<A: serde::de::MapAccess<'de>>(self, map: A) -> Result<$name, A::Error> {
                        let read = $name::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
                        $($check(&read).map_err(serde::de::Error::custom)?;)?
                        Ok(read)
                    }
                }
                if deserializer.is_human_readable() {
                    deserializer.deserialize_map(Object)
                } else {
                    Self::deserialize(deserializer)
                }
            }
        }
    )+};
}

/// Closed lists of words as [`crate::words`] declares them, read from a JSON string only. What serde derives serves the
/// buffer, where a word is its place in the list: append only.
macro_rules! wire_words {
    ($($(#[$meta:meta])* pub enum $name:ident { $($(#[$inner:meta])* $variant:ident = $word:literal),+ $(,)? })+) => {$(
        $crate::words::closed_list! {
            $(#[$meta])*
            #[derive(serde::Serialize, serde::Deserialize)]
            #[serde(remote = "Self")]
            pub enum $name { $($(#[$inner])* #[serde(rename = $word)] $variant = $word,)+ }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                Self::serialize(self, serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Word;
                impl serde::de::Visitor<'_> for Word {
                    type Value = $name;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a word")
                    }
                    fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<$name, E> {
                        word.parse().map_err(|_| E::custom($crate::reason::Reason::UnknownWord))
                    }
                }
                if deserializer.is_human_readable() {
                    deserializer.deserialize_str(Word)
                } else {
                    Self::deserialize(deserializer)
                }
            }
        }
    )+};
}

pub(crate) use {objects, wire_words};
