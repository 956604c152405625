//! The vocabulary of a world: page templates, elements, endpoints and actions that at least k sessions met.
//!
//! Made of a whole [`Inventory`], and then fixed: pass 2 counts with its numbers, so partials of one catalog need no
//! renumbering. How templates are found: [`routes`]; elements: [`elements`].

mod actions;
mod anchors;
mod data;
mod elements;
mod entries;
mod names;
mod routes;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use testgram_protocol::event::{Element, Method, UrlTemplate};

use crate::vocabulary::inventory::{Act, Inventory, Item, Support, Thing};
pub use actions::{Action, Verb, With};
use anchors::{Rank, anchor, shape};
use elements::{Data, Raw};
pub use entries::{ElementEntry, ElementId, EndpointEntry, EndpointId, PageEntry, PageId, Unnamed};
use routes::{Route, Routes};
use testgram_sequence::{Alphabet, MOST, Symbol};

/// The format of [`Catalog::to_bytes`].
const VERSION: u8 = 2;

/// What is stored of a catalog.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Content {
    k: u32,
    /// Of how many sessions one was asked what it met: see [`Inventory::one_in`].
    one_in: u64,
    page_routes: Routes,
    call_routes: Routes,
    pages: Vec<PageEntry>,
    elements: Vec<ElementEntry>,
    endpoints: Vec<EndpointEntry>,
    data: Vec<(PageId, String, Data)>,
    anchors: Vec<(PageId, Rank, String, ElementId)>,
    /// Sorted by name: a place is a symbol less one.
    actions: Vec<(String, Action)>,
    /// Forms that at least k sessions filled or sent, by page and place.
    forms: BTreeSet<(PageId, String)>,
    unnamed: Unnamed,
}

/// The vocabulary of a world.
#[derive(Clone)]
pub struct Catalog {
    content: Content,
    pages: HashMap<String, PageId>,
    endpoints: HashMap<String, Vec<(Method, EndpointId)>>,
    anchors: HashMap<PageId, Anchors>,
    symbols: HashMap<Action, Symbol>,
    forms: HashMap<PageId, HashSet<String>>,
}

/// The anchors of a page.
#[derive(Clone, Default)]
struct Anchors {
    data: HashMap<String, Data>,
    /// By rank.
    of: [HashMap<String, ElementId>; Rank::ALL.len()],
}

impl std::fmt::Debug for Catalog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Catalog")
            .field("pages", &self.content.pages.len())
            .field("elements", &self.content.elements.len())
            .finish_non_exhaustive()
    }
}

impl PartialEq for Catalog {
    fn eq(&self, other: &Self) -> bool {
        self.content == other.content
    }
}

impl Eq for Catalog {}

impl From<Content> for Catalog {
    fn from(content: Content) -> Self {
        let (pages, anchors) = (content.pages_by_template(), content.anchors_by_page());
        Self::indexed(content, pages, anchors)
    }
}

impl Anchors {
    /// The element of a fingerprint; `None` if it fell below k.
    fn element(&self, element: &Element) -> Option<ElementId> {
        let mut text = String::new();
        let mut data = Data::default();
        if !self.data.is_empty() {
            shape(element, &mut text);
            data = self.data.get(&text).copied().unwrap_or_default();
        }
        let ranks = Rank::ALL.into_iter().zip(&self.of);
        let mut ranks = ranks.filter(|(rank, of)| !of.is_empty() && !data.has(*rank));
        ranks.find_map(|(rank, of)| {
            text.clear();
            anchor(element, rank, &mut text);
            of.get(&text).copied()
        })
    }
}

impl Catalog {
    /// Makes the catalog of an inventory. The same inventory gives the same catalog, byte for byte.
    #[must_use]
    pub fn of(inventory: &Inventory, k: u32) -> Self {
        let k = k.max(1);
        let items: Vec<Item<'_>> = inventory.items().collect();
        let mut content = Content {
            k,
            one_in: inventory.one_in(),
            ..Content::default()
        };
        content.find_pages(&items);
        content.find_endpoints(&items);
        let pages = content.pages_by_template();
        content.find_elements(&pages, &items);
        content.find_forms(&pages, &items);
        let anchors = content.anchors_by_page();
        content.find_actions(&pages, &anchors, &items);
        Self::indexed(content, pages, anchors)
    }

