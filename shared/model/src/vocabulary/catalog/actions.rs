//! What a symbol stands for, and its name.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use testgram_protocol::event::NamedKey;

use super::entries::{ElementEntry, ElementId, PageEntry, PageId};
use crate::vocabulary::inventory::Act;

/// What users do and the model predicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the kinds of the protocol")]
pub enum Verb {
    Page,
    Click,
    Input,
    Submit,
    Key,
    Drag,
    Custom,
}

impl Verb {
    /// Every verb, in the order of their numbers.
    pub const ALL: [Self; 7] = [
        Self::Page,
        Self::Click,
        Self::Input,
        Self::Submit,
        Self::Key,
        Self::Drag,
        Self::Custom,
    ];

    /// Its word: that of the event's kind.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Click => "click",
            Self::Input => "input",
            Self::Submit => "submit",
            Self::Key => "key",
            Self::Drag => "drag",
            Self::Custom => "custom",
        }
    }
}

/// With what it is done.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum With {
    /// Nothing but the page.
    Page,
    /// An element.
    Element(ElementId),
    /// A name that the site gave.
    Custom(String),
    /// Something that fell below k.
    Rest,
}

/// What a symbol stands for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Action {
    /// What is done: a kind of event.
    pub verb: Verb,
    /// The named key, if the verb is a key press.
    pub key: Option<NamedKey>,
    /// On which page; `None` for one that fell below k, or before any.
    pub page: Option<PageId>,
    /// With what on the page it is done.
    pub with: With,
}

impl Ord for Action {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = |action: &Self| (action.verb, action.key.map(|key| key as u16), action.page);
        order(self).cmp(&order(other)).then_with(|| self.with.cmp(&other.with))
    }
}

impl PartialOrd for Action {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Action {
    /// An action of the inventory; `None` for what is only met.
    pub(super) fn of(act: Act, page: Option<PageId>, with: With) -> Option<Self> {
        let (verb, key) = match act {
            Act::View => (Verb::Page, None),
            Act::Click => (Verb::Click, None),
            Act::Input => (Verb::Input, None),
            Act::Submit => (Verb::Submit, None),
            Act::Key(key) => (Verb::Key, Some(key)),
            Act::Drag => (Verb::Drag, None),
            Act::Custom => (Verb::Custom, None),
            Act::Drop | Act::Scroll | Act::Query | Act::Call(_) | Act::CallQuery(_) => return None,
        };
        let with = if page.is_some() { with } else { With::Rest };
        Some(Self { verb, key, page, with })
    }

    /// The same with whatever fell below k on its page.
    pub(super) fn on_page(&self) -> Self {
        Self {
            with: With::Rest,
            ..self.clone()
        }
    }

    /// The same with whatever fell below k, on any page.
    pub(super) const fn anywhere(verb: Verb) -> Self {
        Self {
            verb,
            key: None,
            page: None,
            with: With::Rest,
        }
    }

    /// Its name: `click /product/:param button#add-to-cart`, `key Enter /search *`, `drag *`.
    fn name(&self, pages: &[PageEntry], elements: &[ElementEntry]) -> String {
        let key = self.key.map(|key| format!(" {key:?}")).unwrap_or_default();
        let page = self.page.and_then(|page| pages.get(page.place()));
        let page = page.map(|page| format!(" {}", page.template)).unwrap_or_default();
        let with = match &self.with {
            With::Page => None,
            With::Element(element) => elements.get(element.place()).map(|element| element.name.as_str()),
            With::Custom(name) => Some(name.as_str()),
            With::Rest => Some("*"),
        };
        let with = with.map(|with| format!(" {with}")).unwrap_or_default();
        format!("{}{key}{page}{with}", self.verb.word())
    }
}

/// Actions with their names, sorted by name. A name taken already gets a number: a site may call its own event `*`.
pub(super) fn named(
    actions: impl Iterator<Item = Action>,
    pages: &[PageEntry],
    elements: &[ElementEntry],
) -> Vec<(String, Action)> {
    let mut named = BTreeMap::new();
    for action in actions {
        let name = action.name(pages, elements);
        named.insert(super::names::free(name, |name| named.contains_key(name)), action);
    }
    named.into_iter().collect()
}
