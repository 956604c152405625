//! The document that is published of a world: versioned JSON, only aggregates, every number with the distinct sessions behind it.
//!
//! One rule for all of it, so that it can be checked without knowing the parts: **an object with a number in it has `support`**, at
//! least k distinct sessions, and so has a list of numbers within a list: its first is the support. Numbers that only name
//! something (`from`, `width`, `height`, `action`, `next`, `key`) count nothing. Beside that stand `version`, `k`, `epsilon` and `withheld`.
//! What each part means: docs/model.md.

mod behaviour;
mod tallied;

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};
use testgram_protocol::event::{Autocomplete, FieldType, Method, Role};

pub use behaviour::{Behaviour, ContextRow, Level, NextRow, PersonaRow, StepRow, SymbolRow, Weights};
pub use tallied::Tallied;

use testgram_sequence::Symbol;

/// The version of the format.
pub const VERSION: u32 = 1;

/// Declares records of the document.
macro_rules! records {
    ($($(#[$meta:meta])* pub struct $name:ident { $($body:tt)* })+) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
            pub struct $name { $($body)* }
        )+
    };
}

/// A row of a histogram: what is at least `from` and less than the next row's. Rare quantities are counted in the next lower row, or
/// else in the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Bucket {
    /// The smallest number.
    pub from: u64,
    /// At least so many distinct sessions.
    pub support: u64,
    /// How often.
    pub count: u64,
}

