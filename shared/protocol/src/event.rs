//! The events of v1. On the wire an event is `[t, kind, detail]`: time in milliseconds since the session began, the word of
//! its kind, and an object whose fields depend on the kind. The array keeps the kind ahead of the detail, so that a parser
//! never has to hold a detail back until it knows what it is.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, SeqAccess, Visitor};
use serde::ser::SerializeTuple;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::limits;
use crate::privacy::digest::{LabelDigest, ValueDigest};
use crate::privacy::tree::KeyTree;
use crate::privacy::value::{LENGTH_BUCKETS, ValueKind, by_name};
use crate::privacy::{element, error, url};
use crate::reason::Reason;
use crate::strict::{objects, words_only};
use crate::text::ruled_text;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Milliseconds since the session began, at most [`limits::SESSION_MS`].
    pub t: u32,
    /// What it was.
    pub what: What,
}

macro_rules! kinds {
    ($($(#[$meta:meta])* $variant:ident = $word:literal,)+) => {
        /// The kind of an event. The order is part of the buffer format and of [`KindSet`]: append only.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum Kind { $($(#[$meta])* #[serde(rename = $word)] $variant,)+ }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The word on the wire.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        /// An event's kind and detail. The order is part of the buffer format: append only.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        pub enum What { $($(#[$meta])* $variant($variant),)+ }

        impl What {
            /// Its kind.
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
    /// A page is shown.
    Page = "page",
    /// A click.
    Click = "click",
    /// A field was filled and left.
    Input = "input",
    /// A form was submitted.
    Submit = "submit",
    /// A named key.
    Key = "key",
    /// A stretch of pointer movement.
    Move = "move",
    /// A stretch of scrolling.
    Scroll = "scroll",
    /// A drag and its drop.
    Drag = "drag",
    /// A call of the page to an API.
    Api = "api",
    /// A script error.
    Error = "error",
    /// The viewport has a new size.
    Viewport = "viewport",
    /// The tab was hidden or shown.
    Visibility = "visibility",
    /// The session ended.
    End = "end",
    /// An event the site named itself.
    Custom = "custom",
}

/// A set of kinds, as a bit mask: what a world collects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindSet(u32);

impl KindSet {
    /// Every kind of v1.
    pub const ALL: Self = Self((1 << Kind::ALL.len()) - 1);

    /// From a mask; bits beyond v1 are dropped.
    #[must_use]
    pub const fn from_bits(bits: u32) -> Self {
        Self(bits & Self::ALL.0)
    }

    /// The mask.
    #[must_use]
    pub const fn bits(self) -> u32 {
        self.0
    }

    /// The set without `kind`.
    #[must_use]
    pub const fn without(self, kind: Kind) -> Self {
        Self(self.0 & !(1 << kind as u32))
    }

    /// Whether `kind` is in it.
    #[must_use]
    pub const fn contains(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u32) != 0
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
                let what = What::read(kind, &mut seq)?.ok_or_else(malformed)?;
                if seq.next_element::<de::IgnoredAny>()?.is_some() {
                    return Err(malformed());
                }
                Ok(Event { t, what })
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
        tuple.serialize_element(self.what.kind().word())?;
        self.what.write(&mut tuple)?;
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
                let kind = Kind::ALL.iter().find(|kind| kind.word() == word);
                kind.map(|kind| KindWord(*kind))
                    .ok_or_else(|| E::custom(Reason::UnknownKind))
            }
        }
        deserializer.deserialize_str(Word)
    }
}

/// Room that a list begins with. JSON does not tell how long it is, and growing step by step cost a twentieth of a parse.
const FIRST_ITEMS: usize = 16;

/// A list of at most `MAX` items; the bound holds while it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List<T, const MAX: usize>(Vec<T>);

impl<T, const MAX: usize> Default for List<T, MAX> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T, const MAX: usize> List<T, MAX> {
    /// The items.
    #[must_use]
    pub fn items(&self) -> &[T] {
        &self.0
    }
}

impl<T: Serialize, const MAX: usize> Serialize for List<T, MAX> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>, const MAX: usize> Deserialize<'de> for List<T, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T, const MAX: usize>(std::marker::PhantomData<T>);
        impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for Items<T, MAX> {
            type Value = List<T, MAX>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut items = Vec::with_capacity(seq.size_hint().unwrap_or(FIRST_ITEMS).min(MAX));
                while let Some(item) = seq.next_element()? {
                    if items.len() == MAX {
                        return Err(de::Error::custom(Reason::TooMany));
                    }
                    items.push(item);
                }
                Ok(List(items))
            }
        }
        deserializer.deserialize_seq(Items(std::marker::PhantomData))
    }
}

