//! What a document should say, worked out slowly and plainly: every statistic by its own pass over raw sessions, by
//! name, in sets of sessions. With k = 1, where nothing is too rare, a document must say exactly this.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use testgram_model::document::{Bucket, Document, Named, PageRow};
use testgram_model::{Catalog, PageId, steps};
use testgram_protocol::event::{Element, Event, EventDetail};
use testgram_protocol::privacy::tree::{KeyTree, Leaf};
use testgram_protocol::session::Session;
use testgram_sequence::Published;

/// Of each thing, in how many sessions, and how often.
pub(crate) type Rows = BTreeMap<String, (u64, u64)>;

/// Everything that happened, by name: which session, how often.
#[derive(Default)]
struct Seen(BTreeMap<String, Vec<(usize, u64)>>);

impl Seen {
    fn see(&mut self, session: usize, name: String, times: u64) {
        self.0.entry(name).or_default().push((session, times));
    }

    fn log(&mut self, session: usize, name: &str, x: u64) {
        // 0, 1, 2, 3, 4, 6, 8, 12, …
        let edges = [0, 1].into_iter().chain((1..50).flat_map(|n| [1 << n, 3 << (n - 1)]));
        let from: u64 = edges.filter(|edge| *edge <= x).max().unwrap();
        self.see(session, format!("{name} from {from}"), 1);
    }

    fn exact(&mut self, session: usize, name: &str, x: u64) {
        self.see(session, format!("{name} from {x}"), 1);
    }

    fn rows(self) -> Rows {
        let row = |(name, seen): (String, Vec<(usize, u64)>)| {
            let sessions: BTreeSet<usize> = seen.iter().map(|(session, _)| *session).collect();
            (name, (sessions.len() as u64, seen.iter().map(|(_, times)| times).sum()))
        };
        let rows = self.0.into_iter().map(row);
        let rows: Rows = rows
            .filter(|(name, (_, count))| *count > 0 || name == "sessions")
            .collect();
        // All of no sort is no mix.
        let is_alone = |name: &String| match name.strip_suffix("other") {
            Some(mix) => {
                let words = name.split(' ').count();
                let alike = rows
                    .keys()
                    .filter(|other| other.starts_with(mix) && other.split(' ').count() == words);
                alike.count() == 1
            }
            None => false,
        };
        rows.iter()
            .filter(|(name, _)| !is_alone(name))
            .map(|(name, row)| (name.clone(), *row))
            .collect()
    }
}

/// One view of a page, with what happened until the next one.
struct View<'a> {
    page: PageId,
    name: String,
    load: Option<u32>,
    from: u32,
    to: u32,
    events: &'a [Event],
}

fn views<'a>(catalog: &Catalog, session: &'a Session) -> Vec<Option<View<'a>>> {
    let end = session.events.iter().map(|event| event.t).max().unwrap_or(0);
    let is_page = |event: &Event| matches!(event.detail, EventDetail::Page(_));
    let starts: Vec<usize> = (0..session.events.len())
        .filter(|at| is_page(&session.events[*at]))
        .collect();
    let view = |nth: usize| {
        let start = starts[nth];
        let stop = starts.get(nth + 1).copied().unwrap_or(session.events.len());
        let EventDetail::Page(shown) = &session.events[start].detail else {
            unreachable!()
        };
        let page = catalog.page(&shown.url)?;
        Some(View {
            page,
            name: catalog.pages()[page.place()].template.clone(),
            load: shown.load,
            from: session.events[start].t,
            to: session.events.get(stop).map_or(end, |next| next.t),
            events: &session.events[start + 1..stop],
        })
    };
    (0..starts.len()).map(view).collect()
}

fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

fn form_of(element: &Element) -> String {
    let steps: Vec<&str> = element.path.as_str().split('>').collect();
    let is_form = |step: &&str| *step == "form" || step.starts_with("form:");
    steps
        .iter()
        .rposition(is_form)
        .map_or(String::new(), |at| steps[at.saturating_sub(2)..=at].join(">"))
}

fn element_name(catalog: &Catalog, page: PageId, element: &Element) -> Option<String> {
    let id = catalog.element(page, element)?;
    Some(catalog.elements()[id.place()].name.clone())
}

