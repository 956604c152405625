//! Page templates: which path segments are data.
//!
//! URLs are a tree of segments. A node is *open* if many of its children are rare (see [`super::data`]): what stands
//! there is data, and all of it becomes `:param`. The subtrees of what became one are one subtree, which is judged in
//! its turn. A site's own pages stand in the first segment of a path, and of a route behind `#`: there more rare
//! children are needed, and only the rare ones become `:param`.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use serde::{Deserialize, Serialize};

use super::data::{MANY, Visits};
use crate::vocabulary::inventory::Support;

/// What stands for a segment that is data.
const PARAM: &str = "/:param";

/// Rare children that open a first segment, where `/about`, `/terms` and the like stand beside each other.
const MANY_FIRST: usize = 4 * MANY;

/// How a catalog reads URLs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Routes {
    /// Open nodes by the template above them, with the children that stay as they are.
    open: BTreeMap<String, BTreeSet<String>>,
}

/// How many URLs have a template, and the sessions that met them.
#[derive(Default)]
pub(super) struct Route {
    pub(super) urls: u64,
    pub(super) support: Support,
}

/// What is left of a URL below some node.
struct Below<'a> {
    rest: &'a str,
    support: &'a Support,
}

impl Routes {
    /// Learns the templates of `urls`, and what belongs to each that at least k sessions met.
    pub(super) fn learn<'a>(urls: &'a BTreeMap<&'a str, Support>, k: u32) -> (Self, BTreeMap<String, Route>) {
        let mut routes = Self::default();
        let mut found = BTreeMap::new();
        let all = urls.iter().map(|(url, support)| Below { rest: url, support });
        routes.grow(String::new(), all.collect(), k, &mut found);
        found.retain(|_, route| route.support.at_least() >= k);
        routes.keep(&found);
        (routes, found)
    }

    /// The template of a URL without query.
    pub(super) fn template(&self, url: &str) -> String {
        let mut template = String::new();
        let mut rest = url;
        while !rest.is_empty() {
            let (segment, after) = split(rest);
            let is_data = is_name(segment) && self.open.get(&template).is_some_and(|kept| !kept.contains(segment));
            template.push_str(if is_data { PARAM } else { segment });
            rest = after;
        }
        template
    }

    fn grow<'a>(&mut self, at: String, below: Vec<Below<'a>>, k: u32, found: &mut BTreeMap<String, Route>) {
        let mut children = BTreeMap::<&str, Vec<Below<'a>>>::new();
        for url in below {
            let (segment, rest) = split(url.rest);
            if segment.is_empty() {
                let route = found.entry(at.clone()).or_default();
                route.urls += 1;
                route.support.union(url.support);
            } else {
                children.entry(segment).or_default().push(Below { rest, ..url });
            }
        }
        if let Some(kept) = opens(&at, &children, k) {
            let names: Vec<&str> = children
                .keys()
                .copied()
                .filter(|name| is_name(name) && !kept.contains(*name))
                .collect();
            let data = names
                .into_iter()
                .filter_map(|name| children.remove(name))
                .flatten()
                .collect();
            children.insert(PARAM, data);
            self.open.insert(at.clone(), kept);
        }
        for (segment, below) in children {
            self.grow(format!("{at}{segment}"), below, k, found);
        }
    }

    /// Forgets what belongs to no template that is kept: fewer than k sessions met it.
    fn keep(&mut self, found: &BTreeMap<String, Route>) {
        // Templates that begin with it stand where it would, in order.
        let is_met = |start: &str| {
            let mut from = found.range::<str, _>((Bound::Included(start), Bound::Unbounded));
            from.next().is_some_and(|(template, _)| template.starts_with(start))
        };
        self.open.retain(|at, kept| {
            kept.retain(|segment| is_met(&format!("{at}{segment}")));
            is_met(&format!("{at}{PARAM}")) || !kept.is_empty()
        });
    }
}

/// Whether a node is open; then with the children that stay as they are.
fn opens(at: &str, children: &BTreeMap<&str, Vec<Below<'_>>>, k: u32) -> Option<BTreeSet<String>> {
    let visits = |below: &[Below<'_>]| below.iter().map(|url| u64::from(url.support.at_least())).sum();
    let names = || children.iter().filter(|(name, _)| is_name(name));
    let all = Visits::of(names().map(|(_, below)| visits(below)));
    let is_first = is_first(at);
    if !all.are_data(if is_first { MANY_FIRST } else { MANY }) {
        return None;
    }
    let stays = |below: &[Below<'_>]| {
        let met: Support = below.iter().map(|url| url.support).collect();
        is_first && !all.is_rare(visits(below)) && met.at_least() >= k
    };
    let kept = names().filter(|(_, below)| stays(below));
    Some(kept.map(|(name, _)| (*name).to_owned()).collect())
}

/// Whether the next segment is the first of a path or a route.
fn is_first(at: &str) -> bool {
    let path = at.rsplit('#').next().unwrap_or_default();
    let path = path.split_once("://").map_or(path, |(_, host)| host);
    !path.contains('/')
}

/// Whether a piece of a URL is a segment that has a name: origins, `#` and an empty path are not.
fn is_name(segment: &str) -> bool {
    segment.len() > 1 && segment.starts_with('/')
}

/// The first piece of a URL, and the rest: an origin, a segment with its `/`, or the `#` or `#!` before a route.
fn split(url: &str) -> (&str, &str) {
    let bang = if url.starts_with("#!") { 2 } else { 1 };
    let end = if url.starts_with('#') {
        bang
    } else if let Some(host) = url.find("://").filter(|_| !url.starts_with('/')) {
        let host = host + "://".len();
        url.get(host..)
            .and_then(|path| path.find(['/', '#']))
            .map_or(url.len(), |path| host + path)
    } else {
        url.get(1..)
            .and_then(|rest| rest.find(['/', '#']))
            .map_or(url.len(), |next| next + 1)
    };
    url.split_at_checked(end).unwrap_or((url, ""))
}
