//! From a session to facts.

use hashbrown::HashSet;
use std::sync::Arc;

use testgram_protocol::event::{
    Api, ElementPath, Error, Event, EventDetail, Input, Meta, Move, Page, Scroll, Submit, UrlTemplate,
};
use testgram_protocol::privacy::tree::{ANY_KEY, KeyTree, Leaf};
use testgram_protocol::session::Session;

use super::fact::{FactKind, Subject};
use super::histogram::{self, ALL, coarse};
use super::tally::Tally;
use super::text::{Text, TextKind};
use super::visit::Visit;
use crate::facts::steps::Step;
use crate::vocabulary::catalog::Catalog;
use crate::vocabulary::lookup::Lookup;
use testgram_sequence::Symbol;

/// Most facts about what the catalog numbers, but for those about pairs. A page has some dozens, an action as well.
const THINGS: usize = 1 << 20;
/// Most facts about what follows what.
const PAIRS: usize = 1 << 20;
/// Most facts about devices, languages, referrers and forms.
const WORDS: usize = 1 << 16;
/// Most different errors.
const ERRORS: usize = 1 << 15;
/// Most keys of bodies, over all endpoints.
const KEYS: usize = 1 << 17;

/// Most different errors that count of one session, the first ones: one session alone must not fill the table.
const ERRORS_OF_A_SESSION: usize = 32;
/// Most different shapes of bodies that count of one session, the first ones.
const SHAPES_OF_A_SESSION: usize = 64;
/// Viewports are counted in steps of so many pixels: the exact size of a window is nearly a name.
const VIEWPORT_STEP: u16 = 32;

/// Everything counted of sessions: one bounded table for each family of facts, so that a flood in one evicts nothing
/// from another.
#[derive(Debug, Clone)]
pub(crate) struct Stats {
    pub(crate) things: Tally<u64>,
    pub(crate) pairs: Tally<u64>,
    pub(crate) words: Tally<Box<str>>,
    pub(crate) errors: Tally<Box<str>>,
    pub(crate) keys: Tally<Box<str>>,
}

impl Stats {
    /// Without a seed nothing can go: see [`Tally`].
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self {
            things: Tally::new(seed, THINGS),
            pairs: Tally::new(seed, PAIRS),
            words: Tally::new(seed, WORDS),
            errors: Tally::new(seed, ERRORS),
            keys: Tally::new(seed, KEYS),
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.things.merge(other.things);
        self.pairs.merge(other.pairs);
        self.words.merge(other.words);
        self.errors.merge(other.errors);
        self.keys.merge(other.keys);
    }

    pub(crate) fn settle(&mut self) {
        self.things.settle();
        self.pairs.settle();
        [&mut self.words, &mut self.errors, &mut self.keys]
            .into_iter()
            .for_each(Tally::settle);
    }

    /// Counts a session.
    pub(crate) fn add(&mut self, catalog: &Catalog, lookup: &mut Lookup, session: &Session, steps: &[Step<'_>]) {
        self.things.next_session();
        self.pairs.next_session();
        [&mut self.words, &mut self.errors, &mut self.keys]
            .into_iter()
            .for_each(Tally::next_session);
        Fold {
            stats: self,
            catalog,
            lookup,
            device: session.meta.as_ref().map_or(0, |meta| 1 + meta.device as u32),
            text: Text::default(),
            visit: Visit::default(),
            views: Vec::new(),
            action: None,
            digests: HashSet::new(),
            errors: Vec::new(),
            shapes: Vec::new(),
        }
        .session(session, steps);
    }
}

/// A shape of a body: endpoint, whether it was sent, the shape, how often.
type Shape<'a> = (u32, bool, &'a Arc<KeyTree>, u64);

