//! Strings that have passed a rule.

/// A newtype over a string whose only way in applies `rule`. It never prints what it holds. What is read back from our
/// own buffer is not judged again: rules may have become stricter since.
macro_rules! ruled_text {
    ($(#[$meta:meta])* $name:ident, max $max:expr, rule $rule:expr) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(Box<str>);

        impl $name {
            /// Takes `text` if it passes the rule.
            ///
            /// # Errors
            /// `Reason::TooLong`, or what the rule finds in the text.
            pub fn new(text: &str) -> Result<Self, $crate::reason::Reason> {
                if text.len() > $max {
                    return Err($crate::reason::Reason::TooLong);
                }
                let rule: fn(&str) -> Result<(), $crate::reason::Reason> = $rule;
                rule(text)?;
                Ok(Self(text.into()))
            }

            /// The text, which has passed the rule.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, concat!(stringify!($name), "({} bytes)"), self.0.len())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Wire;
                impl serde::de::Visitor<'_> for Wire {
                    type Value = $name;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("a string")
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        $name::new(text).map_err(E::custom)
                    }
                }
                if deserializer.is_human_readable() {
                    deserializer.deserialize_str(Wire)
                } else {
                    serde::Deserialize::deserialize(deserializer).map(Self)
                }
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "maxLength": $max })
            }
        }
    };
}

pub(crate) use ruled_text;
