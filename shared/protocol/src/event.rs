//! The events of v1. On the wire an event is `[t, kind, detail]`: time in milliseconds since the session began, the
//! word of its kind, and an object whose fields depend on the kind. The array keeps the kind ahead of the detail, so
//! that a parser never has to hold a detail back until it knows what it is.

mod detail;
mod element;
mod text;
mod word;

use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, SeqAccess, Visitor};
use serde::ser::SerializeTuple;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use detail::{
    Api, Click, Custom, Drag, End, Error, Input, Key, Meta, Mods, Move, Page, Scroll, Submit, Value, Viewport,
    Visibility,
};
pub use element::Element;
pub use text::{ElementPath, ErrorTemplate, Language, Tag, UrlTemplate, Word};
pub use word::{
    Autocomplete, Browser, Button, Device, EndReason, ErrorName, FieldType, Method, NamedKey, Os, PageCause, Role,
};

use crate::limits;
use crate::reason::Reason;
use crate::strict::wire_words;

/// One thing that a visitor or the page did. [`crate::batch::Batch::parse`] makes it of the wire form,
/// [`crate::buffer`] of what is stored; models are made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Milliseconds since the session began, at most [`limits::SESSION_MS`].
    pub t: u32,
    /// What happened: the kind of the event, and what is sent of that kind.
    pub detail: EventDetail,
}

