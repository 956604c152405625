//! What visitors come with, and how fast they are.

use std::collections::BTreeMap;

use testgram_protocol::event::Device as Kinds;

use testgram_sequence::Published;

use super::publishing::Publishing;
use crate::document::{Browser, Device, Named, Pace, System, Viewport};
use crate::facts::fact::{FactKind, Subject};
use crate::facts::histogram::Scale;
use crate::facts::tally::Cell;
use crate::facts::text;

/// Facts by all of their parts but the last.
type Tree<'a> = BTreeMap<Vec<&'a str>, Vec<(Option<&'a str>, Cell)>>;

impl Publishing<'_> {
    /// Each session has one of them, or none.
    pub(super) fn name_mix(&self, kind: text::TextKind) -> Vec<Named> {
        let cells = self.facts.texts(kind);
        let cells = cells.map(|(parts, cell)| (parts.first().copied(), cell)).collect();
        let rows = self
            .facts
            .mix(text::beginning(kind), cells, Some(self.partial.sessions()));
        let rows = rows.into_iter();
        rows.map(|(name, times)| Named {
            name: name.map(str::to_owned),
            times,
        })
        .collect()
    }

    /// A tree of mixes: each adds up to what it is part of, so that there is nothing to subtract.
    pub(super) fn devices(&self) -> Vec<Device> {
        let mut tree = Tree::new();
        for (mut parts, cell) in self.facts.texts(text::TextKind::Device) {
            let last = parts.pop();
            tree.entry(parts).or_default().push((last, cell));
        }
        let device = |(name, cell): (Option<&str>, Cell)| {
            Some(Device {
                name: name.map(str::to_owned),
                sessions: self.in_mix(&[], name, cell)?,
                systems: name.map_or_else(Vec::new, |name| self.systems(&tree, name, cell)),
                viewports: name.map_or_else(Vec::new, |name| self.viewports(name, cell)),
            })
        };
        let rows = self.children(&tree, &[], self.partial.sessions());
        rows.into_iter().filter_map(device).collect()
    }

    /// The mix below a node that so many sessions are in. Rare ones that were counted in there are here as well, among
    /// the rest, or the difference would show how many they are.
    fn children<'t>(&self, tree: &Tree<'t>, path: &[&str], sessions: u64) -> Vec<(Option<&'t str>, Cell)> {
        let cells = tree.get(path).cloned().unwrap_or_default();
        self.facts.mixed(cells, Some(sessions))
    }

    /// What is published of a node.
    fn in_mix(&self, path: &[&str], name: Option<&str>, cell: Cell) -> Option<Published> {
        self.facts
            .threshold()
            .publish_sessions((path, name), u64::from(cell.support))
    }

    fn systems(&self, tree: &Tree<'_>, device: &str, of: Cell) -> Vec<System> {
        let system = |(name, cell): (Option<&str>, Cell)| {
            Some(System {
                name: name.map(str::to_owned),
                sessions: self.in_mix(&[device], name, cell)?,
                browsers: name.map_or_else(Vec::new, |name| self.browsers(tree, [device, name], cell)),
            })
        };
        let rows = self.children(tree, &[device], u64::from(of.support));
        rows.into_iter().filter_map(system).collect()
    }

    fn browsers(&self, tree: &Tree<'_>, [device, system]: [&str; 2], of: Cell) -> Vec<Browser> {
        let browser = |(name, cell): (Option<&str>, Cell)| {
            Some(Browser {
                name: name.map(str::to_owned),
                sessions: self.in_mix(&[device, system], name, cell)?,
                versions: name.map_or_else(Vec::new, |name| self.versions(tree, [device, system, name], cell)),
            })
        };
        let rows = self.children(tree, &[device, system], u64::from(of.support));
        rows.into_iter().filter_map(browser).collect()
    }

    fn versions(&self, tree: &Tree<'_>, path: [&str; 3], of: Cell) -> Vec<Named> {
        let version = |(name, cell): (Option<&str>, Cell)| {
            Some(Named {
                name: name.map(str::to_owned),
                times: self.in_mix(&path, name, cell)?,
            })
        };
        let rows = self.children(tree, &path, u64::from(of.support));
        rows.into_iter().filter_map(version).collect()
    }

    fn viewports(&self, device: &str, of: Cell) -> Vec<Viewport> {
        let size = |(parts, cell): (Vec<&str>, Cell)| {
            let [of, width, height] = *parts.as_slice() else {
                return None;
            };
            let size = (width.parse::<u16>().ok()?, height.parse::<u16>().ok()?);
            (of == device).then_some((Some(size), cell))
        };
        let cells: Vec<_> = self.facts.texts(text::TextKind::Viewport).filter_map(size).collect();
        let about = ("viewports", device);
        let rows = self.facts.mix(about, cells, Some(u64::from(of.support))).into_iter();
        rows.map(|(size, sessions)| Viewport {
            width: size.map(|(width, _)| width),
            height: size.map(|(_, height)| height),
            sessions,
        })
        .collect()
    }

    /// By device only: for all of them together, add up.
    pub(super) fn paces(&self) -> Vec<Pace> {
        let devices = std::iter::once(None).chain(Kinds::ALL.iter().map(Some));
        let pace = |(number, device): (u32, Option<&Kinds>)| {
            let of = |scale, kind| self.facts.histogram(scale, Subject::new(kind, number, 0));
            Pace {
                device: device.map(|device| device.as_str().to_owned()),
                scroll: of(Scale::Log, FactKind::ScrollSpeed),
                pointer: of(Scale::Log, FactKind::PointerSpeed),
                typing: of(Scale::Rhythm, FactKind::Typing),
            }
        };
        let known = |pace: &Pace| !(pace.scroll.is_empty() && pace.pointer.is_empty() && pace.typing.is_empty());
        (0..).zip(devices).map(pace).filter(known).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Kinds;

    #[test]
    fn devices_stand_at_their_numbers() {
        for (place, device) in Kinds::ALL.iter().enumerate() {
            assert_eq!(*device as usize, place);
        }
    }
}
