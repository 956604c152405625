//! The document that is published of a world: versioned JSON, only aggregates, every number with the distinct sessions
//! behind it.
//!
//! One rule for all of it, so that it can be checked without knowing the parts: **an object with a number in it has
//! `support`**, at least k distinct sessions, and so has a list of numbers within a list: its first is the support.
//! Numbers that only name something (`from`, `width`, `height`, `action`, `next`, `key`) count nothing. Beside that
//! stand `version`, `k`, `epsilon` and `suppressed`. What each part means: docs/model.md.

mod behaviour;

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};
use testgram_protocol::event::{Autocomplete, FieldType, Method, Role};

pub use behaviour::{Behaviour, SymbolRow};

use testgram_sequence::{Published, Symbol};

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

/// A row of a histogram: what is at least `from` and less than the next row's. Rare quantities are counted in the next
/// lower row, or else in the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Bucket {
    /// The smallest number of the row, in the unit of its histogram.
    pub from: u64,
    /// In how many sessions, and how often.
    #[serde(flatten)]
    pub times: Published,
}

records! {
    /// The model of a world's visitors.
    #[derive(Default)]
    pub struct Document {
        /// The version of the format: [`VERSION`].
        pub version: u32,
        /// Distinct sessions behind every number.
        pub k: u32,
        /// How much noise is on the counts: see docs/model.md. None without.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub epsilon: Option<f64>,
        /// The sessions and their events. None if they are fewer than k; then nothing else is published.
        pub sessions: Option<Published>,
        /// How long sessions are: in events, actions, page views and milliseconds.
        pub lengths: Lengths,
        /// Pages that at least k sessions viewed, by template.
        pub pages: Vec<Page>,
        /// The first page of sessions. A mix: it adds up to all sessions.
        pub entries: Vec<PageRow>,
        /// The last page of sessions.
        pub exits: Vec<PageRow>,
        /// Three different pages one after the other, the commonest first.
        pub journeys: Vec<Journey>,
        /// Elements that at least k sessions used, by page.
        pub elements: Vec<ElementRow>,
        /// The funnels of forms, by page.
        pub forms: Vec<Form>,
        /// How fields are filled, by page.
        pub fields: Vec<Field>,
        /// The endpoints that pages call, by template.
        pub endpoints: Vec<Endpoint>,
        /// Errors of scripts, by page and message.
        pub errors: Vec<Failure>,
        /// Devices with systems, browsers and versions.
        pub devices: Vec<Device>,
        /// Languages of browsers. A mix: it adds up to all sessions.
        pub languages: Vec<Named>,
        /// Origins that visitors came from.
        pub referrers: Vec<Named>,
        /// Sessions driven by a program, as it says itself.
        pub automated: Option<Published>,
        /// How fast visitors scroll, point and type.
        pub paces: Vec<Pace>,
        /// How long after an action the next one comes.
        pub think_time: Vec<ThinkTime>,
        /// What visitors do next. None where there are too few sessions to learn from.
        pub behaviour: Option<Behaviour>,
        /// How well that predicts sessions it has not seen.
        pub fidelity: Vec<Measured>,
        /// What fell below k, or did not fit.
        pub suppressed: Suppressed,
    }

    /// How long sessions are. Each session is in one row of each histogram.
    #[derive(Default)]
    pub struct Lengths {
        /// Sessions by their events.
        pub events: Vec<Bucket>,
        /// Sessions by their actions.
        pub actions: Vec<Bucket>,
        /// Sessions by their page views.
        pub views: Vec<Bucket>,
        /// By milliseconds.
        pub ms: Vec<Bucket>,
    }

    /// A page, with all views of it.
    pub struct Page {
        /// The template of the page's URL.
        pub page: String,
        /// Query keys that it is shown with.
        pub query: Vec<String>,
        /// In how many sessions it was viewed, and how often.
        #[serde(flatten)]
        pub views: Published,
        /// Milliseconds until it had loaded.
        pub load_ms: Vec<Bucket>,
        /// Milliseconds until the next page or the end.
        pub time_on_page_ms: Vec<Bucket>,
        /// How far down it was scrolled, in tenths, where it was.
        pub depth: Vec<Bucket>,
    }

    /// How many sessions, or calls, belong to a page.
    pub struct PageRow {
        /// Its template; none for all pages too rare to name, and sessions without any.
        pub page: Option<String>,
        /// In how many sessions; each counts once.
        #[serde(flatten)]
        pub sessions: Published,
    }

    /// Pages one after the other.
    pub struct Journey {
        /// The templates of the three pages, in order.
        pub pages: Vec<String>,
        /// In how many sessions, and how often.
        #[serde(flatten)]
        pub times: Published,
    }

    /// An element, as far as at least k sessions met it so.
    pub struct ElementRow {
        /// The template of its page.
        pub page: String,
        /// How actions and fields name it: unique on its page.
        pub element: String,
        /// The HTML tag, in lower case.
        pub tag: Option<String>,
        /// The ARIA role, explicit or implied.
        pub role: Option<Role>,
        /// The `type` of an input.
        #[serde(rename = "type")]
        pub field: Option<FieldType>,
        /// The `id` attribute.
        pub id: Option<String>,
        /// The `name` attribute.
        pub name: Option<String>,
        /// `data-testid` or one of its likes.
        pub testid: Option<String>,
        /// The `for` attribute of a label.
        #[serde(rename = "for")]
        pub target: Option<String>,
        /// The `autocomplete` attribute.
        pub autocomplete: Option<Autocomplete>,
        /// Classes, each of which at least k sessions met.
        pub classes: Vec<String>,
        /// The path of tags from up to eight steps above.
        pub path: Option<String>,
        /// Digest of its label, four hex digits.
        pub label: Option<String>,
        /// Whether it lives in a shadow root.
        pub shadow: bool,
        /// In how many sessions events named it, and how many events.
        #[serde(flatten)]
        pub events: Published,
    }

    /// A form on a page.
    pub struct Form {
        /// The template of its page.
        pub page: String,
        /// Where it stands: the form with the two steps above; empty for fields outside of forms.
        pub form: String,
        /// Visits to the page in which it was started.
        #[serde(flatten)]
        pub started: Published,
        /// Of those, in which it was submitted and the browser found it valid. None if hardly ever.
        pub submitted: Option<Published>,
        /// Submits that the browser found not valid.
        pub invalid: Option<Published>,
        /// Milliseconds from the first field to the submit.
        pub submit_ms: Vec<Bucket>,
        /// Fields that held something at the submit.
        pub filled: Vec<Bucket>,
        /// The fields that were filled, each time they were.
        pub fields: Vec<InForm>,
        /// The last field before the visitor left the page without a submit.
        pub drop_off: Vec<InForm>,
    }

    /// A field of a form.
    pub struct InForm {
        /// The field, as `elements` names it.
        pub element: String,
        /// In how many sessions, and how often.
        #[serde(flatten)]
        pub times: Published,
    }

    /// A field, with all times it was filled.
    pub struct Field {
        /// The template of its page.
        pub page: String,
        /// The field, as `elements` names it.
        pub element: String,
        /// Times it was filled and left.
        #[serde(flatten)]
        pub times: Published,
        /// What kinds of values it holds.
        pub kinds: Vec<Named>,
        /// Lengths of values, in characters.
        pub length: Vec<Bucket>,
        /// Keys that took something back, where keys were pressed.
        pub corrections: Vec<Bucket>,
        /// Milliseconds from focus to leaving.
        pub ms: Vec<Bucket>,
        /// Its place in the order in which the fields of its form were first filled, from 1.
        pub order: Vec<Bucket>,
        /// Times its value was pasted. None if hardly ever.
        pub pasted: Option<Published>,
        /// Times its value had been that of an input before, in the same session. None if hardly ever, or not known.
        pub repeated: Option<Published>,
    }

    /// An endpoint, with all calls of it.
    pub struct Endpoint {
        /// The HTTP method of the calls.
        pub method: Method,
        /// Its template, with an origin if another than the page's.
        pub url: String,
        /// Query keys that it is called with.
        pub query: Vec<String>,
        /// In how many sessions it was met, and in how many calls.
        #[serde(flatten)]
        pub calls: Published,
        /// What it answered: `200`, `4xx` where the statuses were too rare each, `0` for no answer.
        pub statuses: Vec<Named>,
        /// By milliseconds.
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
        /// `string`, `number`, `boolean`, `null`, `array`, `object`, `mixed` for several, `more` for what was not
        /// looked at.
        #[serde(rename = "type")]
        pub kind: String,
        /// In how many sessions it was met, and in how many calls.
        #[serde(flatten)]
        pub calls: Published,
    }

    /// An error of a script, or of a promise that was not handled.
    pub struct Failure {
        /// The page it came about on.
        pub page: String,
        /// The type of the error, `TypeError` say.
        pub name: String,
        /// The template of its message: words that are data are left out.
        pub message: String,
        /// The URL template of the script, if it is known.
        pub script: Option<String>,
        /// In how many sessions, and how often.
        #[serde(flatten)]
        pub times: Published,
    }

    /// A row of a mix: a name, and how much falls to it.
    pub struct Named {
        /// The name; none for all that are too rare to name, or not known.
        pub name: Option<String>,
        /// Times, or sessions where each has one.
        #[serde(flatten)]
        pub times: Published,
    }

    /// A kind of device, with its systems and viewports.
    pub struct Device {
        /// Its word; none for all that are too rare, or not known.
        pub name: Option<String>,
        /// In how many sessions; each counts once.
        #[serde(flatten)]
        pub sessions: Published,
        /// The operating systems of these devices. A mix.
        pub systems: Vec<System>,
        /// The viewports of these devices. A mix.
        pub viewports: Vec<Viewport>,
    }

    /// An operating system on one kind of device.
    pub struct System {
        /// Its word; none for all that are too rare.
        pub name: Option<String>,
        /// In how many sessions; each counts once.
        #[serde(flatten)]
        pub sessions: Published,
        /// The browsers on this system. A mix.
        pub browsers: Vec<Browser>,
    }

    /// A browser on one system.
    pub struct Browser {
        /// Its family; none for all that are too rare.
        pub name: Option<String>,
        /// In how many sessions; each counts once.
        #[serde(flatten)]
        pub sessions: Published,
        /// The browser's major versions. A mix.
        pub versions: Vec<Named>,
    }

    /// A size of viewport, rounded down to 32 pixels.
    pub struct Viewport {
        /// CSS pixels; none for all that are too rare.
        pub width: Option<u16>,
        /// CSS pixels; none where the width is none.
        pub height: Option<u16>,
        /// In how many sessions; each counts once.
        #[serde(flatten)]
        pub sessions: Published,
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
    pub struct ThinkTime {
        /// The action: its place in the behaviour's symbols, from 1.
        pub action: Symbol,
        /// The next one. None where no next one is common enough: then this is of whatever came next.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub next: Option<Symbol>,
        /// In how many sessions, and how often.
        #[serde(flatten)]
        pub times: Published,
        /// By milliseconds.
        pub ms: Vec<Bucket>,
    }

    /// How well something predicts held-out sessions.
    pub struct Measured {
        /// `model`, or a baseline: `order0` (actions alone), `order1` (by the last one), `order5` (interpolated
        /// Kneser–Ney).
        pub predictor: String,
        /// Sessions that were held out, and that the predictor was asked about.
        pub support: u64,
        /// Sessions that were learned from.
        pub learned_from: u64,
        /// Actions and ends of sessions that were predicted.
        pub actions: u64,
        /// Mean −log2 of the probability that the action had which came.
        pub bits: f64,
        /// Top-1 accuracy, percent: the action was the most likely one.
        pub top1: f64,
        /// Top-5 accuracy, percent: the action was among the five most likely.
        pub top5: f64,
    }

    /// Roughly how much fell below k: 0 for fewer than k things, and else rounded down to 1, 1½ or twice a power of
    /// two. So one session more is seen in it only where it takes a number over such a step.
    #[derive(Default)]
    pub struct Suppressed {
        /// URLs of pages, without their queries.
        pub pages: u64,
        /// Fingerprints of elements on pages that are named.
        pub elements: u64,
        /// Methods and URLs of calls.
        pub endpoints: u64,
        /// Errors of scripts, by page and message.
        pub errors: u64,
        /// Places in the bodies of calls.
        pub keys: u64,
        /// Actions that the model does not name.
        pub symbols: u64,
        /// Contexts none of whose continuations is published.
        pub contexts: u64,
        /// Continuations of contexts, those of suppressed contexts among them.
        pub continuations: u64,
        /// Journeys over three named pages.
        pub journeys: u64,
        /// Pairs of actions with the time between them.
        pub pairs: u64,
        /// Sessions of more than 10,000 events, the first of which count.
        pub long: u64,
        /// What was more than is counted at all: `catalog` (it names what a part of the sessions met), `contexts`,
        /// `things`, `pairs`, `words`, `errors`, `keys`. Some of it is missing then.
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

    /// How long after an action the next one comes: by the next one if that is common, or else by the action, or else
    /// by nothing.
    #[must_use]
    pub fn think_time(&self, action: Symbol, next: Symbol) -> Vec<Bucket> {
        let of = |fits: &dyn Fn(&ThinkTime) -> bool| added(self.think_time.iter().filter(|pair| fits(pair)));
        let exact = of(&|pair| pair.action == action && pair.next == Some(next));
        if !exact.is_empty() {
            return exact;
        }
        let after = of(&|pair| pair.action == action);
        if after.is_empty() { of(&|_| true) } else { after }
    }
}

/// Several histograms as one. Supports do not add: each is the largest.
fn added<'a>(pairs: impl Iterator<Item = &'a ThinkTime>) -> Vec<Bucket> {
    let mut rows = std::collections::BTreeMap::<u64, Bucket>::new();
    for bucket in pairs.flat_map(|pair| &pair.ms) {
        rows.entry(bucket.from)
            .and_modify(|row| row.times = row.times.added(bucket.times))
            .or_insert(*bucket);
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