impl<T: JsonSchema, const MAX: usize> JsonSchema for List<T, MAX> {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "List".into()
    }
    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let items = generator.subschema_for::<T>();
        json_schema!({ "type": "array", "maxItems": MAX, "items": items })
    }
}

ruled_text!(
    /// A tag name, lower case.
    Tag, max limits::TAG_BYTES, rule element::check_tag
);
ruled_text!(
    /// An id, name, test id, class or event name that looks like code.
    Word, max limits::WORD_BYTES, rule element::check_word
);
ruled_text!(
    /// An element's place: `main>form:2>button`.
    ElementPath, max (limits::TAG_BYTES + 5) * limits::PATH_STEPS, rule element::check_path
);
ruled_text!(
    /// A URL template: see [`crate::privacy::url`].
    UrlTemplate, max limits::URL_BYTES, rule url::check
);
ruled_text!(
    /// An error message's template: see [`crate::privacy::error`].
    ErrorTemplate, max 20 * (limits::ERROR_WORDS + 1),
    rule |text| if error::scrub(text) == text { Ok(()) } else { Err(Reason::LooksLikeText) }
);

/// An element as the model knows it again: a fingerprint, not a selector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Element {
    /// Its tag.
    pub tag: Tag,
    /// Its ARIA role, given or implied by its tag.
    #[serde(default)]
    pub role: Option<Role>,
    /// An input's type.
    #[serde(default, rename = "type")]
    pub field: Option<FieldType>,
    /// `id`.
    #[serde(default)]
    pub id: Option<Word>,
    /// `name`.
    #[serde(default)]
    pub name: Option<Word>,
    /// `data-testid` or one of its likes.
    #[serde(default)]
    pub testid: Option<Word>,
    /// `for` of a label.
    #[serde(default, rename = "for")]
    pub target: Option<Word>,
    /// `autocomplete`.
    #[serde(default)]
    pub autocomplete: Option<Autocomplete>,
    /// Stable classes.
    #[serde(default)]
    pub classes: List<Word, { limits::CLASSES }>,
    /// Where it stands.
    pub path: ElementPath,
    /// Digest of its label, for interactive controls outside masked subtrees.
    #[serde(default)]
    pub label: Option<LabelDigest>,
    /// Whether it lives in a shadow root.
    #[serde(default)]
    pub shadow: bool,
}

/// The words of `role` that matter to the model. Others are sent as `other`. Append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "lowercase")]
#[expect(missing_docs, reason = "the words of WAI-ARIA")]
pub enum Role {
    Other,
    Alert,
    Alertdialog,
    Banner,
    Button,
    Checkbox,
    Combobox,
    Dialog,
    Form,
    Grid,
    Gridcell,
    Heading,
    Img,
    Link,
    List,
    Listbox,
    Listitem,
    Main,
    Menu,
    Menubar,
    Menuitem,
    Menuitemcheckbox,
    Menuitemradio,
    Navigation,
    Option,
    Presentation,
    Progressbar,
    Radio,
    Radiogroup,
    Region,
    Row,
    Search,
    Searchbox,
    Slider,
    Spinbutton,
    Switch,
    Tab,
    Table,
    Tablist,
    Tabpanel,
    Textbox,
    Toolbar,
    Tooltip,
    Tree,
    Treeitem,
}