records! {
    /// The model of a world's visitors.
    #[derive(Default)]
    pub struct Document {
        /// [`VERSION`].
        pub version: u32,
        /// Distinct sessions behind every number.
        pub k: u32,
        /// How much noise is on the counts: see docs/model.md. None without.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub epsilon: Option<f64>,
        /// The sessions and their events. None if they are fewer than k; then nothing else is told.
        pub sessions: Option<Tallied>,
        /// How long sessions are.
        pub lengths: Lengths,
        /// Pages, by template.
        pub pages: Vec<Page>,
        /// Where sessions begin.
        pub entries: Vec<PageRow>,
        /// The last page of sessions.
        pub exits: Vec<PageRow>,
        /// Three different pages one after the other, the commonest first.
        pub journeys: Vec<Journey>,
        /// Elements, by page.
        pub elements: Vec<ElementRow>,
        /// Forms, by page.
        pub forms: Vec<Form>,
        /// Fields, by page.
        pub fields: Vec<Field>,
        /// What pages call.
        pub endpoints: Vec<Endpoint>,
        /// Script errors.
        pub errors: Vec<Failure>,
        /// Devices with systems, browsers and versions.
        pub devices: Vec<Device>,
        /// Languages of browsers.
        pub languages: Vec<Named>,
        /// Origins that visitors came from.
        pub referrers: Vec<Named>,
        /// Sessions driven by a program, as it says itself.
        pub automated: Option<Tallied>,
        /// How fast visitors scroll, point and type.
        pub paces: Vec<Pace>,
        /// How long after an action the next one comes.
        pub dwell: Vec<Dwell>,
        /// What visitors do next.
        pub behaviour: Option<Behaviour>,
        /// How well that predicts sessions it has not seen.
        pub fidelity: Vec<Measured>,
        /// What fell below k, or did not fit.
        pub withheld: Withheld,
    }

    /// How long sessions are.
    #[derive(Default)]
    pub struct Lengths {
        /// Events.
        pub events: Vec<Bucket>,
        /// Actions.
        pub actions: Vec<Bucket>,
        /// Page views.
        pub views: Vec<Bucket>,
        /// Milliseconds.
        pub ms: Vec<Bucket>,
    }

    /// A page.
    pub struct Page {
        /// Its template.
        pub page: String,
        /// Query keys that it is shown with.
        pub query: Vec<String>,
        /// Views.
        #[serde(flatten)]
        pub views: Tallied,
        /// Milliseconds until it had loaded.
        pub load_ms: Vec<Bucket>,
        /// Milliseconds until the next page or the end.
        pub stay_ms: Vec<Bucket>,
        /// How far down it was scrolled, in tenths, where it was.
        pub depth: Vec<Bucket>,
    }

    /// Something about a page.
    pub struct PageRow {
        /// Its template; none for all pages too rare to name, and sessions without any.
        pub page: Option<String>,
        /// Sessions.
        #[serde(flatten)]
        pub sessions: Tallied,
    }

    /// Pages one after the other.
    pub struct Journey {
        /// Their templates.
        pub pages: Vec<String>,
        /// Times.
        #[serde(flatten)]
        pub times: Tallied,
    }

    /// An element, as far as at least k sessions met it so.
    pub struct ElementRow {
        /// Its page.
        pub page: String,
        /// How actions and fields name it: unique on its page.
        pub element: String,
        /// Tag.
        pub tag: Option<String>,
        /// ARIA role.
        pub role: Option<Role>,
        /// An input's type.
        #[serde(rename = "type")]
        pub field: Option<FieldType>,
        /// `id`.
        pub id: Option<String>,
        /// `name`.
        pub name: Option<String>,
        /// `data-testid` or one of its likes.
        pub testid: Option<String>,
        /// `for` of a label.
        #[serde(rename = "for")]
        pub target: Option<String>,
        /// `autocomplete`.
        pub autocomplete: Option<Autocomplete>,
        /// Classes.
        pub classes: Vec<String>,
        /// Where it stands.
        pub path: Option<String>,
        /// Digest of its label, four hex digits.
        pub label: Option<String>,
        /// Whether it lives in a shadow root.
        pub shadow: bool,
        /// Events that name it.
        #[serde(flatten)]
        pub events: Tallied,
    }

    /// A form on a page.
    pub struct Form {
        /// Its page.
        pub page: String,
        /// Where it stands: the form with the two steps above; empty for fields outside of forms.
        pub form: String,
        /// Visits to the page in which it was begun.
        #[serde(flatten)]
        pub begun: Tallied,
        /// Of those, in which it was submitted and the browser found it valid. None if hardly ever.
        pub submitted: Option<Tallied>,
        /// Submits that the browser found not valid.
        pub invalid: Option<Tallied>,
        /// Milliseconds from the first field to the submit.
        pub submit_ms: Vec<Bucket>,
        /// Fields that held something at the submit.
        pub filled: Vec<Bucket>,
        /// Which fields were filled.
        pub fields: Vec<InForm>,
        /// The last field before the visitor left the page without a submit.
        pub left_at: Vec<InForm>,
    }

    /// A field of a form.
    pub struct InForm {
        /// The field.
        pub element: String,
        /// Times.
        #[serde(flatten)]
        pub times: Tallied,
    }

    /// A field.
    pub struct Field {
        /// Its page.
        pub page: String,
        /// The field.
        pub element: String,
        /// Times it was filled and left.
        #[serde(flatten)]
        pub times: Tallied,
        /// What kinds of values it holds.
        pub kinds: Vec<Named>,
        /// How long values are.
        pub length: Vec<Bucket>,
        /// Keys that took something back, where keys were pressed.
        pub corrections: Vec<Bucket>,
        /// Milliseconds from focus to leaving.
        pub ms: Vec<Bucket>,
        /// The how-manieth field of its form it was, from 1.
        pub order: Vec<Bucket>,
        /// Times its value was pasted. None if hardly ever.
        pub pasted: Option<Tallied>,
        /// Times its value had been that of an input before, in the same session. None if hardly ever, or not known.
        pub repeated: Option<Tallied>,
    }

    /// An endpoint.
    pub struct Endpoint {
        /// Its method.
        pub method: Method,
        /// Its template, with an origin if another than the page's.
        pub url: String,
        /// Query keys that it is called with.
        pub query: Vec<String>,
        /// Calls.
        #[serde(flatten)]
        pub calls: Tallied,
        /// What it answered: `200`, `4xx` where the statuses were too rare each, `0` for no answer.
        pub statuses: Vec<Named>,
        /// Milliseconds.
        pub ms: Vec<Bucket>,
        /// The pages that call it.
        pub callers: Vec<PageRow>,
        /// Keys of what was sent.
        pub request: Vec<KeyRow>,
        /// Keys of what was answered.
        pub response: Vec<KeyRow>,
    }

    /// A place in a JSON body and what stands there.
    pub struct KeyRow {
        /// The place, as a JSONPath (RFC 9535): `$.items[*].id`. `.*` is any key that looks like data.
        pub path: String,
        /// `string`, `number`, `boolean`, `null`, `array`, `object`, `mixed` for several, `more` for what was not looked at.
        #[serde(rename = "type")]
        pub kind: String,
        /// Calls.
        #[serde(flatten)]
        pub calls: Tallied,
    }

    /// A script error.
    pub struct Failure {
        /// The page it came about on.
        pub page: String,
        /// Its type.
        pub name: String,
        /// Its message's template.
        pub message: String,
        /// The script, if known.
        pub script: Option<String>,
        /// Times.
        #[serde(flatten)]
        pub times: Tallied,
    }

    /// Something with a name.
    pub struct Named {
        /// The name; none for all that are too rare to name, or not known.
        pub name: Option<String>,
        /// Times, or sessions where each has one.
        #[serde(flatten)]
        pub times: Tallied,
    }

    /// A kind of device.
    pub struct Device {
        /// Its word; none for all that are too rare, or not known.
        pub name: Option<String>,
        /// Sessions.
        #[serde(flatten)]
        pub sessions: Tallied,
        /// Its systems.
        pub systems: Vec<System>,
        /// Its viewports.
        pub viewports: Vec<Viewport>,
    }

    /// An operating system on one kind of device.
    pub struct System {
        /// Its word; none for all that are too rare.
        pub name: Option<String>,
        /// Sessions.
        #[serde(flatten)]
        pub sessions: Tallied,
        /// Its browsers.
        pub browsers: Vec<Browser>,
    }

    /// A browser on one system.
    pub struct Browser {
        /// Its family; none for all that are too rare.
        pub name: Option<String>,
        /// Sessions.
        #[serde(flatten)]
        pub sessions: Tallied,
        /// Its major versions.
        pub versions: Vec<Named>,
    }

    /// A size of viewport, rounded down to 32 pixels.
    pub struct Viewport {
        /// CSS pixels; none for all that are too rare.
        pub width: Option<u16>,
        /// CSS pixels.
        pub height: Option<u16>,
        /// Sessions.
        #[serde(flatten)]
        pub sessions: Tallied,
    }

    /// How fast visitors with one kind of device are.
    pub struct Pace {
        /// The device; none if not known.
        pub device: Option<String>,
        /// Stretches of scrolling, by CSS pixels a second.
        pub scroll: Vec<Bucket>,
        /// Stretches of pointer movement, by CSS pixels a second.
        pub pointer: Vec<Bucket>,
        /// Gaps between keys, by milliseconds.
        pub typing: Vec<Bucket>,
    }

    /// How long after an action the next one comes.
    pub struct Dwell {
        /// The action: its place in the behaviour's symbols, from 1.
        pub action: Symbol,
        /// The next one. None where no next one is common enough: then this is of whatever came next.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next: Option<Symbol>,
        /// Times.
        #[serde(flatten)]
        pub times: Tallied,
        /// Milliseconds.
        pub ms: Vec<Bucket>,
    }

    /// How well something predicts held-out sessions.
    pub struct Measured {
        /// `model`, or a baseline: `order0` (actions alone), `order1` (by the last one), `order5` (interpolated Kneser–Ney).
        pub predictor: String,
        /// Sessions held out.
        pub support: u64,
        /// Sessions that were learned from.
        pub learned_from: u64,
        /// Actions and ends predicted.
        pub actions: u64,
        /// Mean −log2 of the probability that the action had which came.
        pub bits: f64,
        /// How often, in percent, the likeliest one came.
        pub top1: f64,
        /// How often, in percent, one of the five likeliest came.
        pub top5: f64,
    }

    /// Roughly how much fell below k: 0 for fewer than k things, and else rounded down to 1, 1½ or twice a power of two. So one
    /// session more is seen in it only where it takes a number over such a step.
    #[derive(Default)]
    pub struct Withheld {
        /// URLs of pages.
        pub pages: u64,
        /// Fingerprints of elements.
        pub elements: u64,
        /// Methods and URLs of calls.
        pub endpoints: u64,
        /// Script errors.
        pub errors: u64,
        /// Places in bodies.
        pub keys: u64,
        /// Actions.
        pub symbols: u64,
        /// Contexts.
        pub contexts: u64,
        /// Continuations of contexts.
        pub continuations: u64,
        /// Journeys.
        pub journeys: u64,
        /// Pairs of actions with the time between them.
        pub pairs: u64,
        /// Sessions of more than 10,000 events, the first of which count.
        pub long: u64,
        /// What was more than is counted at all: `catalog` (it names what a part of the sessions met), `contexts`, `things`, `pairs`,
        /// `words`, `errors`, `keys`. Some of it is missing then.
        pub full: Vec<String>,
    }
}

