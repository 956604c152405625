//! Elements: which fingerprints are one element.
//!
//! Page by page, anchor by anchor from the best kind to the worst: what an anchor names becomes one element if at least
//! k sessions met it, and what is left goes on to the next kind. See [`super::anchors`] for the kinds.
//!
//! * An anchor that elements found before have too, and only those of one of them, is that element's: it lost its
//!   better anchor.
//! * What elements of one shape are called is data if it is different for too many of them (generated ids), or if they
//!   are items of a list. They are then known by what they have in common.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use testgram_protocol::event::Element;

use super::anchors::{self, Rank, anchor, shape};
use super::data::{MANY, Visits};
use crate::vocabulary::inventory::Support;

/// Items of a list: elements of one shape, with so many labels, in so many places of their containers. A form has two
/// or three buttons alike, but they stand in one container.
const ITEMS: usize = 4;

/// Where elements alike are the page's own controls, however many they are.
const LANDMARKS: [&str; 3] = ["header", "nav", "footer"];

/// A fingerprint met on a page.
pub(super) struct Raw {
    pub(super) element: Arc<Element>,
    pub(super) support: Support,
}

/// Ranks of which an element's anchors are data.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Data(u16);

impl Data {
    pub(super) const fn has(self, rank: Rank) -> bool {
        self.0 & (1 << rank as u16) != 0
    }

    const fn add(&mut self, rank: Rank) {
        self.0 |= 1 << rank as u16;
    }
}

/// What was learned of one page.
#[derive(Default)]
pub(super) struct Learned {
    /// What is data, by shape.
    pub(super) data: BTreeMap<String, Data>,
    /// Anchors, with the place of the group each names.
    pub(super) anchors: BTreeMap<(Rank, String), usize>,
    /// The elements.
    pub(super) groups: Vec<Group>,
    /// Fingerprints that are no element: fewer than k sessions met them and all that is like them.
    pub(super) left: usize,
}

/// Fingerprints that are one element.
pub(super) struct Group {
    /// The anchor that made it.
    pub(super) anchor: (Rank, String),
    /// Places in the list of fingerprints.
    pub(super) raw: Vec<usize>,
}

/// Learns the elements of a page from its fingerprints, which are in a fixed order.
pub(super) fn learn(raw: &[Raw], k: u32) -> Learned {
    let shapes: Vec<String> = raw.iter().map(|raw| text(|into| shape(&raw.element, into))).collect();
    let mut learned = Learned {
        data: data(raw, &shapes, k),
        ..Learned::default()
    };
    let data = |shape| learned.data.get(shape).copied().unwrap_or_default();
    let data: Vec<Data> = shapes.iter().map(data).collect();
    let mut of = vec![None; raw.len()];
    for rank in Rank::ALL {
        for (text, members) in by_anchor(raw, &data, rank) {
            learned.settle(raw, &mut of, (rank, text), &members, k);
        }
    }
    learned.left = of.iter().filter(|group| group.is_none()).count();
    learned
}

fn text(write: impl FnOnce(&mut String)) -> String {
    let mut text = String::new();
    write(&mut text);
    text
}

/// The fingerprints that have an anchor of a rank, by its text.
fn by_anchor(raw: &[Raw], data: &[Data], rank: Rank) -> BTreeMap<String, Vec<usize>> {
    let mut by = BTreeMap::<String, Vec<usize>>::new();
    for (place, (raw, data)) in raw.iter().zip(data).enumerate() {
        let text = text(|into| anchor(&raw.element, rank, into));
        if !text.is_empty() && !data.has(rank) {
            by.entry(text).or_default().push(place);
        }
    }
    by
}

impl Learned {
    /// Makes the fingerprints with an anchor that are still free one element, or part of one.
    fn settle(&mut self, raw: &[Raw], of: &mut [Option<usize>], anchor: (Rank, String), members: &[usize], k: u32) {
        let mut free = (Vec::new(), Support::default());
        let mut taken = BTreeMap::<usize, Support>::new();
        for (place, raw) in members.iter().filter_map(|place| Some((*place, raw.get(*place)?))) {
            if let Some(group) = of.get(place).copied().flatten() {
                taken.entry(group).or_default().union(&raw.support);
            } else {
                free.0.push(place);
                free.1.union(&raw.support);
            }
        }
        let mut owners = taken.iter().filter(|(_, met)| met.at_least() >= k);
        let owner = owners.next().map(|(group, _)| *group);
        let group = match owner.filter(|_| anchor.0.names_one() && owners.next().is_none()) {
            Some(owner) => owner,
            None if free.1.at_least() >= k => {
                self.groups.push(Group {
                    anchor: anchor.clone(),
                    raw: Vec::new(),
                });
                self.groups.len() - 1
            }
            None => return,
        };
        for place in &free.0 {
            if let Some(of) = of.get_mut(*place) {
                *of = Some(group);
            }
        }
        if let Some(group) = self.groups.get_mut(group) {
            group.raw.extend(&free.0);
        }
        self.anchors.insert(anchor, group);
    }
}

/// Which anchors are data, by shape.
fn data(raw: &[Raw], shapes: &[String], k: u32) -> BTreeMap<String, Data> {
    let mut by_shape = BTreeMap::<&String, Vec<&Raw>>::new();
    for (raw, shape) in raw.iter().zip(shapes) {
        by_shape.entry(shape).or_default().push(raw);
    }
    let mut found = BTreeMap::new();
    for (shape, alike) in by_shape.into_iter().filter(|(_, alike)| alike.len() >= ITEMS) {
        let met: Support = alike.iter().map(|raw| &raw.support).collect();
        let data = data_of(&alike);
        if data != Data::default() && met.at_least() >= k {
            found.insert(shape.clone(), data);
        }
    }
    found
}

/// Which anchors of elements of one shape are data.
fn data_of(alike: &[&Raw]) -> Data {
    let is_list = is_list(alike);
    let mut data = Data::default();
    for rank in Rank::ALL.into_iter().filter(|rank| rank.may_be_data()) {
        let mut values = BTreeMap::<String, u64>::new();
        for raw in alike {
            let value = text(|into| anchor(&raw.element, rank, into));
            let visits = values.entry(value).or_default();
            *visits = visits.saturating_add(raw.support.at_least().into());
        }
        values.remove("");
        let differ = is_list && values.len() >= ITEMS;
        if differ || Visits::of(values.values().copied()).are_data(MANY) {
            data.add(rank);
        }
    }
    data
}

/// Whether elements of one shape are items of a list. Fields and what stands around the content are not: a filter with
/// ten boxes has ten fields.
fn is_list(alike: &[&Raw]) -> bool {
    let items = alike.iter().map(|raw| &*raw.element);
    let items =
        items.filter(|item| !anchors::is_field(item) && !anchors::tags(item).any(|tag| LANDMARKS.contains(&tag)));
    let containers: BTreeSet<&str> = items.clone().map(anchors::parent).collect();
    let labels: BTreeSet<u16> = items.filter_map(|item| Some(item.label?.bits())).collect();
    containers.len() >= ITEMS && labels.len() >= ITEMS
}
