//! Closed lists of words: each list is an enum, and each word is spelled once, beside its variant.

/// A text that is not a word of the closed list it was read as. It does not hold the text, which may be anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a word of this list")]
pub struct UnknownWord;

/// Declares a closed list of words with `ALL`, `as_str` and `FromStr`.
macro_rules! closed_list {
    ($(#[$meta:meta])* pub enum $name:ident { $($(#[$inner:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$inner])* $variant,)+ }

        impl $name {
            /// Every word of the list, in the order of declaration.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word as it stands on the wire, in the archive, in metrics and in logs.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::words::UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err($crate::words::UnknownWord),
                }
            }
        }
    };
}

pub(crate) use closed_list;