/// One session while it is folded.
struct Fold<'a, 'b> {
    stats: &'b mut Stats,
    catalog: &'a Catalog,
    lookup: &'b mut Lookup,
    /// 0 if it is not known.
    device: u32,
    text: Text,
    visit: Visit,
    /// The pages so far, those shown twice in a row once.
    views: Vec<Option<u32>>,
    /// The last action and when it was.
    action: Option<(Symbol, u32)>,
    digests: HashSet<u32>,
    errors: Vec<String>,
    shapes: Vec<Shape<'a>>,
}

impl<'a> Fold<'a, '_> {
    fn fact(&mut self, subject: Subject) {
        self.stats.things.add(subject.at(ALL), 1);
    }

    fn measure(&mut self, subject: Subject, fine: u8, times: u64) {
        for bucket in [fine, coarse(fine), ALL] {
            self.stats.things.add(subject.at(bucket), times);
        }
    }

    fn measure_log(&mut self, subject: Subject, x: impl Into<u64>) {
        self.measure(subject, histogram::log(x.into()), 1);
    }

    /// A fact that is either so or not.
    fn either(&mut self, subject: Subject, so: bool) {
        self.stats.things.add(subject.at(u8::from(so)), 1);
    }

    fn session(mut self, session: &'a Session, steps: &[Step<'a>]) {
        self.meta(session.meta.as_ref());
        let (mut actions, mut views) = (0_u64, 0_u64);
        let mut end = 0;
        for step in steps {
            end = end.max(step.event.t);
            views += u64::from(matches!(step.event.detail, EventDetail::Page(_)));
            self.event(step);
            if let Some(symbol) = step.symbol {
                actions += 1;
                self.action(symbol, step.event.t);
            }
        }
        self.leave(end);
        if let Some(Some(last)) = self.views.last() {
            self.fact(Subject::new(FactKind::Exit, *last, 0));
        }
        self.bodies();
        let of_session = |kind| Subject::new(kind, 0, 0);
        self.measure_log(of_session(FactKind::Events), session.events.len() as u64);
        self.measure_log(of_session(FactKind::Actions), actions);
        self.measure_log(of_session(FactKind::Views), views);
        self.measure_log(of_session(FactKind::Lasted), end);
    }

    fn meta(&mut self, meta: Option<&Meta>) {
        let Some(meta) = meta else { return };
        let parts = [meta.device.as_str(), meta.os.as_str(), meta.browser.as_str()];
        let version = meta.version.map(|version| version.to_string());
        let [device, ..] = parts;
        let [width, height] = [meta.viewport.w, meta.viewport.h].map(|size| size / VIEWPORT_STEP * VIEWPORT_STEP);
        self.text
            .start(TextKind::Viewport)
            .part(device)
            .part(width)
            .part(height);
        self.stats.words.add(self.text.as_str(), 1);
        self.text.start(TextKind::Device);
        for part in parts.into_iter().chain(version.as_deref()) {
            self.text.part(part);
            self.stats.words.add(self.text.as_str(), 1);
        }
        if let Some(language) = &meta.language {
            self.text.start(TextKind::Language).part(language.as_str());
            self.stats.words.add(self.text.as_str(), 1);
        }
        if let Some(origin) = meta.referrer.as_ref().and_then(origin) {
            self.text.start(TextKind::Referrer).part(origin);
            self.stats.words.add(self.text.as_str(), 1);
        }
        self.either(Subject::new(FactKind::Automated, 0, 0), meta.automated);
    }

    fn event(&mut self, step: &Step<'a>) {
        let Event { t, detail: what } = step.event;
        let element = step.element.map(|element| number(element.place()));
        if let Some(element) = element {
            self.fact(Subject::new(FactKind::Element, element, 0));
        }
        match what {
            EventDetail::Page(page) => self.page(*t, step.page.map(|page| number(page.place())), page),
            EventDetail::Input(input) => self.input(*t, element, input),
            EventDetail::Submit(submit) => self.submit(*t, submit),
            EventDetail::Scroll(scroll) => self.scroll(scroll),
            EventDetail::Move(stretch) => self.pointer(stretch),
            EventDetail::Api(call) => self.call(call),
            EventDetail::Error(error) => self.error(error),
            // Actions, counted as such, and what says nothing more.
            EventDetail::Click(_)
            | EventDetail::Key(_)
            | EventDetail::Drag(_)
            | EventDetail::Custom(_)
            | EventDetail::Viewport(_)
            | EventDetail::Visibility(_)
            | EventDetail::End(_) => {}
        }
    }

    fn action(&mut self, symbol: Symbol, t: u32) {
        if let Some((before, at)) = self.action.replace((symbol, t)) {
            let took = histogram::log(u64::from(t.saturating_sub(at)));
            let (before, next) = (u32::from(before), u32::from(symbol));
            self.measure(Subject::new(FactKind::ThinkTime, before, 0), took, 1);
            let pair = Subject::new(FactKind::ThinkTimeToNext, before, next);
            for bucket in [took, coarse(took), ALL] {
                self.stats.pairs.add(pair.at(bucket), 1);
            }
        }
    }

    fn page(&mut self, t: u32, number: Option<u32>, page: &Page) {
        self.leave(t);
        if self.views.is_empty()
            && let Some(entry) = number
        {
            self.fact(Subject::new(FactKind::Entry, entry, 0));
        }
        self.visit = Visit {
            page: number,
            since: t,
            ..Visit::default()
        };
        if self.views.last() != Some(&number) {
            self.views.push(number);
            self.trail();
        }
        if let Some(number) = number {
            self.fact(Subject::new(FactKind::Page, number, 0));
            if let Some(load) = page.load {
                self.measure_log(Subject::new(FactKind::Load, number, 0), load);
            }
        }
    }

    fn trail(&mut self) {
        let Some([Some(a), Some(b), Some(c)]) = self.views.last_chunk::<3>() else {
            return;
        };
        if let [Ok(a), Ok(b), Ok(c)] = [a, b, c].map(|page| u16::try_from(*page)) {
            self.stats
                .pairs
                .add(Subject::three(FactKind::Journey, [a, b, c]).at(ALL), 1);
        }
    }

    /// The visit to the page is over.
    fn leave(&mut self, t: u32) {
        let visit = std::mem::take(&mut self.visit);
        let Some(page) = visit.page else { return };
        self.measure_log(
            Subject::new(FactKind::TimeOnPage, page, 0),
            t.saturating_sub(visit.since),
        );
        if let Some(depth) = visit.depth {
            self.measure(Subject::new(FactKind::Depth, page, 0), depth, 1);
        }
        for started in visit.forms.into_iter().filter(|started| started.named) {
            self.fact(Subject::new(FactKind::Form, page, started.form));
            self.either(Subject::new(FactKind::FormDone, page, started.form), started.done);
            if let Some(last) = started.last.filter(|_| !started.done) {
                self.text
                    .start(TextKind::DropOff)
                    .part(page)
                    .part(started.form)
                    .part(last);
                self.stats.words.add(self.text.as_str(), 1);
            }
        }
    }

    /// The number of the form that a path lies in, and whether the catalog names it on this page. Paths are the
    /// visitor's own words: what fewer than k sessions filled costs no room in the tables.
    fn form(&mut self, page: u32, path: &ElementPath) -> (u32, bool) {
        let form = path.form().unwrap_or_default();
        // 24 bits are enough for the forms of one page.
        let number = twox_hash::XxHash3_64::oneshot(form.as_bytes()) as u32 >> 8;
        let named = self.catalog.has_form(page, form);
        if named {
            self.text.start(TextKind::Form).part(page).part(number).part(form);
            self.stats.words.add(self.text.as_str(), 1);
        }
        (number, named)
    }

    fn input(&mut self, t: u32, element: Option<u32>, input: &Input) {
        if let Some(page) = self.visit.page {
            let form = self.form(page, &input.el.path);
            let order = self.visit.form(form, t.saturating_sub(input.ms)).map(|started| {
                started.last = element;
                let field = element.unwrap_or(u32::MAX);
                let next = started.fields.len();
                *started.fields.entry(field).or_insert(next)
            });
            if let Some((field, order)) = element.zip(order) {
                let order = histogram::exact(1 + order as u64);
                self.measure(Subject::new(FactKind::FieldOrder, field, 0), order, 1);
                let (form, named) = form;
                if named {
                    self.text.start(TextKind::FieldOf).part(page).part(form).part(field);
                    self.stats.words.add(self.text.as_str(), 1);
                }
            }
        }
        let repeated = input.value.digest.map(|digest| {
            let new = self.digests.insert(digest.bits());
            !new
        });
        for (gap, times) in (0..).zip(input.rhythm.items()).filter(|(_, times)| **times > 0) {
            self.measure(Subject::new(FactKind::Typing, self.device, 0), gap, u64::from(*times));
        }
        if let Some(field) = element {
            self.field(field, input, repeated);
        }
    }

    fn field(&mut self, field: u32, input: &Input, repeated: Option<bool>) {
        let about = |kind| Subject::new(kind, field, 0);
        self.fact(about(FactKind::Field));
        self.stats
            .things
            .add(about(FactKind::FieldValue).at(input.value.kind as u8), 1);
        self.measure_log(about(FactKind::FieldTime), input.ms);
        self.either(about(FactKind::FieldPasted), input.paste);
        if let Some(len) = input.value.len {
            self.measure(about(FactKind::FieldLength), len, 1);
        }
        if input.keys > 0 {
            self.measure_log(about(FactKind::FieldEdits), input.edits);
        }
        if let Some(repeated) = repeated {
            self.either(about(FactKind::FieldRepeated), repeated);
        }
    }

    fn submit(&mut self, t: u32, submit: &Submit) {
        let Some(page) = self.visit.page else { return };
        let form = self.form(page, &submit.el.path);
        let (number, named) = form;
        if named {
            self.either(Subject::new(FactKind::FormValid, page, number), submit.valid);
        }
        let Some(started) = self.visit.form(form, t) else {
            return;
        };
        if !named || !submit.valid || started.done {
            return;
        }
        started.done = true;
        let took = t.saturating_sub(started.since);
        self.measure_log(Subject::new(FactKind::FormTime, page, number), took);
        let filled = histogram::exact(u64::from(submit.filled));
        self.measure(Subject::new(FactKind::FormFilled, page, number), filled, 1);
    }

    fn scroll(&mut self, scroll: &Scroll) {
        // Scrolling within the page's elements says nothing of the page.
        if scroll.el.is_some() {
            return;
        }
        let way = u64::from(scroll.y.abs_diff(self.visit.y));
        self.visit.y = scroll.y;
        if scroll.max > 0 {
            let tenths = u64::from(scroll.y) * 10 / u64::from(scroll.max);
            let depth = histogram::exact(tenths.min(10));
            self.visit.depth = self.visit.depth.max(Some(depth));
        }
        if scroll.ms > 0 {
            self.measure_log(
                Subject::new(FactKind::ScrollSpeed, self.device, 0),
                way * 1000 / u64::from(scroll.ms),
            );
        }
    }

    fn pointer(&mut self, stretch: &Move) {
        let (mut way, mut ms) = (0_u64, 0_u64);
        for (took, right, down) in stretch.path.items() {
            let [right, down] = [right, down].map(|pixels| u64::from(pixels.unsigned_abs()));
            way += (right * right + down * down).isqrt();
            ms += u64::from(*took);
        }
        if let Some(speed) = (way * 1000).checked_div(ms) {
            self.measure_log(Subject::new(FactKind::PointerSpeed, self.device, 0), speed);
        }
    }

    fn call(&mut self, call: &'a Api) {
        let Some(endpoint) = self.lookup.endpoint(self.catalog, call.method, &call.url) else {
            return;
        };
        let endpoint = number(endpoint.place());
        let about = |kind, b| Subject::new(kind, endpoint, b);
        self.fact(about(FactKind::Call, 0));
        self.fact(about(FactKind::Status, u32::from(call.status)));
        self.fact(about(FactKind::StatusClass, u32::from(call.status / 100)));
        self.measure_log(about(FactKind::Latency, 0), call.ms);
        if let Some(page) = self.visit.page {
            self.fact(about(FactKind::Caller, page));
        }
        for (sent, body) in [(true, &call.request), (false, &call.response)] {
            let Some(body) = body else { continue };
            let alike = |known: &Arc<KeyTree>| Arc::ptr_eq(known, body) || known == body;
            let same = |known: &&mut Shape<'_>| (known.0, known.1) == (endpoint, sent) && alike(known.2);
            if let Some(known) = self.shapes.iter_mut().find(same) {
                known.3 += 1;
            } else if self.shapes.len() < SHAPES_OF_A_SESSION {
                self.shapes.push((endpoint, sent, body, 1));
            }
        }
    }

    fn bodies(&mut self) {
        for (endpoint, sent, body, times) in std::mem::take(&mut self.shapes) {
            self.text
                .start(TextKind::Key)
                .part(endpoint)
                .part(if sent { '>' } else { '<' });
            self.body(body, &mut "$".to_owned(), times);
        }
    }

    fn body(&mut self, tree: &KeyTree, path: &mut String, times: u64) {
        let before = self.text.len();
        self.text.part(type_of(tree)).part(&path);
        self.stats.keys.add(self.text.as_str(), times);
        self.text.cut(before);
        let here = path.len();
        match tree {
            KeyTree::Leaf(_) | KeyTree::List(None) => {}
            KeyTree::List(Some(inner)) => {
                path.push_str("[*]");
                self.body(inner, path, times);
            }
            KeyTree::Map(map) => {
                for (key, inner) in map {
                    step_into(path, key);
                    self.body(inner, path, times);
                    path.truncate(here);
                }
            }
        }
        path.truncate(here);
    }

    fn error(&mut self, error: &Error) {
        let Some(page) = self.visit.page else { return };
        self.text
            .start(TextKind::Error)
            .part(page)
            .part(error.name.as_str())
            .part(error.message.as_str())
            .part(error.script.as_ref().map_or("", UrlTemplate::as_str));
        let known = self.errors.iter().any(|known| known == self.text.as_str());
        if !known && self.errors.len() < ERRORS_OF_A_SESSION {
            self.errors.push(self.text.as_str().to_owned());
        } else if !known {
            return;
        }
        self.stats.errors.add(self.text.as_str(), 1);
    }
}