/// What the sessions say.
pub(crate) fn reference(catalog: &Catalog, sessions: &[Session]) -> Rows {
    let mut seen = Seen::default();
    for (number, session) in sessions.iter().enumerate() {
        let views = views(catalog, session);
        whole_session(&mut seen, number, session, &views);
        visitor(&mut seen, number, session);
        actions(&mut seen, number, catalog, session);
        elements(&mut seen, number, catalog, session);
        for view in views.iter().flatten() {
            page(&mut seen, number, view);
            forms(&mut seen, number, catalog, view);
            fields(&mut seen, number, catalog, view);
        }
        repeated(&mut seen, number, catalog, session);
        calls(&mut seen, number, catalog, session);
        speeds(&mut seen, number, session);
    }
    seen.rows()
}

fn whole_session(seen: &mut Seen, number: usize, session: &Session, views: &[Option<View<'_>>]) {
    seen.see(number, "sessions".to_owned(), session.events.len() as u64);
    // A session of no events counts as well.
    seen.0.entry("sessions".to_owned()).or_default();
    seen.log(number, "events", session.events.len() as u64);
    seen.log(number, "views", views.len() as u64);
    seen.log(
        number,
        "lasted",
        u64::from(session.events.iter().map(|event| event.t).max().unwrap_or(0)),
    );
    let at = |view: Option<&Option<View<'_>>>| match view {
        Some(Some(view)) => view.name.clone(),
        _ => "other".to_owned(),
    };
    seen.see(number, format!("entry {}", at(views.first())), 1);
    seen.see(number, format!("exit {}", at(views.last())), 1);
    let mut names: Vec<Option<&str>> = views
        .iter()
        .map(|view| view.as_ref().map(|view| view.name.as_str()))
        .collect();
    names.dedup();
    for three in names.windows(3) {
        if let [Some(a), Some(b), Some(c)] = three {
            seen.see(number, format!("journey {a} {b} {c}"), 1);
        }
    }
}

fn visitor(seen: &mut Seen, number: usize, session: &Session) {
    let or_other = |name: Option<String>| name.unwrap_or_else(|| "other".to_owned());
    let meta = session.meta.as_ref();
    let device = or_other(meta.map(|meta| word(&meta.device)));
    seen.see(number, format!("device {device}"), 1);
    if let Some(meta) = meta {
        let (os, browser) = (word(&meta.os), word(&meta.browser));
        let version = or_other(meta.version.map(|version| version.to_string()));
        let [w, h] = [meta.viewport.w, meta.viewport.h].map(|pixels| pixels - pixels % 32);
        seen.see(number, format!("device {device} {os}"), 1);
        seen.see(number, format!("device {device} {os} {browser}"), 1);
        seen.see(number, format!("device {device} {os} {browser} {version}"), 1);
        seen.see(number, format!("viewport {device} {w} {h}"), 1);
        seen.see(number, "automated".to_owned(), u64::from(meta.automated));
        if !meta.automated {
            seen.0.get_mut("automated").unwrap().pop();
        }
    }
    let language = meta
        .and_then(|meta| meta.language.as_ref())
        .map(|language| language.as_str().to_owned());
    seen.see(number, format!("language {}", or_other(language)), 1);
    let referrer = meta.and_then(|meta| meta.referrer.as_ref()).map(|url| url.as_str());
    let origin = referrer
        .filter(|url| url.contains("://"))
        .map(|url| url.split('/').take(3).collect::<Vec<_>>().join("/"));
    seen.see(number, format!("referrer {}", or_other(origin)), 1);
}

fn actions(seen: &mut Seen, number: usize, catalog: &Catalog, session: &Session) {
    let alphabet = catalog.alphabet();
    let named = |symbol| alphabet.name(symbol).unwrap().to_owned();
    let actions: Vec<(String, u32)> = steps(catalog, session)
        .iter()
        .filter_map(|step| Some((named(step.symbol?), step.event.t)))
        .collect();
    seen.log(number, "actions", actions.len() as u64);
    for (name, _) in &actions {
        seen.see(number, format!("action {name}"), 1);
    }
    for pair in actions.windows(2) {
        let [(before, from), (next, to)] = pair else {
            unreachable!()
        };
        let took = u64::from(to.saturating_sub(*from));
        seen.see(number, format!("step {before} → {next}"), 1);
        seen.see(number, format!("think time {before} → {next}"), 1);
        seen.log(number, &format!("think time {before} → {next}"), took);
    }
    if let Some((last, _)) = actions.last() {
        seen.see(number, format!("step {last} → end"), 1);
    }
}

