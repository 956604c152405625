//! A session in the words of a catalog.

use testgram_protocol::event::{Event, EventDetail};
use testgram_protocol::session::Session;

use crate::vocabulary::catalog::{Action, Catalog, ElementId, PageId, Verb, With};
use crate::vocabulary::lookup::Lookup;
use testgram_sequence::Symbol;

/// Most events that count of one session, the first ones: a whole day at one every three seconds. What makes up more is
/// no person, and must not fill the tables alone.
pub const EVENTS_OF_A_SESSION: usize = 10_000;

/// One event of a session with what the catalog makes of it.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// The event as the session has it.
    pub event: &'a Event,
    /// The page it happened on, its own if it shows one; `None` before any, and on one that fell below k.
    pub page: Option<PageId>,
    /// The element it names; `None` if it names none, and for one that fell below k.
    pub element: Option<ElementId>,
    /// Its symbol, if it is an action of the user. Moving, scrolling and what the page does are none.
    pub symbol: Option<Symbol>,
}

/// The events of a session, one step each: the first [`EVENTS_OF_A_SESSION`].
#[must_use]
pub fn steps<'a>(catalog: &Catalog, session: &'a Session) -> Vec<Step<'a>> {
    steps_of(catalog, &mut Lookup::default(), session)
}

/// The same, with what the catalog has said before.
pub(crate) fn steps_of<'a>(catalog: &Catalog, lookup: &mut Lookup, session: &'a Session) -> Vec<Step<'a>> {
    let mut page = None;
    let step = |event: &'a Event| {
        if let EventDetail::Page(shown) = &event.detail {
            page = lookup.page(catalog, &shown.url);
        }
        step(catalog, lookup, event, page)
    };
    session.events.iter().take(EVENTS_OF_A_SESSION).map(step).collect()
}

fn step<'a>(catalog: &Catalog, lookup: &mut Lookup, event: &'a Event, page: Option<PageId>) -> Step<'a> {
    let [named, _] = event.detail.elements();
    let element = page
        .zip(named)
        .and_then(|(page, element)| lookup.element(catalog, page, element));
    let with = match (&event.detail, named) {
        (EventDetail::Custom(custom), _) => With::Custom(custom.name.as_str().to_owned()),
        (_, None) => With::Page,
        (_, Some(_)) => element.map_or(With::Rest, With::Element),
    };
    let action = verb(&event.detail).map(|verb| Action {
        verb,
        key: match &event.detail {
            EventDetail::Key(key) => Some(key.key),
            _ => None,
        },
        page,
        with,
    });
    Step {
        event,
        page,
        element,
        symbol: action.and_then(|action| catalog.symbol(&action)),
    }
}

const fn verb(detail: &EventDetail) -> Option<Verb> {
    match detail {
        EventDetail::Page(_) => Some(Verb::Page),
        EventDetail::Click(_) => Some(Verb::Click),
        EventDetail::Input(_) => Some(Verb::Input),
        EventDetail::Submit(_) => Some(Verb::Submit),
        EventDetail::Key(_) => Some(Verb::Key),
        EventDetail::Drag(_) => Some(Verb::Drag),
        EventDetail::Custom(_) => Some(Verb::Custom),
        EventDetail::Move(_)
        | EventDetail::Scroll(_)
        | EventDetail::Api(_)
        | EventDetail::Error(_)
        | EventDetail::Viewport(_)
        | EventDetail::Visibility(_)
        | EventDetail::End(_) => None,
    }
}
