//! What is published of an element, and how it is called.

use std::collections::{BTreeMap, BTreeSet};

use testgram_protocol::event::Element;

use super::anchors::{Rank, anchor};
use super::elements::{Group, Raw};
use super::entries::{ElementEntry, PageId};
use crate::vocabulary::inventory::Support;

/// The entry of a group of fingerprints.
pub(super) fn entry(page: PageId, group: &Group, members: &[&Raw], k: u32) -> ElementEntry {
    let met: Support = members.iter().map(|raw| &raw.support).collect();
    let text = |of: fn(&Element) -> Option<&str>| most(members, k, |el| of(el)).map(str::to_owned);
    let tag = text(|el| Some(el.tag.as_str()));
    ElementEntry {
        page,
        name: name(&group.anchor, tag.as_deref()),
        role: word(members, k, |el| el.role, |role| role as u16),
        field: word(members, k, |el| el.field, |field| field as u16),
        id: text(|el| el.id.as_ref().map(|id| id.as_str())),
        named: text(|el| el.name.as_ref().map(|name| name.as_str())),
        testid: text(|el| el.testid.as_ref().map(|id| id.as_str())),
        target: text(|el| el.target.as_ref().map(|id| id.as_str())),
        autocomplete: word(members, k, |el| el.autocomplete, |what| what as u16),
        classes: classes(members, k),
        path: path(members, met.at_least(), k),
        label: most(members, k, |el| el.label.map(|label| label.bits())),
        shadow: most(members, k, |el| Some(el.shadow)).unwrap_or_default(),
        support: met.at_least(),
        tag,
    }
}

/// How an element is called: its anchor, with its tag where the anchor has none.
fn name((rank, text): &(Rank, String), tag: Option<&str>) -> String {
    match rank {
        Rank::TestId | Rank::Id => format!("{}{text}", tag.unwrap_or_default()),
        Rank::KindOfPlace => format!("any {text}"),
        _ => text.clone(),
    }
}

/// Gives elements of one page that are called alike numbers.
pub(super) fn make_unique(elements: &mut [ElementEntry]) {
    let mut taken = BTreeSet::new();
    for element in elements {
        element.name = free(std::mem::take(&mut element.name), |name| taken.contains(name));
        taken.insert(element.name.clone());
    }
}

/// The name, or the first with a number behind it that is not taken.
pub(super) fn free(name: String, is_taken: impl Fn(&str) -> bool) -> String {
    if !is_taken(&name) {
        return name;
    }
    let mut numbered = (2_u32..).map(|number| format!("{name}~{number}"));
    numbered.find(|name| !is_taken(name)).unwrap_or(name)
}

/// What most sessions met of those values that at least k did; of equals the first.
fn most<'a, V: Ord>(members: &[&'a Raw], k: u32, value: impl Fn(&'a Element) -> Option<V>) -> Option<V> {
    best(met(members, |el| value(el).into_iter()), k).map(|(value, _)| value)
}

/// The same for a word of a closed list, which has a number instead of an order.
fn word<W: Copy>(members: &[&Raw], k: u32, value: fn(&Element) -> Option<W>, code: fn(W) -> u16) -> Option<W> {
    let best = most(members, k, |el| value(el).map(code))?;
    let mut words = members.iter().filter_map(|raw| value(&raw.element));
    words.find(|word| code(*word) == best)
}

/// The sessions that met each value.
fn met<'a, V: Ord, I: Iterator<Item = V>>(
    members: &[&'a Raw],
    values: impl Fn(&'a Element) -> I,
) -> BTreeMap<V, Support> {
    let mut met = BTreeMap::<V, Support>::new();
    for raw in members {
        for value in values(&raw.element) {
            met.entry(value).or_default().union(&raw.support);
        }
    }
    met
}

fn best<V: Ord>(met: BTreeMap<V, Support>, k: u32) -> Option<(V, u32)> {
    let met = met.into_iter().map(|(value, support)| (value, support.at_least()));
    let enough = met.filter(|(_, support)| *support >= k);
    enough.min_by_key(|(_, support)| std::cmp::Reverse(*support))
}

/// The classes, each of which at least k sessions met.
fn classes(members: &[&Raw], k: u32) -> Vec<String> {
    let met = met(members, |el| el.classes.items().iter().map(|class| class.as_str()));
    let enough = met.into_iter().filter(|(_, support)| support.at_least() >= k);
    enough.map(|(class, _)| class.to_owned()).collect()
}

/// The place that at least half of the element's sessions met; otherwise the kind of place that most did.
fn path(members: &[&Raw], all: u32, k: u32) -> Option<String> {
    let exact = best(met(members, |el| Some(el.path.as_str()).into_iter()), k);
    let exact = exact.filter(|(_, support)| support.saturating_mul(2) >= all);
    let most = || best(met(members, |el| Some(kind(el)).into_iter()), k);
    exact
        .map(|(path, _)| path.to_owned())
        .or_else(|| most().map(|(path, _)| path))
}

fn kind(element: &Element) -> String {
    let mut kind = String::new();
    anchor(element, Rank::KindOfPlace, &mut kind);
    kind
}
