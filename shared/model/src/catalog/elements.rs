//! Elements: which fingerprints are one element.
//!
//! Page by page, anchor by anchor from the best kind to the worst: what an anchor names becomes one element if at least k sessions met
//! it, and what is left goes on to the next kind. See [`super::anchors`] for the kinds.
//!
//! * An anchor that elements found before have too, and only those of one of them, is that element's: it lost its better anchor.
//! * Elements of one shape in many places with many labels are items of a list. Their names and places are data: they are
//!   known by what they have in common.

use std::collections::{BTreeMap, BTreeSet};

use testgram_protocol::event::Element;

use super::anchors::{Rank, anchor, shape};
use crate::inventory::Support;

/// Items of one shape, in different places and with different labels, that make a list: a form has two or three buttons alike.
const ITEMS: usize = 4;

/// Steps of a path whose children are the page's own controls however many they are.
const LANDMARKS: [&str; 3] = ["header", "nav", "footer"];

/// A fingerprint met on a page.
pub(super) struct Raw {
    pub(super) element: Element,
    pub(super) support: Support,
}

/// What was learned of one page.
#[derive(Default)]
pub(super) struct Learned {
    /// The shapes of list items.
    pub(super) lists: BTreeSet<String>,
    /// Anchors, with the number of the element each names.
    pub(super) anchors: BTreeMap<(Rank, String), usize>,
    /// The elements: places in the fingerprints.
    pub(super) groups: Vec<Group>,
    /// Fingerprints that are no element: fewer than k sessions met them and all that is like them.
    pub(super) left: usize,
}

/// Fingerprints that are one element.
pub(super) struct Group {
    /// The anchor that made it.
    pub(super) anchor: (Rank, String),
    pub(super) raw: Vec<usize>,
}

/// Learns the elements of a page from its fingerprints, which are sorted.
pub(super) fn learn(raw: &[Raw], k: u32) -> Learned {
    let mut learned = Learned {
        lists: lists(raw, k),
        ..Learned::default()
    };
    let items: Vec<bool> = raw
        .iter()
        .map(|raw| learned.lists.contains(&shape(&raw.element)))
        .collect();
    let mut of: Vec<Option<usize>> = vec![None; raw.len()];
    for rank in Rank::ALL {
        for (text, members) in by_anchor(raw, &items, rank) {
            learned.settle(raw, &mut of, (rank, text), &members, k);
        }
    }
    learned.left = of.iter().filter(|group| group.is_none()).count();
    learned
}

/// The fingerprints that have an anchor of a rank, by its text.
fn by_anchor(raw: &[Raw], items: &[bool], rank: Rank) -> BTreeMap<String, Vec<usize>> {
    let mut by = BTreeMap::<String, Vec<usize>>::new();
    for (place, (raw, is_item)) in raw.iter().zip(items).enumerate() {
        let passes = *is_item && rank.is_of_item();
        if let Some(text) = anchor(&raw.element, rank).filter(|_| !passes) {
            by.entry(text).or_default().push(place);
        }
    }
    by
}

impl Learned {
    /// Makes the fingerprints with an anchor that are still free one element, or part of one.
    fn settle(&mut self, raw: &[Raw], of: &mut [Option<usize>], anchor: (Rank, String), members: &[usize], k: u32) {
        let group = |place: &usize| of.get(*place).copied().flatten();
        let free: Vec<usize> = members.iter().copied().filter(|place| group(place).is_none()).collect();
        let mut taken = BTreeMap::<usize, Support>::new();
        for place in members {
            if let Some((group, raw)) = group(place).zip(raw.get(*place)) {
                taken.entry(group).or_default().union(&raw.support);
            }
        }
        let mut owners = taken
            .iter()
            .filter(|(_, met)| met.at_least() >= k)
            .map(|(group, _)| *group);
        let owner = owners
            .next()
            .filter(|_| anchor.0.names_one() && owners.next().is_none());
        let met: Support = free
            .iter()
            .filter_map(|place| raw.get(*place))
            .map(|raw| &raw.support)
            .collect();
        let group = match owner {
            Some(owner) => owner,
            None if met.at_least() >= k => {
                self.groups.push(Group {
                    anchor: anchor.clone(),
                    raw: Vec::new(),
                });
                self.groups.len() - 1
            }
            None => return,
        };
        for place in &free {
            of.iter_mut().skip(*place).take(1).for_each(|of| *of = Some(group));
        }
        self.groups
            .iter_mut()
            .skip(group)
            .take(1)
            .for_each(|group| group.raw.extend(&free));
        self.anchors.insert(anchor, group);
    }
}

/// The shapes of list items.
fn lists(raw: &[Raw], k: u32) -> BTreeSet<String> {
    let mut shapes = BTreeMap::<String, Vec<&Raw>>::new();
    for raw in raw {
        if !is_of_page(&raw.element) {
            shapes.entry(shape(&raw.element)).or_default().push(raw);
        }
    }
    shapes.retain(|_, raw| {
        let places: BTreeSet<&str> = raw.iter().map(|raw| raw.element.path.as_str()).collect();
        let labels: BTreeSet<u16> = raw.iter().filter_map(|raw| Some(raw.element.label?.bits())).collect();
        let met: Support = raw.iter().map(|raw| &raw.support).collect();
        places.len() >= ITEMS && labels.len() >= ITEMS && met.at_least() >= k
    });
    shapes.into_keys().collect()
}

/// Whether an element stands in what pages have around their content.
fn is_of_page(element: &Element) -> bool {
    let mut steps = element
        .path
        .as_str()
        .split('>')
        .map(|step| step.split(':').next().unwrap_or_default());
    steps.any(|step| LANDMARKS.contains(&step))
}