    fn indexed(content: Content, pages: HashMap<String, PageId>, anchors: HashMap<PageId, Anchors>) -> Self {
        let mut endpoints = HashMap::<String, Vec<_>>::new();
        for (place, endpoint) in content.endpoints.iter().enumerate() {
            let of = endpoints.entry(endpoint.template.clone()).or_default();
            of.push((endpoint.method, EndpointId::at(place)));
        }
        let symbols = (1..)
            .zip(&content.actions)
            .map(|(symbol, (_, key))| (key.clone(), symbol));
        let mut forms = HashMap::<PageId, HashSet<String>>::new();
        for (page, form) in &content.forms {
            forms.entry(*page).or_default().insert(form.clone());
        }
        Self {
            pages,
            endpoints,
            anchors,
            symbols: symbols.collect(),
            forms,
            content,
        }
    }

    /// The page of a URL; `None` if it fell below k.
    #[must_use]
    pub fn page(&self, url: &UrlTemplate) -> Option<PageId> {
        self.pages.get(&self.content.page_routes.template(&url.path())).copied()
    }

    /// The element of a fingerprint on a page; `None` if it fell below k.
    #[must_use]
    pub fn element(&self, page: PageId, element: &Element) -> Option<ElementId> {
        self.anchors.get(&page)?.element(element)
    }

    /// The endpoint of a call; `None` if it fell below k.
    #[must_use]
    pub fn endpoint(&self, method: Method, url: &UrlTemplate) -> Option<EndpointId> {
        let template = self.content.call_routes.template(&url.path());
        let of = self.endpoints.get(&template)?;
        of.iter().find(|(known, _)| *known == method).map(|(_, id)| *id)
    }

    /// Whether at least k sessions filled or sent the form of this place on a page.
    pub(crate) fn has_form(&self, page: u32, form: &str) -> bool {
        self.forms
            .get(&PageId::at(page as usize))
            .is_some_and(|forms| forms.contains(form))
    }

    /// Of how many sessions one was asked what it met: 1 unless they were too many.
    #[must_use]
    pub fn one_in(&self) -> u64 {
        self.content.one_in
    }

    /// The threshold that it was made with: distinct sessions behind every name.
    #[must_use]
    pub fn k(&self) -> u32 {
        self.content.k
    }

    /// All pages, sorted by template. A [`PageId`] is a place here.
    #[must_use]
    pub fn pages(&self) -> &[PageEntry] {
        &self.content.pages
    }

    /// All elements, sorted by page. An [`ElementId`] is a place here.
    #[must_use]
    pub fn elements(&self) -> &[ElementEntry] {
        &self.content.elements
    }

    /// All endpoints, sorted by template. An [`EndpointId`] is a place here.
    #[must_use]
    pub fn endpoints(&self) -> &[EndpointEntry] {
        &self.content.endpoints
    }

    /// How much fewer than k sessions met, so that it has no name.
    #[must_use]
    pub fn unnamed(&self) -> Unnamed {
        self.content.unnamed
    }

    /// Every symbol that [`crate::steps()`] can give.
    #[must_use]
    pub fn alphabet(&self) -> Alphabet {
        let names = self.content.actions.iter().map(|(name, _)| name.clone());
        names.collect::<Vec<_>>().into()
    }

    /// As bytes: equal catalogs give equal bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // Made of integers and texts, for which postcard has no error.
        postcard::to_stdvec(&(VERSION, &self.content)).unwrap_or_default()
    }

    /// As bytes, what the numbers and names depend on that [`crate::steps()`] gives, and nothing else. Catalogs that
    /// agree in it read every session alike, so that what was counted under one of them holds under the other: one more
    /// session, of pages known before, changes supports but no naming.
    #[must_use]
    pub fn naming(&self) -> Vec<u8> {
        let Content {
            page_routes,
            call_routes,
            data,
            anchors,
            actions,
            forms,
            ..
        } = &self.content;
        let pages: Vec<&str> = self.content.pages.iter().map(|page| page.template.as_str()).collect();
        let endpoints = self.content.endpoints.iter();
        let endpoints: Vec<_> = endpoints.map(|one| (one.method, one.template.as_str())).collect();
        let naming = (
            VERSION,
            page_routes,
            call_routes,
            pages,
            endpoints,
            data,
            anchors,
            actions,
            forms,
        );
        // Made of integers and texts, for which postcard has no error.
        postcard::to_stdvec(&naming).unwrap_or_default()
    }

    /// Reads [`Catalog::to_bytes`] back; `None` if they are not such bytes.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (version, content): (u8, Content) = postcard::from_bytes(bytes).ok()?;
        (version == VERSION).then(|| content.into())
    }
}