fn elements(seen: &mut Seen, number: usize, catalog: &Catalog, session: &Session) {
    for step in steps(catalog, session) {
        if let Some(id) = step.element {
            let element = &catalog.elements()[id.place()];
            let page = &catalog.pages()[element.page.place()].template;
            seen.see(number, format!("element {page} {}", element.name), 1);
        }
    }
}

fn page(seen: &mut Seen, number: usize, view: &View<'_>) {
    let name = &view.name;
    seen.see(number, format!("page {name}"), 1);
    seen.log(
        number,
        &format!("stay {name}"),
        u64::from(view.to.saturating_sub(view.from)),
    );
    if let Some(load) = view.load {
        seen.log(number, &format!("load {name}"), u64::from(load));
    }
    let depth = view.events.iter().filter_map(|event| match &event.detail {
        EventDetail::Scroll(scroll) if scroll.el.is_none() && scroll.max > 0 => {
            Some((u64::from(scroll.y) * 10 / u64::from(scroll.max)).min(10))
        }
        _ => None,
    });
    if let Some(depth) = depth.max() {
        seen.exact(number, &format!("depth {name}"), depth);
    }
    let errors = view.events.iter().filter_map(|event| match &event.detail {
        EventDetail::Error(error) => Some(error),
        _ => None,
    });
    for error in errors {
        let script = error.script.as_ref().map_or("", |script| script.as_str());
        let what = format!("{} {} {script}", word(&error.name), error.message.as_str());
        seen.see(number, format!("error {name} {what}"), 1);
    }
}

fn forms(seen: &mut Seen, number: usize, catalog: &Catalog, view: &View<'_>) {
    let of = |event: &Event| match &event.detail {
        EventDetail::Input(input) => Some(form_of(&input.el)),
        EventDetail::Submit(submit) => Some(form_of(&submit.el)),
        _ => None,
    };
    let forms: BTreeSet<String> = view.events.iter().filter_map(of).collect();
    for form in forms {
        let name = format!("{} {form}", view.name);
        let own: Vec<&Event> = view
            .events
            .iter()
            .filter(|event| of(event).as_ref() == Some(&form))
            .collect();
        seen.see(number, format!("form {name}"), 1);
        // The first field, or a submit without any, begins it.
        let since = match &own[0].detail {
            EventDetail::Input(input) => own[0].t.saturating_sub(input.ms),
            _ => own[0].t,
        };
        let submits = own.iter().filter_map(|event| match &event.detail {
            EventDetail::Submit(submit) => Some((event.t, submit)),
            _ => None,
        });
        for (_, submit) in submits.clone().filter(|(_, submit)| !submit.valid) {
            assert!(!submit.valid);
            seen.see(number, format!("invalid {name}"), 1);
        }
        let inputs = own.iter().filter_map(|event| match &event.detail {
            EventDetail::Input(input) => Some(element_name(catalog, view.page, &input.el)),
            _ => None,
        });
        for field in inputs.clone().flatten() {
            seen.see(number, format!("in form {name}: {field}"), 1);
        }
        if let Some((t, submit)) = submits.clone().find(|(_, submit)| submit.valid) {
            seen.see(number, format!("submitted {name}"), 1);
            seen.log(number, &format!("submit ms {name}"), u64::from(t.saturating_sub(since)));
            seen.exact(number, &format!("filled {name}"), u64::from(submit.filled));
        } else if let Some(Some(last)) = inputs.clone().next_back() {
            seen.see(number, format!("left at {name}: {last}"), 1);
        }
    }
}

