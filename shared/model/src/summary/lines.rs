//! The rows of a summary.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::document::{Bucket, Device, Document, Endpoint, Form, Measured, Named, Page, PageRow, Tallied, Withheld};

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
        /// The threshold.
        pub k: u32,
        /// Sessions; 0 if they are fewer than k.
        pub sessions: u64,
        /// Their events.
        pub events: u64,
        /// How long half of the sessions last at most, milliseconds, and how many pages they view.
        pub median_ms: Option<u64>,
        /// Page views of half of the sessions at most.
        pub median_views: Option<u64>,
        /// Pages by sessions.
        pub pages: Vec<PageLine>,
        /// Three pages one after the other, by sessions.
        pub journeys: Vec<JourneyLine>,
        /// Forms by how often they are begun.
        pub forms: Vec<FormLine>,
        /// Endpoints by calls.
        pub endpoints: Vec<EndpointLine>,
        /// Errors by sessions.
        pub errors: Vec<ErrorLine>,
        /// Devices.
        pub devices: Vec<Share>,
        /// Browsers over all devices, as far as they are told.
        pub browsers: Vec<Share>,
        /// Languages.
        pub languages: Vec<Share>,
        /// Personas by sessions, each with what it does most.
        pub personas: Vec<PersonaLine>,
        /// The model and the baselines.
        pub fidelity: Vec<Measured>,
        /// Actions and contexts that are told.
        pub actions: u64,
        /// Contexts that are told.
        pub contexts: u64,
        /// What is not told.
        pub withheld: Withheld,
    }

    /// A page.
    pub struct PageLine {
        /// Its template.
        pub page: String,
        /// Sessions.
        pub sessions: u64,
        /// Views.
        pub views: u64,
        /// How long half of the views last at most, milliseconds.
        pub median_stay_ms: Option<u64>,
        /// How long half of the loads take at most, milliseconds.
        pub median_load_ms: Option<u64>,
        /// Sessions that begin here.
        pub entries: u64,
        /// Sessions that end here.
        pub exits: u64,
    }

    /// A journey.
    pub struct JourneyLine {
        /// Pages.
        pub pages: Vec<String>,
        /// Sessions.
        pub sessions: u64,
    }

    /// A form.
    pub struct FormLine {
        /// Its page.
        pub page: String,
        /// Where it stands.
        pub form: String,
        /// Visits in which it was begun.
        pub begun: u64,
        /// Of those, in which it was submitted.
        pub submitted: u64,
        /// How long half of the submits take at most, milliseconds.
        pub median_ms: Option<u64>,
        /// The field after which most of the others left.
        pub left_at: Option<String>,
    }

    /// An endpoint.
    pub struct EndpointLine {
        /// Method and template.
        pub name: String,
        /// Calls.
        pub calls: u64,
        /// Sessions.
        pub sessions: u64,
        /// Statuses by calls.
        pub statuses: Vec<Share>,
        /// How long half of the calls take at most, milliseconds.
        pub median_ms: Option<u64>,
        /// How long nineteen of twenty take at most.
        pub p95_ms: Option<u64>,
    }

    /// An error.
    pub struct ErrorLine {
        /// Its page.
        pub page: String,
        /// Type and message.
        pub message: String,
        /// Sessions.
        pub sessions: u64,
        /// Times.
        pub times: u64,
    }

    /// A part of a whole.
    pub struct Share {
        /// Its name; `other` for what is too rare to name.
        pub name: String,
        /// How many.
        pub count: u64,
    }

    /// A persona.
    pub struct PersonaLine {
        /// Sessions of the sample.
        pub sessions: u64,
        /// What sets it apart: actions that are commoner in it than in all personas together.
        pub does: Vec<String>,
    }
}

