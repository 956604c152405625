//! What each kind of event tells.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};

use super::element::Element;
use super::text::{ErrorTemplate, Language, UrlTemplate, Word};
use super::word::{Browser, Button, Device, EndReason, ErrorName, Method, NamedKey, Os, PageCause};
use crate::limits;
use crate::list::List;
use crate::privacy::digest::ValueDigest;
use crate::privacy::tree::KeyTree;
use crate::privacy::value::{LENGTH_BUCKETS, ValueKind};
use crate::reason::Reason;
use crate::strict::objects;

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
        pub el: Arc<Element>,
        /// Where in the viewport, CSS pixels from the left.
        pub x: u16,
        /// CSS pixels from the top.
        pub y: u16,
        /// With which button.
        #[serde(default)]
        pub button: Button,
        /// Click count in a sequence of clicks in one place, as the browser counts: 1 is a single click.
        #[serde(default)]
        pub count: Option<u8>,
    }

    /// A field was filled and left.
    pub struct Input {
        /// Which one.
        pub el: Arc<Element>,
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
        pub el: Arc<Element>,
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
        pub el: Option<Arc<Element>>,
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
        pub el: Option<Arc<Element>>,
    }

    /// A drag and its drop.
    pub struct Drag {
        /// What was dragged.
        pub el: Arc<Element>,
        /// Onto what.
        #[serde(default)]
        pub to: Option<Arc<Element>>,
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
        pub request: Option<Arc<KeyTree>>,
        /// The shape of the answer.
        #[serde(default)]
        pub response: Option<Arc<KeyTree>>,
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

objects!(
    Value => Value::check, Page => Page::check, Click, Input => Input::check, Submit, Key, Move, Scroll => Scroll::check,
    Drag => Drag::check, Api => Api::check, Error => Error::check, Viewport, Visibility, End, Custom, Meta => Meta::check,
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