impl Content {
    fn find_pages(&mut self, items: &[Item<'_>]) {
        let viewed = items.iter().filter(|item| item.act == Act::View);
        let urls = supports(viewed.map(|item| (item.url, item)));
        let (routes, found) = Routes::learn(&urls, self.k);
        self.unnamed.pages = lost(&urls, &found);
        let queries = supports(
            items
                .iter()
                .filter(|item| item.act == Act::Query)
                .filter_map(|item| Some(((routes.template(item.url), item.thing.word()?), item))),
        );
        for (template, route) in found {
            self.pages.push(PageEntry {
                query: keys(&queries, &template, self.k),
                support: route.support.at_least(),
                template,
            });
        }
        self.page_routes = routes;
    }

    fn find_endpoints(&mut self, items: &[Item<'_>]) {
        let called = items.iter().filter(|item| matches!(item.act, Act::Call(_)));
        let urls = supports(called.clone().map(|item| (item.url, item)));
        let (routes, _) = Routes::learn(&urls, self.k);
        let mut found = BTreeMap::<(String, u16), (Method, Support, u64)>::new();
        for item in called {
            let Act::Call(method) = item.act else { continue };
            let entry = found.entry((routes.template(item.url), item.act.code()));
            let (_, support, urls) = entry.or_insert_with(|| (method, Support::default(), 0));
            support.also(item.sighting);
            *urls += 1;
        }
        let asked = items.iter().filter_map(|item| match item.act {
            Act::CallQuery(method) => Some(((routes.template(item.url), Act::Call(method).code()), item)),
            _ => None,
        });
        let queries = supports(asked.filter_map(|(of, item)| Some(((of, item.thing.word()?), item))));
        for ((template, code), (method, support, urls)) in found {
            if support.at_least() < self.k {
                self.unnamed.endpoints += urls;
                continue;
            }
            self.endpoints.push(EndpointEntry {
                method,
                query: keys(&queries, &(template.clone(), code), self.k),
                support: support.at_least(),
                template,
            });
        }
        self.call_routes = routes;
    }

    fn pages_by_template(&self) -> HashMap<String, PageId> {
        let pages = self.pages.iter().enumerate();
        pages
            .map(|(place, page)| (page.template.clone(), PageId::at(place)))
            .collect()
    }

    fn anchors_by_page(&self) -> HashMap<PageId, Anchors> {
        let mut anchors = HashMap::<PageId, Anchors>::new();
        for (page, shape, data) in &self.data {
            let of = anchors.entry(*page).or_default();
            of.data.insert(shape.clone(), *data);
        }
        for (page, rank, text, element) in &self.anchors {
            let of = anchors.entry(*page).or_default().of.get_mut(*rank as usize);
            of.map(|of| of.insert(text.clone(), *element));
        }
        anchors
    }

    fn find_elements(&mut self, pages: &HashMap<String, PageId>, items: &[Item<'_>]) {
        let on_page = items.iter().filter_map(|item| {
            let Thing::Element { fingerprint, element } = &item.thing else {
                return None;
            };
            let page = pages.get(&self.page_routes.template(item.url))?;
            Some((*page, *fingerprint, element, item.sighting))
        });
        // By what they are written as, so that their order is always the same.
        let mut met = BTreeMap::<(PageId, &[u8]), Raw>::new();
        for (page, fingerprint, element, sighting) in on_page {
            let raw = met.entry((page, fingerprint)).or_insert_with(|| Raw {
                element: Arc::clone(element),
                support: Support::default(),
            });
            raw.support.also(sighting);
        }
        let mut by_page = BTreeMap::<PageId, Vec<Raw>>::new();
        for ((page, _), raw) in met {
            by_page.entry(page).or_default().push(raw);
        }
        for (page, raw) in by_page {
            self.name_elements(page, &raw);
        }
    }

    fn find_forms(&mut self, pages: &HashMap<String, PageId>, items: &[Item<'_>]) {
        let filled = items.iter().filter(|item| matches!(item.act, Act::Input | Act::Submit));
        let in_form = filled.filter_map(|item| {
            let page = pages.get(&self.page_routes.template(item.url))?;
            let form = item.thing.element()?.path.form().unwrap_or_default();
            Some(((*page, form.to_owned()), item))
        });
        let met = supports(in_form).into_iter();
        let enough = met.filter(|(_, support)| support.at_least() >= self.k);
        self.forms = enough.map(|(form, _)| form).collect();
    }

    fn name_elements(&mut self, page: PageId, raw: &[Raw]) {
        let learned = elements::learn(raw, self.k);
        self.unnamed.elements += learned.left as u64;
        let first = self.elements.len();
        for group in &learned.groups {
            let members: Vec<&Raw> = group.raw.iter().filter_map(|place| raw.get(*place)).collect();
            self.elements.push(names::entry(page, group, &members, self.k));
        }
        names::make_unique(self.elements.get_mut(first..).unwrap_or_default());
        let data = learned.data.into_iter();
        self.data.extend(data.map(|(shape, data)| (page, shape, data)));
        let anchors = learned.anchors.into_iter();
        let anchors = anchors.map(|((rank, text), group)| (page, rank, text, ElementId::at(first + group)));
        self.anchors.extend(anchors);
    }

    /// The actions, sorted by name. What fewer than k sessions did is counted where it is done to something on that
    /// page, and if those are fewer too, to something on some page.
    fn find_actions(
        &mut self,
        pages: &HashMap<String, PageId>,
        anchors: &HashMap<PageId, Anchors>,
        items: &[Item<'_>],
    ) {
        let k = self.k;
        let mut exact = BTreeMap::<Action, Support>::new();
        for item in items {
            let page = pages.get(&self.page_routes.template(item.url)).copied();
            let with = match &item.thing {
                Thing::Nothing => With::Page,
                Thing::Word(name) => With::Custom((*name).to_owned()),
                Thing::Element { element, .. } => {
                    let known = page.and_then(|page| anchors.get(&page)?.element(element));
                    known.map_or(With::Rest, With::Element)
                }
            };
            if let Some(action) = Action::of(item.act, page, with) {
                exact.entry(action).or_default().also(item.sighting);
            }
        }
        let mut rest = BTreeMap::<Action, Support>::new();
        exact.retain(|action, support| {
            let stays = support.at_least() >= k && action.with != With::Rest;
            if !stays && action.page.is_some() {
                rest.entry(action.on_page()).or_default().union(support);
            }
            stays
        });
        rest.retain(|_, support| support.at_least() >= k);
        let mut exact: Vec<_> = exact.into_iter().collect();
        exact.sort_by_key(|(_, support)| std::cmp::Reverse(support.at_least()));
        let anywhere = Verb::ALL.into_iter().map(Action::anywhere);
        let rest = rest.into_keys().chain(exact.into_iter().map(|(action, _)| action));
        self.actions = actions::named(anywhere.chain(rest).take(MOST), &self.pages, &self.elements);
    }
}

impl Catalog {
    /// The symbol of an action: its own, or that of what is left of it above k.
    pub(crate) fn symbol(&self, action: &Action) -> Option<Symbol> {
        let known = |action: &Action| self.symbols.get(action).copied();
        known(action)
            .or_else(|| known(&action.on_page()))
            .or_else(|| known(&Action::anywhere(action.verb)))
    }

    /// What a symbol stands for; none for the end.
    #[must_use]
    pub fn action(&self, symbol: Symbol) -> Option<&Action> {
        let place = usize::from(symbol).checked_sub(1)?;
        self.content.actions.get(place).map(|(_, action)| action)
    }
}

/// Items by what they are put under, with the sessions that met any of them.
fn supports<'a, K: Ord>(items: impl Iterator<Item = (K, &'a Item<'a>)>) -> BTreeMap<K, Support> {
    let mut by = BTreeMap::<K, Support>::new();
    for (key, item) in items {
        by.entry(key).or_default().also(item.sighting);
    }
    by
}

/// How many URLs belong to no template.
fn lost(urls: &BTreeMap<&str, Support>, found: &BTreeMap<String, Route>) -> u64 {
    let kept: u64 = found.values().map(|route| route.urls).sum();
    (urls.len() as u64).saturating_sub(kept)
}

/// The query keys of one page or endpoint.
fn keys<K: Ord + Clone>(queries: &BTreeMap<(K, &str), Support>, of: &K, k: u32) -> Vec<String> {
    let from = queries.range((of.clone(), "")..);
    let own = from.take_while(|((owner, _), _)| owner == of);
    own.filter(|(_, met)| met.at_least() >= k)
        .map(|((_, key), _)| (*key).to_owned())
        .collect()
}