fn fields(seen: &mut Seen, number: usize, catalog: &Catalog, view: &View<'_>) {
    let mut order = BTreeMap::<String, Vec<Option<String>>>::new();
    for event in view.events {
        let EventDetail::Input(input) = &event.detail else {
            continue;
        };
        let element = element_name(catalog, view.page, &input.el);
        let before = order.entry(form_of(&input.el)).or_default();
        if !before.contains(&element) {
            before.push(element.clone());
        }
        let place = 1 + before.iter().position(|known| *known == element).unwrap() as u64;
        let Some(element) = element else { continue };
        let name = format!("{} {element}", view.name);
        seen.see(number, format!("field {name}"), 1);
        seen.see(number, format!("kind {name} {}", word(&input.value.kind)), 1);
        seen.log(number, &format!("field ms {name}"), u64::from(input.ms));
        seen.exact(number, &format!("order {name}"), place);
        if let Some(len) = input.value.len {
            let from = if len == 0 { 0 } else { 1 << (len - 1) };
            seen.exact(number, &format!("length {name}"), from);
        }
        if input.keys > 0 {
            seen.log(number, &format!("corrections {name}"), u64::from(input.edits));
        }
        if input.paste {
            seen.see(number, format!("pasted {name}"), 1);
        }
    }
}

fn repeated(seen: &mut Seen, number: usize, catalog: &Catalog, session: &Session) {
    let inputs: Vec<_> = steps(catalog, session)
        .into_iter()
        .filter_map(|step| match &step.event.detail {
            EventDetail::Input(input) => Some((step.element, input.value.digest?.bits())),
            _ => None,
        })
        .collect();
    for (at, (element, digest)) in inputs.iter().enumerate() {
        let before = inputs[..at].iter().any(|(_, other)| other == digest);
        if let Some(element) = element.filter(|_| before) {
            let entry = &catalog.elements()[element.place()];
            let page = &catalog.pages()[entry.page.place()].template;
            seen.see(number, format!("repeated {page} {}", entry.name), 1);
        }
    }
}

fn calls(seen: &mut Seen, number: usize, catalog: &Catalog, session: &Session) {
    for step in steps(catalog, session) {
        let EventDetail::Api(call) = &step.event.detail else {
            continue;
        };
        let Some(endpoint) = catalog.endpoint(call.method, &call.url) else {
            continue;
        };
        let name = format!(
            "{} {}",
            word(&call.method),
            catalog.endpoints()[endpoint.place()].template
        );
        seen.see(number, format!("call {name}"), 1);
        seen.see(number, format!("status {name} {}", call.status), 1);
        seen.log(number, &format!("call ms {name}"), u64::from(call.ms));
        if let Some(page) = step.page {
            seen.see(
                number,
                format!("caller {name} {}", catalog.pages()[page.place()].template),
                1,
            );
        }
        for (way, body) in [("request", &call.request), ("response", &call.response)] {
            let mut rows = Vec::new();
            body.iter().for_each(|body| keys(body, "$".to_owned(), &mut rows));
            rows.into_iter()
                .for_each(|row| seen.see(number, format!("{way} {name} {row}"), 1));
        }
    }
}

fn keys(tree: &KeyTree, path: String, rows: &mut Vec<String>) {
    let kind = match tree {
        KeyTree::Leaf(Leaf::String) => "string",
        KeyTree::Leaf(Leaf::Number) => "number",
        KeyTree::Leaf(Leaf::Boolean) => "boolean",
        KeyTree::Leaf(Leaf::Null) => "null",
        KeyTree::Leaf(Leaf::Mixed) => "mixed",
        KeyTree::Leaf(Leaf::More) => "more",
        KeyTree::List(_) => "array",
        KeyTree::Map(_) => "object",
    };
    rows.push(format!("{path} {kind}"));
    match tree {
        KeyTree::List(Some(inner)) => keys(inner, format!("{path}[*]"), rows),
        KeyTree::Map(map) => map.iter().for_each(|(key, inner)| {
            let plain = key == "*" || key.chars().all(|c| c.is_alphanumeric() || c == '_');
            let step = if plain { format!(".{key}") } else { format!("['{key}']") };
            keys(inner, format!("{path}{step}"), rows);
        }),
        _ => {}
    }
}