/// `type` of an input, and the other elements that take input. Append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the words of HTML")]
pub enum FieldType {
    Other,
    Button,
    Checkbox,
    Color,
    Contenteditable,
    Date,
    DatetimeLocal,
    Email,
    File,
    Hidden,
    Image,
    Month,
    Number,
    Password,
    Radio,
    Range,
    Reset,
    Search,
    Select,
    Submit,
    Tel,
    Text,
    Textarea,
    Time,
    Url,
    Week,
}

/// The last token of `autocomplete`. Append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the words of HTML")]
pub enum Autocomplete {
    Other,
    On,
    Off,
    Name,
    HonorificPrefix,
    GivenName,
    AdditionalName,
    FamilyName,
    HonorificSuffix,
    Nickname,
    Username,
    NewPassword,
    CurrentPassword,
    OneTimeCode,
    OrganizationTitle,
    Organization,
    StreetAddress,
    #[serde(rename = "address-line1")]
    AddressLine1,
    #[serde(rename = "address-line2")]
    AddressLine2,
    #[serde(rename = "address-line3")]
    AddressLine3,
    #[serde(rename = "address-level1")]
    AddressLevel1,
    #[serde(rename = "address-level2")]
    AddressLevel2,
    #[serde(rename = "address-level3")]
    AddressLevel3,
    #[serde(rename = "address-level4")]
    AddressLevel4,
    Country,
    CountryName,
    PostalCode,
    CcName,
    CcNumber,
    CcExp,
    CcExpMonth,
    CcExpYear,
    CcCsc,
    CcType,
    TransactionAmount,
    Language,
    Bday,
    BdayDay,
    BdayMonth,
    BdayYear,
    Sex,
    Url,
    Photo,
    Tel,
    TelNational,
    Email,
}

/// What is told of a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Value {
    /// Its kind.
    pub kind: ValueKind,
    /// Its length's bucket, see [`crate::privacy::value::length_bucket`].
    #[serde(default)]
    #[schemars(range(max = LENGTH_BUCKETS - 1))]
    pub len: Option<u8>,
    /// Its digest under the session's salt.
    #[serde(default)]
    pub digest: Option<ValueDigest>,
}

impl Value {
    fn check(&self) -> Result<(), Reason> {
        if self.len.is_some_and(|bucket| bucket >= LENGTH_BUCKETS) {
            return Err(Reason::OutOfRange);
        }
        let tells = self.len.is_some() || self.digest.is_some();
        if tells && !self.kind.may_be_digested() {
            Err(Reason::DigestNotAllowed)
        } else {
            Ok(())
        }
    }
}