impl Document {
    /// The document as JSON. Equal documents give equal bytes.
    #[must_use]
    pub fn to_json(&self) -> Vec<u8> {
        // Plain records with texts as keys, for which serde_json has no error.
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// How long after an action the next one comes: by the next one if that is common, or else by the action, or else by nothing.
    #[must_use]
    pub fn dwell(&self, action: Symbol, next: Symbol) -> Vec<Bucket> {
        let of = |fits: &dyn Fn(&Dwell) -> bool| added(self.dwell.iter().filter(|dwell| fits(dwell)));
        let exact = of(&|dwell| dwell.action == action && dwell.next == Some(next));
        let after = || of(&|dwell| dwell.action == action);
        [exact].into_iter().find(|rows| !rows.is_empty()).unwrap_or_else(|| {
            let after = after();
            if after.is_empty() { of(&|_| true) } else { after }
        })
    }
}

/// Several histograms as one. Supports do not add: each is the largest.
fn added<'a>(dwells: impl Iterator<Item = &'a Dwell>) -> Vec<Bucket> {
    let mut rows = std::collections::BTreeMap::<u64, Bucket>::new();
    for bucket in dwells.flat_map(|dwell| &dwell.ms) {
        let row = rows.entry(bucket.from).or_insert(Bucket { count: 0, ..*bucket });
        row.count += bucket.count;
        row.support = row.support.max(bucket.support);
    }
    rows.into_values().collect()
}

/// The JSON Schema of a document.
#[must_use]
pub fn schema() -> Schema {
    schemars::generate::SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Document>()
}

/// The same as `schema/model.v1.json` has it.
#[must_use]
pub fn schema_text() -> String {
    format!("{:#}\n", schema().as_value())
}