macro_rules! kinds {
    ($($(#[$meta:meta])* $variant:ident = $word:literal,)+) => {
        wire_words! {
            /// The kind of an event. The order is part of the buffer format and of [`Collected`]: append only.
            pub enum Kind { $($(#[$meta])* $variant = $word,)+ }
        }

        /// An event's kind and detail. The order is part of the buffer format: append only.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub enum EventDetail { $($(#[$meta])* $variant($variant),)+ }

        impl EventDetail {
            /// The kind of event that this is the detail of.
            #[must_use]
            pub const fn kind(&self) -> Kind {
                match self { $(Self::$variant(_) => Kind::$variant,)+ }
            }

            fn read<'de, A: SeqAccess<'de>>(kind: Kind, seq: &mut A) -> Result<Option<Self>, A::Error> {
                match kind { $(Kind::$variant => Ok(seq.next_element()?.map(Self::$variant)),)+ }
            }

            fn write<S: SerializeTuple>(&self, tuple: &mut S) -> Result<(), S::Error> {
                match self { $(Self::$variant(detail) => tuple.serialize_element(detail),)+ }
            }
        }

        impl JsonSchema for Event {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                "Event".into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let kinds = [$({
                    let detail = generator.subschema_for::<$variant>();
                    json_schema!({
                        "type": "array", "minItems": 3, "maxItems": 3, "items": false,
                        "prefixItems": [
                            { "type": "integer", "minimum": 0, "maximum": limits::SESSION_MS },
                            { "const": $word },
                            detail
                        ]
                    })
                },)+];
                json_schema!({ "oneOf": kinds })
            }
        }
    };
}

kinds! {
    /// A page was shown, by a load or by its own router.
    Page = "page",
    /// A click or a tap on an element.
    Click = "click",
    /// A field was filled and left.
    Input = "input",
    /// A form was submitted, or held back as not valid.
    Submit = "submit",
    /// A key that writes no character was pressed.
    Key = "key",
    /// A stretch of pointer movement.
    Move = "move",
    /// A stretch of scrolling, of the page or an element.
    Scroll = "scroll",
    /// A drag and its drop.
    Drag = "drag",
    /// A call of the page to an API.
    Api = "api",
    /// A script error, or a rejection that no handler took.
    Error = "error",
    /// The viewport has a new size.
    Viewport = "viewport",
    /// The tab was hidden or shown.
    Visibility = "visibility",
    /// The session ended; no event of it follows.
    End = "end",
    /// An event the site named itself.
    Custom = "custom",
}

/// What a world collects, as a bit mask: a bit for each kind, and one each for digests of values and of labels. A bit
/// that is not there, since the maker of the mask did not know it, forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Collected(u32);

impl Collected {
    const DIGESTS: u32 = 1 << 30;
    const LABELS: u32 = 1 << 31;

    /// Every kind of event, digests of values, and labels: all of v1.
    pub const ALL: Self = Self(((1 << Kind::ALL.len()) - 1) | Self::DIGESTS | Self::LABELS);

    /// From a mask; bits beyond v1 are dropped.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits & Self::ALL.0)
    }

    /// The mask, as the authorizer passes it on to ingest.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The same without a kind of event.
    #[must_use]
    pub const fn without(self, kind: Kind) -> Self {
        Self(self.0 & !(1 << kind as u32))
    }

    /// The same without digests of values, or of labels, unless they are wanted.
    #[must_use]
    pub const fn with_only(self, digests: bool, labels: bool) -> Self {
        let digests = if digests { 0 } else { Self::DIGESTS };
        let labels = if labels { 0 } else { Self::LABELS };
        Self(self.0 & !(digests | labels))
    }

    /// Whether a kind of event is collected.
    #[must_use]
    pub const fn contains(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u32) != 0
    }
}

impl Event {
    /// Takes out what `collected` forbids of an event whose kind it lets.
    pub(crate) fn reduce(&mut self, collected: Collected) {
        if collected.0 & Collected::DIGESTS == 0
            && let EventDetail::Input(input) = &mut self.detail
        {
            input.value.digest = None;
        }
        if collected.0 & Collected::LABELS == 0 {
            for element in self.detail.elements_mut().into_iter().flatten() {
                Arc::make_mut(element).label = None;
            }
        }
    }
}

/// The elements of an event's detail, by reference: `elements!(detail, as_ref)` or `elements!(detail, as_mut, mut)`.
macro_rules! elements {
    ($detail:expr, $as_option:ident $(, $mutable:tt)?) => {
        match $detail {
            Self::Click(click) => [Some(&$($mutable)? click.el), None],
            Self::Input(input) => [Some(&$($mutable)? input.el), None],
            Self::Submit(submit) => [Some(&$($mutable)? submit.el), None],
            Self::Key(key) => [key.el.$as_option(), None],
            Self::Scroll(scroll) => [scroll.el.$as_option(), None],
            Self::Drag(drag) => [Some(&$($mutable)? drag.el), drag.to.$as_option()],
            // Spelled out, so that a kind to come is thought of here.
            Self::Page(_)
            | Self::Move(_)
            | Self::Api(_)
            | Self::Error(_)
            | Self::Viewport(_)
            | Self::Visibility(_)
            | Self::End(_)
            | Self::Custom(_) => [None, None],
        }
    };
}

impl EventDetail {
    /// The elements that the event names: the one it happened on, then the one that a dragged element was dropped onto.
    /// `None` where the kind of event has no such element, or where this event came without it.
    #[must_use]
    pub const fn elements(&self) -> [Option<&Arc<Element>>; 2] {
        elements!(self, as_ref)
    }

    /// As [`EventDetail::elements`], for [`Event::reduce`] to change.
    const fn elements_mut(&mut self) -> [Option<&mut Arc<Element>>; 2] {
        elements!(self, as_mut, mut)
    }
}

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Triple;
        impl<'de> Visitor<'de> for Triple {
            type Value = Event;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("[t, kind, detail]")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Event, A::Error> {
                let malformed = || de::Error::custom(Reason::Malformed);
                let t: i64 = seq.next_element()?.ok_or_else(malformed)?;
                let in_session = u32::try_from(t).ok().filter(|t| *t <= limits::SESSION_MS);
                let t = in_session.ok_or_else(|| de::Error::custom(Reason::BadTime))?;
                let KindWord(kind) = seq.next_element()?.ok_or_else(malformed)?;
                let detail = EventDetail::read(kind, &mut seq)?.ok_or_else(malformed)?;
                if seq.next_element::<de::IgnoredAny>()?.is_some() {
                    return Err(malformed());
                }
                Ok(Event { t, detail })
            }
        }
        deserializer.deserialize_tuple(3, Triple)
    }
}

/// The wire form. The buffer has its own: see [`crate::buffer`].
impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(3)?;
        tuple.serialize_element(&self.t)?;
        tuple.serialize_element(self.detail.kind().as_str())?;
        self.detail.write(&mut tuple)?;
        tuple.end()
    }
}

/// A kind read from its word, with a reason of its own when there is no such kind.
struct KindWord(Kind);

impl<'de> Deserialize<'de> for KindWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Word;
        impl Visitor<'_> for Word {
            type Value = KindWord;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a kind")
            }
            fn visit_str<E: de::Error>(self, word: &str) -> Result<KindWord, E> {
                word.parse().map(KindWord).map_err(|_| E::custom(Reason::UnknownKind))
            }
        }
        deserializer.deserialize_str(Word)
    }
}