/// Declares event details: plain records whose fields are documented and whose unknown fields are refused.
macro_rules! details {
    ($($(#[$meta:meta])* pub struct $name:ident { $($body:tt)* })+) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
            #[serde(remote = "Self", deny_unknown_fields)]
            pub struct $name { $($body)* }
        )+
    };
}

details! {
    /// A page is shown, by a load or by the page's own router.
    pub struct Page {
        /// Which one.
        pub url: UrlTemplate,
        /// How it came to be shown.
        pub cause: PageCause,
        /// Milliseconds until it had loaded.
        #[serde(default)]
        #[schemars(range(max = limits::SESSION_MS))]
        pub load: Option<u32>,
    }

    /// A click or tap.
    pub struct Click {
        /// On what.
        pub el: Element,
        /// Where in the viewport, CSS pixels from the left.
        pub x: u16,
        /// CSS pixels from the top.
        pub y: u16,
        /// With which button.
        #[serde(default)]
        pub button: Button,
        /// The how-manieth click in a row.
        #[serde(default)]
        pub count: Option<u8>,
    }

    /// A field was filled and left.
    pub struct Input {
        /// Which one.
        pub el: Element,
        /// What is told of its value.
        pub value: Value,
        /// Keys pressed. Not told of a secret, as the next one and the rhythm: how many keys a password took is its length.
        #[serde(default)]
        pub keys: u16,
        /// Of which took something back.
        #[serde(default)]
        pub edits: u16,
        /// Milliseconds from focus to leaving.
        #[schemars(range(max = limits::SESSION_MS))]
        pub ms: u32,
        /// Whether it was pasted.
        #[serde(default)]
        pub paste: bool,
        /// Gaps between keys, counted by length: bucket `i` holds those of 2^i to 2^(i+1) - 1 hundredths of a second.
        /// Counts only: the rhythm itself would tell who types.
        #[serde(default)]
        pub rhythm: List<u16, { limits::RHYTHM_BUCKETS }>,
    }

    /// A form was submitted.
    pub struct Submit {
        /// The form.
        pub el: Element,
        /// Whether the browser found it valid.
        pub valid: bool,
        /// How many of its fields held something.
        pub filled: u16,
    }

    /// A named key; never one that writes a character.
    pub struct Key {
        /// Which.
        pub key: NamedKey,
        /// Held down with it: 1 alt, 2 control, 4 meta, 8 shift, added up.
        #[serde(default)]
        pub mods: Mods,
        /// On what.
        #[serde(default)]
        pub el: Option<Element>,
    }

    /// A stretch of pointer movement.
    pub struct Move {
        /// Where it began, CSS pixels from the left of the viewport.
        pub x: u16,
        /// CSS pixels from the top.
        pub y: u16,
        /// Steps of (milliseconds, pixels right, pixels down).
        pub path: List<(u16, i16, i16), { limits::MOVE_POINTS }>,
    }

    /// A stretch of scrolling.
    pub struct Scroll {
        /// Where it ended, CSS pixels from the top.
        #[schemars(range(max = limits::PIXELS))]
        pub y: u32,
        /// CSS pixels from the left.
        #[serde(default)]
        #[schemars(range(max = limits::PIXELS))]
        pub x: u32,
        /// How far down one could scroll.
        #[schemars(range(max = limits::PIXELS))]
        pub max: u32,
        /// How long it took, milliseconds.
        #[serde(default)]
        #[schemars(range(max = limits::SESSION_MS))]
        pub ms: u32,
        /// In what, if not the page.
        #[serde(default)]
        pub el: Option<Element>,
    }

    /// A drag and its drop.
    pub struct Drag {
        /// What was dragged.
        pub el: Element,
        /// Onto what.
        #[serde(default)]
        pub to: Option<Element>,
        /// Pixels right.
        pub dx: i16,
        /// Pixels down.
        pub dy: i16,
        /// How long it took, milliseconds.
        #[schemars(range(max = limits::SESSION_MS))]
        pub ms: u32,
    }

    /// A call of the page to an API.
    pub struct Api {
        /// Its method.
        pub method: Method,
        /// Where to; with an origin only if another than the page's.
        pub url: UrlTemplate,
        /// Its status; 0 if there was no answer.
        #[schemars(range(max = 599))]
        pub status: u16,
        /// How long it took, milliseconds.
        #[schemars(range(max = limits::SESSION_MS))]
        pub ms: u32,
        /// The shape of what was sent.
        #[serde(default)]
        pub request: Option<KeyTree>,
        /// The shape of the answer.
        #[serde(default)]
        pub response: Option<KeyTree>,
        /// Whether it went over XMLHttpRequest.
        #[serde(default)]
        pub xhr: bool,
    }

    /// A script error or an unhandled rejection.
    pub struct Error {
        /// Its type.
        pub name: ErrorName,
        /// Its message's template.
        pub message: ErrorTemplate,
        /// The script.
        #[serde(default)]
        pub script: Option<UrlTemplate>,
        /// Line in it.
        #[serde(default)]
        #[schemars(range(max = limits::SCRIPT_PLACE))]
        pub line: Option<u32>,
        /// Column in it.
        #[serde(default)]
        #[schemars(range(max = limits::SCRIPT_PLACE))]
        pub col: Option<u32>,
        /// Whether it was a promise's rejection.
        #[serde(default)]
        pub rejection: bool,
    }

    /// The viewport's size, CSS pixels.
    pub struct Viewport {
        /// Width.
        pub w: u16,
        /// Height.
        pub h: u16,
    }

    /// The tab was hidden or shown.
    pub struct Visibility {
        /// Whether it is hidden now.
        pub hidden: bool,
    }

    /// The session ended.
    pub struct End {
        /// Why.
        pub reason: EndReason,
    }

    /// An event the site named itself. A name only.
    pub struct Custom {
        /// Its name.
        pub name: Word,
    }

    /// About the session; sent with its first batch.
    pub struct Meta {
        /// The device.
        pub device: Device,
        /// The viewport.
        pub viewport: Viewport,
        /// The browser.
        pub browser: Browser,
        /// Its major version.
        #[serde(default)]
        pub version: Option<u16>,
        /// The operating system.
        pub os: Os,
        /// Where the visitor came from: origin and path template.
        #[serde(default)]
        pub referrer: Option<UrlTemplate>,
        /// The interface's language.
        #[serde(default)]
        pub language: Option<Language>,
        /// Minutes that local time is ahead of UTC.
        #[serde(default)]
        #[schemars(range(min = -limits::TZ_MINUTES, max = limits::TZ_MINUTES))]
        pub tz: Option<i16>,
        /// Whether the browser says that a program drives it.
        #[serde(default)]
        pub automated: bool,
    }
}

/// Modifier keys, added up: 1 alt, 2 control, 4 meta, 8 shift.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Mods(#[schemars(range(max = 15))] u8);

impl<'de> Deserialize<'de> for Mods {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mask = u8::deserialize(deserializer)?;
        if mask > 15 {
            Err(de::Error::custom(Reason::OutOfRange))
        } else {
            Ok(Self(mask))
        }
    }
}

