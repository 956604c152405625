//! The rows of a summary.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use testgram_sequence::{Persona, Published, reach};

use crate::document::{Bucket, Device, Document, Endpoint, Form, Measured, Named, Page, PageRow, Suppressed};

/// Most rows of a part.
const ROWS: usize = 12;

/// Declares records of the summary.
macro_rules! records {
    ($($(#[$meta:meta])* pub struct $name:ident { $($body:tt)* })+) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
            pub struct $name { $($body)* }
        )+
    };
}

records! {
    /// The first look at a document: its commonest rows.
    pub struct Summary {
        /// The threshold: distinct sessions behind every number.
        pub k: u32,
        /// Sessions; 0 if they are fewer than k.
        pub sessions: u64,
        /// Events of these sessions.
        pub events: u64,
        /// How long half of the sessions last at most, milliseconds, and how many pages they view.
        pub median_ms: Option<u64>,
        /// Page views of half of the sessions at most.
        pub median_views: Option<u64>,
        /// The pages that most sessions viewed.
        pub pages: Vec<PageLine>,
        /// Three pages one after the other, by sessions.
        pub journeys: Vec<JourneyLine>,
        /// Forms by how often they are started.
        pub forms: Vec<FormLine>,
        /// The endpoints that were called most.
        pub endpoints: Vec<EndpointLine>,
        /// The errors that most sessions met.
        pub errors: Vec<ErrorLine>,
        /// Kinds of devices, by sessions.
        pub devices: Vec<Share>,
        /// Browsers over all devices, as far as they are published.
        pub browsers: Vec<Share>,
        /// Languages of browsers, by sessions.
        pub languages: Vec<Share>,
        /// Personas by sessions, each with what it does most.
        pub personas: Vec<PersonaLine>,
        /// The model and the baselines.
        pub fidelity: Vec<Measured>,
        /// Actions that the published model names.
        pub actions: u64,
        /// Contexts in the published model.
        pub contexts: u64,
        /// What is suppressed: fewer than k sessions did it.
        pub suppressed: Suppressed,
    }

    /// A page, by its views.
    pub struct PageLine {
        /// The template of its URL.
        pub page: String,
        /// In how many distinct sessions.
        pub sessions: u64,
        /// How often it was viewed.
        pub views: u64,
        /// Median time on the page, milliseconds.
        pub median_time_on_page_ms: Option<u64>,
        /// How long half of the loads take at most, milliseconds.
        pub median_load_ms: Option<u64>,
        /// How many sessions begin on it.
        pub entries: u64,
        /// How many sessions end on it.
        pub exits: u64,
    }

    /// Three pages one after the other.
    pub struct JourneyLine {
        /// The templates of the pages, in order.
        pub pages: Vec<String>,
        /// In how many distinct sessions.
        pub sessions: u64,
    }

    /// The funnel of a form: started, submitted or abandoned.
    pub struct FormLine {
        /// The template of its page.
        pub page: String,
        /// Where it stands on its page.
        pub form: String,
        /// Visits in which it was started.
        pub started: u64,
        /// Of those, in which it was submitted.
        pub submitted: u64,
        /// How far noise can move either number.
        pub noise: u64,
        /// How long half of the submits take at most, milliseconds.
        pub median_ms: Option<u64>,
        /// Where most of those that abandoned it did so: the last field that they filled.
        pub drop_off: Option<String>,
    }

    /// An endpoint that pages call.
    pub struct EndpointLine {
        /// The method and the URL's template.
        pub name: String,
        /// How often it was called.
        pub calls: u64,
        /// How far noise can move them.
        pub noise: u64,
        /// In how many distinct sessions.
        pub sessions: u64,
        /// The statuses it answered with, the commonest first.
        pub statuses: Vec<Share>,
        /// How long half of the calls take at most, milliseconds.
        pub median_ms: Option<u64>,
        /// How long nineteen of twenty take at most.
        pub p95_ms: Option<u64>,
    }

    /// An error of a script.
    pub struct ErrorLine {
        /// The template of its page.
        pub page: String,
        /// Its type and the template of its message.
        pub message: String,
        /// In how many distinct sessions.
        pub sessions: u64,
        /// How often it came about.
        pub times: u64,
    }

    /// A part of a whole.
    pub struct Share {
        /// Its name; `other` for what is too rare to name.
        pub name: String,
        /// How many sessions or calls have it.
        pub count: u64,
    }

    /// A group of sessions that go about things in the same way.
    pub struct PersonaLine {
        /// How many sessions of the sample are its own.
        pub sessions: u64,
        /// What sets it apart: actions that are commoner in it than in all personas together.
        pub does: Vec<String>,
    }
}

/// Makes the summary of a document, for [`render`](super::render) or for JSON.
#[must_use]
pub fn summary(document: &Document) -> Summary {
    let behaviour = document.behaviour.as_ref();
    Summary {
        k: document.k,
        sessions: document.sessions.map_or(0, |all| all.support()),
        events: document.sessions.map_or(0, |all| all.count()),
        median_ms: quantile(&document.lengths.ms, 50),
        median_views: quantile(&document.lengths.views, 50),
        pages: pages(document),
        journeys: journeys(document),
        forms: commonest(document.forms.iter().map(|one| form(one, document.k)), |line| {
            line.started
        }),
        endpoints: commonest(document.endpoints.iter().map(|one| endpoint(one, document.k)), |line| {
            line.calls
        }),
        errors: errors(document),
        devices: document
            .devices
            .iter()
            .map(|device| share(device.name.as_ref(), device.sessions))
            .collect(),
        browsers: browsers(&document.devices),
        languages: shares(&document.languages),
        personas: personas(document),
        fidelity: document.fidelity.clone(),
        actions: behaviour.map_or(0, |behaviour| behaviour.symbols.len() as u64),
        contexts: behaviour.map_or(0, |behaviour| behaviour.contexts.len() as u64),
        suppressed: document.suppressed.clone(),
    }
}

/// The first rows by a number, the largest first; equals stay in their order.
fn commonest<T>(rows: impl Iterator<Item = T>, by: impl Fn(&T) -> u64) -> Vec<T> {
    let mut rows: Vec<T> = rows.collect();
    rows.sort_by_key(|row| std::cmp::Reverse(by(row)));
    rows.truncate(ROWS);
    rows
}

/// The number that so many percent are at most, as far as buckets show: the middle of its bucket. None where there is
/// one row for all, which says nothing.
fn quantile(rows: &[Bucket], percent: u64) -> Option<u64> {
    if matches!(rows, [Bucket { from: 0, .. }]) {
        return None;
    }
    let all: u64 = rows.iter().map(|row| row.times.count()).sum();
    let mut up_to = 0;
    let at = rows.iter().position(|row| {
        up_to += row.times.count();
        up_to * 100 >= all * percent
    })?;
    let from = rows.get(at)?.from;
    // A row that is followed by rare ones is no wider for it.
    let to = rows
        .get(at + 1)
        .map_or(u64::MAX, |next| next.from)
        .min(from.saturating_mul(2));
    Some(from + to.saturating_sub(from) / 2)
}

fn pages(document: &Document) -> Vec<PageLine> {
    let by_page = |rows: &[PageRow]| -> BTreeMap<String, u64> {
        let named = rows
            .iter()
            .filter_map(|row| Some((row.page.clone()?, row.sessions.support())));
        named.collect()
    };
    let (entries, exits) = (by_page(&document.entries), by_page(&document.exits));
    let line = |page: &Page| PageLine {
        page: page.page.clone(),
        sessions: page.views.support(),
        views: page.views.count(),
        median_time_on_page_ms: quantile(&page.time_on_page_ms, 50),
        median_load_ms: quantile(&page.load_ms, 50),
        entries: entries.get(&page.page).copied().unwrap_or_default(),
        exits: exits.get(&page.page).copied().unwrap_or_default(),
    };
    commonest(document.pages.iter().map(line), |line| line.sessions)
}

fn journeys(document: &Document) -> Vec<JourneyLine> {
    let lines = document.journeys.iter().map(|journey| JourneyLine {
        pages: journey.pages.clone(),
        sessions: journey.times.support(),
    });
    commonest(lines, |line| line.sessions)
}

fn form(form: &Form, k: u32) -> FormLine {
    let drop_off = form.drop_off.iter().max_by_key(|row| row.times.count());
    FormLine {
        page: form.page.clone(),
        form: form.form.clone(),
        started: form.started.count(),
        submitted: form.submitted.map_or(0, Published::count),
        noise: noise(form.started, k),
        median_ms: quantile(&form.submit_ms, 50),
        drop_off: drop_off.map(|row| row.element.clone()),
    }
}

/// How far noise can move a count: each session is moved, and counts for what it does on average.
fn noise(times: Published, k: u32) -> u64 {
    reach(k) * times.count().div_ceil(times.support().max(1))
}

fn endpoint(endpoint: &Endpoint, k: u32) -> EndpointLine {
    EndpointLine {
        name: format!("{} {}", endpoint.method.as_str(), endpoint.url),
        noise: noise(endpoint.calls, k),
        calls: endpoint.calls.count(),
        sessions: endpoint.calls.support(),
        statuses: shares(&endpoint.statuses),
        median_ms: quantile(&endpoint.ms, 50),
        p95_ms: quantile(&endpoint.ms, 95),
    }
}

fn errors(document: &Document) -> Vec<ErrorLine> {
    let lines = document.errors.iter().map(|error| ErrorLine {
        page: error.page.clone(),
        message: format!("{}: {}", error.name, error.message),
        sessions: error.times.support(),
        times: error.times.count(),
    });
    commonest(lines, |line| line.sessions)
}

fn share(name: Option<&String>, times: Published) -> Share {
    Share {
        name: name.map_or("other", String::as_str).to_owned(),
        count: times.count(),
    }
}

fn shares(rows: &[Named]) -> Vec<Share> {
    commonest(rows.iter().map(|row| share(row.name.as_ref(), row.times)), |share| {
        share.count
    })
}

fn browsers(devices: &[Device]) -> Vec<Share> {
    let mut all = BTreeMap::<String, u64>::new();
    let browsers = devices
        .iter()
        .flat_map(|device| &device.systems)
        .flat_map(|system| &system.browsers);
    for browser in browsers {
        let Share { name, count } = share(browser.name.as_ref(), browser.sessions);
        *all.entry(name).or_default() += count;
    }
    commonest(all.into_iter().map(|(name, count)| Share { name, count }), |share| {
        share.count
    })
}

/// What sets a persona apart: steps weighed by how much commoner they are than in all personas together.
fn personas(document: &Document) -> Vec<PersonaLine> {
    let Some(behaviour) = &document.behaviour else {
        return Vec::new();
    };
    let mut all = BTreeMap::<u16, u64>::new();
    for step in behaviour.personas.iter().flat_map(|persona| &persona.steps) {
        *all.entry(step.next).or_default() += step.times.count();
    }
    let total = all.values().sum::<u64>().max(1);
    let line = |persona: &Persona| {
        let mut own = BTreeMap::<u16, u64>::new();
        persona
            .steps
            .iter()
            .for_each(|step| *own.entry(step.next).or_default() += step.times.count());
        let steps = own.values().sum::<u64>().max(1);
        // More than expected, in whole numbers.
        let more = |(symbol, count): (&u16, &u64)| {
            let expected = all.get(symbol).copied().unwrap_or_default() * steps / total;
            (count.saturating_sub(expected), *symbol)
        };
        let name = |symbol: u16| {
            let place = usize::from(symbol).checked_sub(1)?;
            behaviour.symbols.get(place).map(|row| row.name.clone())
        };
        let named = own
            .iter()
            .map(more)
            .filter_map(|(more, symbol)| Some((more, name(symbol)?)));
        let does = commonest(named, |(more, _)| *more);
        PersonaLine {
            sessions: persona.sessions.support(),
            does: does.into_iter().take(3).map(|(_, name)| name).collect(),
        }
    };
    commonest(behaviour.personas.iter().map(line), |line| line.sessions)
}