fn speeds(seen: &mut Seen, number: usize, session: &Session) {
    let device = session
        .meta
        .as_ref()
        .map_or("other".to_owned(), |meta| word(&meta.device));
    let mut y = 0;
    for event in &session.events {
        match &event.detail {
            EventDetail::Page(_) => y = 0,
            EventDetail::Scroll(scroll) if scroll.el.is_none() => {
                let way = u64::from(scroll.y.abs_diff(y));
                y = scroll.y;
                if scroll.ms > 0 {
                    seen.log(
                        number,
                        &format!("scroll speed {device}"),
                        way * 1000 / u64::from(scroll.ms),
                    );
                }
            }
            EventDetail::Move(stretch) => {
                let steps = stretch.path.items();
                let way: u64 = steps
                    .iter()
                    .map(|(_, x, y)| f64::from(*x).hypot(f64::from(*y)) as u64)
                    .sum();
                let ms: u64 = steps.iter().map(|(ms, ..)| u64::from(*ms)).sum();
                if let Some(speed) = (way * 1000).checked_div(ms) {
                    seen.log(number, &format!("pointer speed {device}"), speed);
                }
            }
            EventDetail::Input(input) => {
                for (bucket, times) in input.rhythm.items().iter().enumerate() {
                    let name = format!("typing {device} from {}", 10 << bucket);
                    if *times > 0 {
                        seen.see(number, name, u64::from(*times));
                    }
                }
            }
            _ => {}
        }
    }
}

/// The document's rows by the names of [`reference`].
#[derive(Default)]
struct PublishedRows(Rows);

impl PublishedRows {
    fn row(&mut self, name: String, times: Published) {
        let before = self.0.insert(name.clone(), (times.support(), times.count()));
        assert_eq!(before, None, "{name} twice");
    }

    fn histogram(&mut self, name: &str, rows: &[Bucket]) {
        for Bucket { from, times } in rows.iter().filter(|row| row.times.count() > 0) {
            self.row(format!("{name} from {from}"), *times);
        }
    }

    fn pages(&mut self, name: &str, rows: &[PageRow]) {
        for row in rows {
            self.row(format!("{name} {}", or_other(row.page.as_ref())), row.sessions);
        }
    }

    fn names(&mut self, name: &str, rows: &[Named]) {
        for row in rows {
            self.row(format!("{name} {}", or_other(row.name.as_ref())), row.times);
        }
    }

    fn maybe(&mut self, name: String, times: Option<Published>) {
        if let Some(times) = times {
            self.row(name, times);
        }
    }
}

fn or_other(name: Option<&String>) -> &str {
    name.map_or("other", String::as_str)
}

/// What the document says.
pub(crate) fn published(document: &Document) -> Rows {
    let mut published = PublishedRows::default();
    published.maybe("sessions".to_owned(), document.sessions);
    published.histogram("events", &document.lengths.events);
    published.histogram("actions", &document.lengths.actions);
    published.histogram("views", &document.lengths.views);
    published.histogram("lasted", &document.lengths.ms);
    for page in &document.pages {
        published.row(format!("page {}", page.page), page.views);
        published.histogram(&format!("load {}", page.page), &page.load_ms);
        published.histogram(&format!("stay {}", page.page), &page.time_on_page_ms);
        published.histogram(&format!("depth {}", page.page), &page.depth);
    }
    published.pages("entry", &document.entries);
    published.pages("exit", &document.exits);
    for journey in &document.journeys {
        published.row(format!("journey {}", journey.pages.join(" ")), journey.times);
    }
    for element in &document.elements {
        published.row(format!("element {} {}", element.page, element.element), element.events);
    }
    add_forms(&mut published, document);
    add_calls(&mut published, document);
    add_visitors(&mut published, document);
    add_behaviour(&mut published, document);
    published.0
}

fn add_forms(published: &mut PublishedRows, document: &Document) {
    for form in &document.forms {
        let name = format!("{} {}", form.page, form.form);
        published.row(format!("form {name}"), form.started);
        published.maybe(format!("submitted {name}"), form.submitted);
        published.maybe(format!("invalid {name}"), form.invalid);
        published.histogram(&format!("submit ms {name}"), &form.submit_ms);
        published.histogram(&format!("filled {name}"), &form.filled);
        for field in &form.fields {
            published.row(format!("in form {name}: {}", field.element), field.times);
        }
        for field in &form.drop_off {
            published.row(format!("left at {name}: {}", field.element), field.times);
        }
    }
    for field in &document.fields {
        let name = format!("{} {}", field.page, field.element);
        published.row(format!("field {name}"), field.times);
        published.names(&format!("kind {name}"), &field.kinds);
        published.histogram(&format!("length {name}"), &field.length);
        published.histogram(&format!("corrections {name}"), &field.corrections);
        published.histogram(&format!("field ms {name}"), &field.ms);
        published.histogram(&format!("order {name}"), &field.order);
        published.maybe(format!("pasted {name}"), field.pasted);
        published.maybe(format!("repeated {name}"), field.repeated);
    }
}