/// Declares closed lists of words. The order is part of the buffer format: append only.
macro_rules! words {
    ($($(#[$meta:meta])* pub enum $name:ident($case:literal) { $($(#[$inner:meta])* $variant:ident),+ $(,)? })+) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
            #[serde(remote = "Self", rename_all = $case)]
            #[expect(missing_docs, reason = "each word says itself what it means")]
            pub enum $name { $($(#[$inner])* $variant,)+ }
        )+
    };
}

words! {
    /// How a page came to be shown. Append only.
    pub enum PageCause("snake_case") { Load, Reload, Back, Push, Replace, Pop, Hash }

    /// A key that writes no character. Append only.
    pub enum NamedKey("PascalCase") {
        Enter, Tab, Escape, Backspace, Delete, ArrowUp, ArrowDown, ArrowLeft, ArrowRight, Home, End, PageUp, PageDown,
        F1, F2, F3, F4, F5, F6, F7, F8, F9, F10, F11, F12,
        /// A shortcut: control or meta with a character that is not told.
        Shortcut, Copy, Cut, Paste, Undo, Redo, Find, Save, Print,
    }

    /// An HTTP method. Append only.
    pub enum Method("UPPERCASE") { Get, Post, Put, Patch, Delete, Head, Options, Other }

    /// A script error's type. Append only.
    pub enum ErrorName("PascalCase") {
        Error, TypeError, ReferenceError, SyntaxError, RangeError, EvalError, #[serde(rename = "URIError")] UriError, AggregateError,
        AbortError, DataError, EncodingError, InvalidAccessError, InvalidStateError, NetworkError, NotAllowedError, NotFoundError,
        NotReadableError, NotSupportedError, OperationError, QuotaExceededError, SecurityError, TimeoutError, ChunkLoadError, Other,
    }

    /// Why a session ended. Append only.
    pub enum EndReason("snake_case") { Unload, Stopped, OptOut, Timeout }

    /// A kind of device. Append only.
    pub enum Device("lowercase") { Desktop, Mobile, Tablet, Other }

    /// A browser's family. Append only.
    pub enum Browser("lowercase") { Chrome, Edge, Firefox, Safari, Opera, Samsung, Other }

    /// An operating system. Append only.
    pub enum Os("lowercase") { Windows, Macos, Linux, Android, Ios, Chromeos, Other }
}

/// A mouse button. Append only.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "lowercase")]
pub enum Button {
    /// The first, and a touch.
    #[default]
    Left,
    /// The wheel.
    Middle,
    /// The second.
    Right,
}

ruled_text!(
    /// `en` or `en-US`.
    Language, max 6, rule |text| {
        let (language, region) = text.split_once('-').map_or((text, None), |(language, region)| (language, Some(region)));
        let good_language = (2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_lowercase());
        let good_region = region.is_none_or(|region| region.len() == 2 && region.bytes().all(|b| b.is_ascii_uppercase()));
        if good_language && good_region { Ok(()) } else { Err(Reason::UnknownWord) }
    }
);

objects!(
    Element, Value => Value::check, Page => Page::check, Click, Input => Input::check, Submit, Key, Move, Scroll => Scroll::check,
    Drag => Drag::check, Api => Api::check, Error => Error::check, Viewport, Visibility, End, Custom, Meta => Meta::check,
);
words_only!(
    Role,
    FieldType,
    Autocomplete,
    Button,
    PageCause,
    NamedKey,
    Method,
    ErrorName,
    EndReason,
    Device,
    Browser,
    Os
);

/// A duration within a session, milliseconds.
const fn ms(ms: u32) -> Result<(), Reason> {
    if ms > limits::SESSION_MS {
        Err(Reason::OutOfRange)
    } else {
        Ok(())
    }
}

fn at_most(most: u32, numbers: &[u32]) -> Result<(), Reason> {
    if numbers.iter().any(|number| *number > most) {
        Err(Reason::OutOfRange)
    } else {
        Ok(())
    }
}

impl Page {
    fn check(&self) -> Result<(), Reason> {
        ms(self.load.unwrap_or_default())
    }
}

impl Element {
    /// Whether what the page says of it makes its value a secret, as [`crate::privacy::value::classify`] has it.
    fn holds_secret(&self) -> bool {
        let by_type = matches!(
            self.field,
            Some(FieldType::Password | FieldType::Hidden | FieldType::File)
        );
        let by_autocomplete = self.autocomplete.is_some_and(Autocomplete::is_of_secret);
        let names = [&self.name, &self.id].into_iter().flatten();
        by_type
            || by_autocomplete
            || names
                .map(|name| name.as_str().to_ascii_lowercase())
                .any(|name| by_name(&name).is_some())
    }
}

impl Autocomplete {
    const fn is_of_secret(self) -> bool {
        matches!(
            self,
            Self::NewPassword
                | Self::CurrentPassword
                | Self::OneTimeCode
                | Self::CcName
                | Self::CcNumber
                | Self::CcExp
                | Self::CcExpMonth
                | Self::CcExpYear
                | Self::CcCsc
                | Self::CcType
        )
    }
}

impl Input {
    fn check(&self) -> Result<(), Reason> {
        let tells_keys = self.keys > 0 || self.edits > 0 || !self.rhythm.items().is_empty();
        let tells = tells_keys || self.value.len.is_some() || self.value.digest.is_some();
        // The element is asked as well: a client that takes a password for a text must not get away with it.
        if tells && (self.value.kind.is_secret() || self.el.holds_secret()) {
            return Err(Reason::DigestNotAllowed);
        }
        ms(self.ms)
    }
}

impl Scroll {
    fn check(&self) -> Result<(), Reason> {
        at_most(limits::PIXELS, &[self.x, self.y, self.max])?;
        ms(self.ms)
    }
}

impl Drag {
    fn check(&self) -> Result<(), Reason> {
        ms(self.ms)
    }
}

impl Api {
    fn check(&self) -> Result<(), Reason> {
        ms(self.ms)?;
        if self.status == 0 || (100..=599).contains(&self.status) {
            Ok(())
        } else {
            Err(Reason::OutOfRange)
        }
    }
}

impl Error {
    fn check(&self) -> Result<(), Reason> {
        at_most(
            limits::SCRIPT_PLACE,
            &[self.line.unwrap_or_default(), self.col.unwrap_or_default()],
        )
    }
}

impl Meta {
    fn check(&self) -> Result<(), Reason> {
        let tz = self.tz.unwrap_or_default();
        if (-limits::TZ_MINUTES..=limits::TZ_MINUTES).contains(&tz) {
            Ok(())
        } else {
            Err(Reason::OutOfRange)
        }
    }
}
