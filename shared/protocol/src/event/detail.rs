//! What each kind of event holds: one struct for each `Kind`, and what is said of a session.

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
use crate::privacy::value::{LENGTH_CLASSES, ValueKind};
use crate::reason::Reason;
use crate::strict::objects;

/// What is sent of the value of a field: never the value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", deny_unknown_fields)]
pub struct Value {
    /// What kind of thing the value is, by the rules of [`crate::privacy::value::classify`].
    pub kind: ValueKind,
    /// Class of the value's length: see [`crate::privacy::value::length_class`]. Not sent of secrets.
    #[serde(default)]
    #[schemars(range(max = LENGTH_CLASSES - 1))]
    pub len: Option<u8>,
    /// Digest of the value under the session's salt: equal values of one session have equal digests. Not sent of
    /// secrets.
    #[serde(default)]
    pub digest: Option<ValueDigest>,
}

impl Value {
    fn check(&self) -> Result<(), Reason> {
        if self.len.is_some_and(|bucket| bucket >= LENGTH_CLASSES) {
            return Err(Reason::OutOfRange);
        }
        let says_anything = self.len.is_some() || self.digest.is_some();
        if says_anything && !self.kind.may_be_digested() {
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
        /// Template of the page's URL.
        pub url: UrlTemplate,
        /// How the page came to be shown.
        pub cause: PageCause,
        /// Milliseconds from the start of the navigation to the page's load event.
        #[serde(default)]
        #[schemars(range(max = limits::SESSION_MS))]
        pub load: Option<u32>,
    }

    /// A click or a tap on an element.
    pub struct Click {
        /// The element that was clicked.
        pub el: Arc<Element>,
        /// Where in the viewport, CSS pixels from the left.
        pub x: u16,
        /// Where in the viewport, CSS pixels from the top.
        pub y: u16,
        /// The mouse button; a touch counts as the left one.
        #[serde(default)]
        pub button: Button,
        /// Click count in a sequence of clicks in one place, as the browser counts: 1 is a single click.
        #[serde(default)]
        pub count: Option<u8>,
    }

    /// A field was filled and left.
    pub struct Input {
        /// The field that was filled.
        pub el: Arc<Element>,
        /// What is sent of the field's value when it was left.
        pub value: Value,
        /// Keys pressed in the field. 0 for a secret, like `edits`, and without rhythm: how many keys a password took
        /// is its length.
        #[serde(default)]
        pub keys: u16,
        /// How many of the keys took something back.
        #[serde(default)]
        pub edits: u16,
        /// Milliseconds from getting the focus to losing it.
        #[schemars(range(max = limits::SESSION_MS))]
        pub ms: u32,
        /// Whether any of the value was pasted.
        #[serde(default)]
        pub paste: bool,
        /// Gaps between keys, counted by length: bucket `i` holds those of 2^i to 2^(i+1) - 1 hundredths of a second.
        /// Counts only: the rhythm itself would identify who types.
        #[serde(default)]
        pub rhythm: List<u16, { limits::RHYTHM_BUCKETS }>,
    }

    /// A form was submitted, or held back by the browser because something in it is not valid.
    pub struct Submit {
        /// The form itself, not its button.
        pub el: Arc<Element>,
        /// Whether the browser found all of it valid.
        pub valid: bool,
        /// How many of its fields held something; masked ones are not counted.
        pub filled: u16,
    }

    /// A key that has a name was pressed; never one that writes a character.
    pub struct Key {
        /// The key, or what the keys together stand for.
        pub key: NamedKey,
        /// Modifier keys held down with it: 1 alt, 2 control, 4 meta, 8 shift, added up.
        #[serde(default)]
        pub mods: Mods,
        /// The element that had the focus.
        #[serde(default)]
        pub el: Option<Arc<Element>>,
    }

    /// A stretch of pointer movement.
    pub struct Move {
        /// Where it began, CSS pixels from the left of the viewport.
        pub x: u16,
        /// Where it began, CSS pixels from the top of the viewport.
        pub y: u16,
        /// Steps of (milliseconds, pixels right, pixels down).
        pub path: List<(u16, i16, i16), { limits::MOVE_POINTS }>,
    }

    /// A stretch of scrolling, of the page or of an element in it.
    pub struct Scroll {
        /// Where it ended, CSS pixels from the top.
        #[schemars(range(max = limits::PIXELS))]
        pub y: u32,
        /// Where it ended, CSS pixels from the left.
        #[serde(default)]
        #[schemars(range(max = limits::PIXELS))]
        pub x: u32,
        /// How far down one could scroll, CSS pixels.
        #[schemars(range(max = limits::PIXELS))]
        pub max: u32,
        /// How long the stretch took, milliseconds.
        #[serde(default)]
        #[schemars(range(max = limits::SESSION_MS))]
        pub ms: u32,
        /// The element that was scrolled; none for the page.
        #[serde(default)]
        pub el: Option<Arc<Element>>,
    }

    /// An element was dragged and dropped.
    pub struct Drag {
        /// The element that was dragged.
        pub el: Arc<Element>,
        /// The element that it was dropped onto.
        #[serde(default)]
        pub to: Option<Arc<Element>>,
        /// How far it was dragged, CSS pixels to the right.
        pub dx: i16,
        /// How far it was dragged, CSS pixels down.
        pub dy: i16,
        /// How long the drag took, milliseconds.
        #[schemars(range(max = limits::SESSION_MS))]
        pub ms: u32,
    }

    /// A call of the page to an API.
    pub struct Api {
        /// The HTTP method of the call.
        pub method: Method,
        /// Template of the endpoint's URL, with an origin only if it is not the page's.
        pub url: UrlTemplate,
        /// The HTTP status of the answer; 0 if there was none.
        #[schemars(range(max = 599))]
        pub status: u16,
        /// Milliseconds from the call to the answer.
        #[schemars(range(max = limits::SESSION_MS))]
        pub ms: u32,
        /// Keys and types of the body that was sent.
        #[serde(default)]
        pub request: Option<Arc<KeyTree>>,
        /// Keys and types of the body of the answer.
        #[serde(default)]
        pub response: Option<Arc<KeyTree>>,
        /// Whether the page called by XMLHttpRequest rather than by fetch.
        #[serde(default)]
        pub xhr: bool,
    }

    /// A script error or an unhandled rejection.
    pub struct Error {
        /// The class of the error.
        pub name: ErrorName,
        /// Template of the message: words of engines and libraries, placeholders for all others.
        pub message: ErrorTemplate,
        /// Template of the URL of the script that threw.
        #[serde(default)]
        pub script: Option<UrlTemplate>,
        /// Line in the script that threw.
        #[serde(default)]
        #[schemars(range(max = limits::SCRIPT_PLACE))]
        pub line: Option<u32>,
        /// Column in that line of the script.
        #[serde(default)]
        #[schemars(range(max = limits::SCRIPT_PLACE))]
        pub col: Option<u32>,
        /// Whether it was the rejection of a promise.
        #[serde(default)]
        pub rejection: bool,
    }

    /// The viewport's size, CSS pixels.
    pub struct Viewport {
        /// Width of the viewport, CSS pixels.
        pub w: u16,
        /// Height of the viewport, CSS pixels.
        pub h: u16,
    }

    /// The tab was hidden or shown.
    pub struct Visibility {
        /// Whether it is hidden now.
        pub hidden: bool,
    }

    /// The session ended; no event of it follows.
    pub struct End {
        /// Why the session ended.
        pub reason: EndReason,
    }

    /// An event that the site names itself, by `testgram.event(name)`. A name only.
    pub struct Custom {
        /// The site's own name for the event.
        pub name: Word,
    }

    /// What is said once of the session, with its first batch.
    pub struct Meta {
        /// The sort of device that the browser runs on.
        pub device: Device,
        /// The size of the viewport when the session began.
        pub viewport: Viewport,
        /// The family of the browser.
        pub browser: Browser,
        /// The major version of the browser.
        #[serde(default)]
        pub version: Option<u16>,
        /// The operating system of the device.
        pub os: Os,
        /// Template of the URL that the visitor came from.
        #[serde(default)]
        pub referrer: Option<UrlTemplate>,
        /// The language of the browser's interface.
        #[serde(default)]
        pub language: Option<Language>,
        /// Minutes that local time is ahead of UTC.
        #[serde(default)]
        #[schemars(range(min = -limits::TZ_MINUTES, max = limits::TZ_MINUTES))]
        pub tz: Option<i16>,
        /// Whether the browser says that a program drives it (`navigator.webdriver`).
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
        let says_keys = self.keys > 0 || self.edits > 0 || !self.rhythm.items().is_empty();
        let says_anything = says_keys || self.value.len.is_some() || self.value.digest.is_some();
        // The element is asked as well: a client that takes a password for a text must not get away with it.
        if says_anything && (self.value.kind.is_secret() || self.el.holds_secret()) {
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