fn add_calls(published: &mut PublishedRows, document: &Document) {
    for endpoint in &document.endpoints {
        let name = format!("{} {}", word(&endpoint.method), endpoint.url);
        published.row(format!("call {name}"), endpoint.calls);
        published.names(&format!("status {name}"), &endpoint.statuses);
        published.histogram(&format!("call ms {name}"), &endpoint.ms);
        published.pages(&format!("caller {name}"), &endpoint.callers);
        for (way, keys) in [("request", &endpoint.request), ("response", &endpoint.response)] {
            for key in keys {
                published.row(format!("{way} {name} {} {}", key.path, key.kind), key.calls);
            }
        }
    }
    for error in &document.errors {
        let script = error.script.as_deref().unwrap_or_default();
        published.row(
            format!("error {} {} {} {script}", error.page, error.name, error.message),
            error.times,
        );
    }
}

fn add_visitors(published: &mut PublishedRows, document: &Document) {
    for device in &document.devices {
        let name = or_other(device.name.as_ref());
        published.row(format!("device {name}"), device.sessions);
        for system in &device.systems {
            let name = format!("{name} {}", or_other(system.name.as_ref()));
            published.row(format!("device {name}"), system.sessions);
            for browser in &system.browsers {
                let name = format!("{name} {}", or_other(browser.name.as_ref()));
                published.row(format!("device {name}"), browser.sessions);
                published.names(&format!("device {name}"), &browser.versions);
            }
        }
        for viewport in &device.viewports {
            let size = [viewport.width, viewport.height]
                .map(|pixels| pixels.unwrap().to_string())
                .join(" ");
            published.row(format!("viewport {name} {size}"), viewport.sessions);
        }
    }
    published.names("language", &document.languages);
    published.names("referrer", &document.referrers);
    published.maybe("automated".to_owned(), document.automated);
    for pace in &document.paces {
        let device = or_other(pace.device.as_ref());
        published.histogram(&format!("scroll speed {device}"), &pace.scroll);
        published.histogram(&format!("pointer speed {device}"), &pace.pointer);
        published.histogram(&format!("typing {device}"), &pace.typing);
    }
}

fn add_behaviour(published: &mut PublishedRows, document: &Document) {
    let Some(behaviour) = &document.behaviour else { return };
    let name = |symbol: u16| match symbol {
        0 => "end".to_owned(),
        symbol => behaviour.symbols[usize::from(symbol) - 1].name.clone(),
    };
    for symbol in &behaviour.symbols {
        published.row(format!("action {}", symbol.name), symbol.times);
    }
    for context in &behaviour.contexts {
        let key: Vec<u16> = context.key.into();
        // Level 1 is the last action.
        let [1, 0, last] = *key.as_slice() else { continue };
        if last == testgram_sequence::START {
            continue;
        }
        for next in &context.next {
            published.row(format!("step {} → {}", name(last), name(next.symbol)), next.times);
        }
    }
    for think_time in &document.think_time {
        let pair = format!(
            "think time {} → {}",
            name(think_time.action),
            name(think_time.next.unwrap())
        );
        published.row(pair.clone(), think_time.times);
        published.histogram(&pair, &think_time.ms);
    }
}

/// What is published otherwise than expected, or only one of both: name, what was expected, what is published.
pub(crate) fn differences(published: &Rows, expected: &Rows) -> Vec<String> {
    let names: BTreeSet<&String> = published.keys().chain(expected.keys()).collect();
    let differ = names
        .into_iter()
        .filter(|name| published.get(*name) != expected.get(*name));
    differ
        .map(|name| format!("{name}: {:?}, {:?}", expected.get(name), published.get(name)))
        .collect()
}