/// A place in the catalog's lists, which a fact has 24 bits for.
fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// `https://host` of a referrer; none for one that is a path.
fn origin(url: &UrlTemplate) -> Option<&str> {
    let text = url.as_str();
    let host = text.find("://")? + 3;
    let end = text.get(host..)?.find('/').map_or(text.len(), |slash| host + slash);
    text.get(..end)
}

const fn type_of(tree: &KeyTree) -> &'static str {
    match tree {
        KeyTree::Leaf(Leaf::String) => "string",
        KeyTree::Leaf(Leaf::Number) => "number",
        KeyTree::Leaf(Leaf::Boolean) => "boolean",
        KeyTree::Leaf(Leaf::Null) => "null",
        KeyTree::Leaf(Leaf::Mixed) => "mixed",
        KeyTree::Leaf(Leaf::More) => "more",
        KeyTree::List(_) => "array",
        KeyTree::Map(_) => "object",
    }
}

/// One step down a JSONPath: `.name`, `.*` for any key, `['a-b']`.
fn step_into(path: &mut String, key: &str) {
    let simple = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if simple || key == ANY_KEY {
        path.push('.');
        path.push_str(key);
    } else {
        path.push_str("['");
        key.chars().for_each(|c| {
            if matches!(c, '\'' | '\\') {
                path.push('\\');
            }
            path.push(c);
        });
        path.push_str("']");
    }
}