/// Makes the summary.
#[must_use]
pub fn summary(document: &Document) -> Summary {
    let behaviour = document.behaviour.as_ref();
    Summary {
        k: document.k,
        sessions: document.sessions.map_or(0, |all| all.support),
        events: document.sessions.map_or(0, |all| all.count),
        median_ms: quantile(&document.lengths.ms, 50),
        median_views: quantile(&document.lengths.views, 50),
        pages: pages(document),
        journeys: journeys(document),
        forms: commonest(document.forms.iter().map(form), |line| line.begun),
        endpoints: commonest(document.endpoints.iter().map(endpoint), |line| line.calls),
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
        withheld: document.withheld.clone(),
    }
}

/// The first rows by a number, the largest first; equals stay in their order.
fn commonest<T>(rows: impl Iterator<Item = T>, by: impl Fn(&T) -> u64) -> Vec<T> {
    let mut rows: Vec<T> = rows.collect();
    rows.sort_by_key(|row| std::cmp::Reverse(by(row)));
    rows.truncate(ROWS);
    rows
}

/// The number that so many percent are at most, as far as buckets tell: the middle of its bucket. None where there is one row for
/// all, which says nothing.
fn quantile(rows: &[Bucket], percent: u64) -> Option<u64> {
    if matches!(rows, [Bucket { from: 0, .. }]) {
        return None;
    }
    let all: u64 = rows.iter().map(|row| row.count).sum();
    let mut up_to = 0;
    let at = rows.iter().position(|row| {
        up_to += row.count;
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
            .filter_map(|row| Some((row.page.clone()?, row.sessions.support)));
        named.collect()
    };
    let (entries, exits) = (by_page(&document.entries), by_page(&document.exits));
    let line = |page: &Page| PageLine {
        page: page.page.clone(),
        sessions: page.views.support,
        views: page.views.count,
        median_stay_ms: quantile(&page.stay_ms, 50),
        median_load_ms: quantile(&page.load_ms, 50),
        entries: entries.get(&page.page).copied().unwrap_or_default(),
        exits: exits.get(&page.page).copied().unwrap_or_default(),
    };
    commonest(document.pages.iter().map(line), |line| line.sessions)
}

fn journeys(document: &Document) -> Vec<JourneyLine> {
    let lines = document.journeys.iter().map(|journey| JourneyLine {
        pages: journey.pages.clone(),
        sessions: journey.times.support,
    });
    commonest(lines, |line| line.sessions)
}

fn form(form: &Form) -> FormLine {
    let left_at = form.left_at.iter().max_by_key(|row| row.times.count);
    FormLine {
        page: form.page.clone(),
        form: form.form.clone(),
        begun: form.begun.count,
        submitted: form.submitted.map_or(0, |submitted| submitted.count),
        median_ms: quantile(&form.submit_ms, 50),
        left_at: left_at.map(|row| row.element.clone()),
    }
}

fn endpoint(endpoint: &Endpoint) -> EndpointLine {
    EndpointLine {
        name: format!("{} {}", crate::facts::text::word(&endpoint.method), endpoint.url),
        calls: endpoint.calls.count,
        sessions: endpoint.calls.support,
        statuses: shares(&endpoint.statuses),
        median_ms: quantile(&endpoint.ms, 50),
        p95_ms: quantile(&endpoint.ms, 95),
    }
}

fn errors(document: &Document) -> Vec<ErrorLine> {
    let lines = document.errors.iter().map(|error| ErrorLine {
        page: error.page.clone(),
        message: format!("{}: {}", error.name, error.message),
        sessions: error.times.support,
        times: error.times.count,
    });
    commonest(lines, |line| line.sessions)
}

fn share(name: Option<&String>, times: Tallied) -> Share {
    Share {
        name: name.map_or("other", String::as_str).to_owned(),
        count: times.count,
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
        *all.entry(step.3).or_default() += step.1;
    }
    let total = all.values().sum::<u64>().max(1);
    let line = |persona: &crate::document::PersonaRow| {
        let mut own = BTreeMap::<u16, u64>::new();
        persona
            .steps
            .iter()
            .for_each(|step| *own.entry(step.3).or_default() += step.1);
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
            sessions: persona.sessions.support,
            does: does.into_iter().take(3).map(|(_, name)| name).collect(),
        }
    };
    commonest(behaviour.personas.iter().map(line), |line| line.sessions)
}
