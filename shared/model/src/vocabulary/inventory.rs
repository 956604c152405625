//! Pass 1: what sessions met. Which pages, elements and endpoints there are, in the words of the wire, each with its
//! distinct sessions.
//!
//! What a [`crate::Catalog`] makes one of, several raw items were; how many sessions met any of them does not follow
//! from how many met each. So every item also keeps a *bottom-k sketch* (KMV): the smallest hashes of its sessions. The
//! sketch of a union is the smallest hashes of all, and up to [`SKETCH_SIZE`] sessions it counts them exactly.

mod sighting;
mod words;

use hashbrown::{HashMap, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use testgram_protocol::event::{Element, Event, EventDetail, Method, NamedKey};
use testgram_protocol::session::Session;

use crate::vocabulary::memo::ByElement;
use crate::vocabulary::sampling_key::SamplingKey;
pub use sighting::SKETCH_SIZE;
use sighting::Sighting;
use sighting::Stored;
pub(crate) use sighting::Support;
use words::{ENTRY_BYTES, Words};

/// Most different things that count of one session, the first ones: a person meets hundreds, and one session alone must
/// not fill an inventory.
pub const MOST_OF_A_SESSION: usize = 4_096;

/// Most bytes of an inventory, roughly as they lie in memory. World keys are public: anybody can make up pages and
/// elements.
///
/// Beyond it the inventory keeps half of its sessions, then a quarter, those with the smallest hashes, until it fits.
/// What many sessions met stays known, what one made up goes; and it depends on the set of sessions only, so that
/// inventories still merge exactly.
pub const MOST_BYTES: usize = 128 << 20;

/// The format of [`Inventory::to_bytes`].
const VERSION: u8 = 1;

/// What was done with an item, or how a page was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum Act {
    View,
    Click,
    Input,
    Submit,
    Key(NamedKey),
    Drag,
    Drop,
    Scroll,
    Custom,
    /// The page's URL had a query key.
    Query,
    Call(Method),
    /// A call's URL had a query key.
    CallQuery(Method),
}

impl Act {
    /// A number for each, for a fixed order.
    pub(crate) const fn code(self) -> u16 {
        match self {
            Self::View => 0,
            Self::Click => 1,
            Self::Input => 2,
            Self::Submit => 3,
            Self::Drag => 4,
            Self::Drop => 5,
            Self::Scroll => 6,
            Self::Custom => 7,
            Self::Query => 8,
            Self::Key(key) => 0x100 + key as u16,
            Self::Call(method) => 0x200 + method as u16,
            Self::CallQuery(method) => 0x300 + method as u16,
        }
    }

    /// Whether it was done on the page; what it was done with is an element, or nothing.
    pub(crate) const fn is_on_element(self) -> bool {
        matches!(
            self,
            Self::Click | Self::Input | Self::Submit | Self::Key(_) | Self::Drag | Self::Drop | Self::Scroll
        )
    }
}

/// Something met on a page: places in [`Words`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Met {
    url: u32,
    act: Act,
    thing: u32,
}

/// An item of an inventory, in the words of the wire.
pub(crate) struct Item<'a> {
    /// Page or endpoint, without query.
    pub(crate) url: &'a str,
    pub(crate) act: Act,
    pub(crate) thing: Thing<'a>,
    pub(crate) sighting: &'a Sighting,
}

/// What an item was done with, or met by.
#[derive(Clone)]
pub(crate) enum Thing<'a> {
    /// Nothing but the page or the call.
    Nothing,
    /// An element.
    Element {
        /// As the buffer writes it. Its order is that of a page's elements.
        fingerprint: &'a [u8],
        element: Arc<Element>,
    },
    /// A name that the site gave, or a query key.
    Word(&'a str),
}

impl<'a> Thing<'a> {
    /// The word of a name or a query key.
    pub(crate) const fn word(&self) -> Option<&'a str> {
        match self {
            Self::Word(word) => Some(word),
            Self::Nothing | Self::Element { .. } => None,
        }
    }

    /// The element.
    pub(crate) const fn element(&self) -> Option<&Arc<Element>> {
        match self {
            Self::Element { element, .. } => Some(element),
            Self::Nothing | Self::Word(_) => None,
        }
    }
}

/// What the sessions of one partition, or of several merged, met. Merging is commutative, associative and exact; each
/// session is added once, in one partition.
#[derive(Clone)]
pub struct Inventory {
    key: SamplingKey,
    /// Sessions whose hash begins with fewer zero bits are left out.
    level: u32,
    words: Words,
    met: HashMap<Met, Sighting>,
    bytes: usize,
    /// The words of elements, as far as they are remembered.
    elements: ByElement<u32>,
}

impl std::fmt::Debug for Inventory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inventory")
            .field("level", &self.level)
            .field("items", &self.met.len())
            .finish_non_exhaustive()
    }
}

impl Inventory {
    /// Nothing yet. The secret, the world's own, decides which sessions are kept where not all fit: inventories made
    /// with the same one merge exactly. It is not in their bytes.
    #[must_use]
    pub fn new(secret: &[u8; 32]) -> Self {
        Self::empty(SamplingKey::new(secret))
    }

    fn empty(key: SamplingKey) -> Self {
        Self {
            key,
            level: 0,
            words: Words::default(),
            met: HashMap::new(),
            bytes: 0,
            elements: ByElement::default(),
        }
    }

    /// Adds all that a session met. Each session is added once, in one partition.
    pub fn add(&mut self, session: &Session) {
        self.add_within(session, MOST_BYTES);
    }

    fn add_within(&mut self, session: &Session, most: usize) {
        let hash = self.key.session(session.id.to_bytes());
        if hash.leading_zeros() < self.level {
            return;
        }
        for met in self.met_in(session) {
            self.count(met, |sighting, level| sighting.add(hash, level));
        }
        self.fit(most);
    }

    /// Adds what the sessions of another partition met.
    pub fn merge(&mut self, other: Self) {
        self.merge_within(other, MOST_BYTES);
    }

    fn merge_within(&mut self, mut other: Self, most: usize) {
        self.key = self.key.or(other.key);
        let level = self.level.max(other.level);
        self.raise(level);
        other.raise(level);
        for (met, theirs) in &other.met {
            let Some((url, thing)) = other.words.get(met.url).zip(other.words.get(met.thing)) else {
                continue;
            };
            let met = Met {
                url: self.word(url),
                act: met.act,
                thing: self.word(thing),
            };
            self.count(met, |sighting, _| sighting.merge(theirs));
        }
        self.fit(most);
    }

    /// Of how many sessions one is kept: a power of two, 1 unless the world outgrew [`MOST_BYTES`].
    #[must_use]
    pub fn one_in(&self) -> u64 {
        1_u64.checked_shl(self.level).unwrap_or(u64::MAX)
    }

    /// Everything met, in no order. An element that was met in many ways is read once.
    pub(crate) fn items(&self) -> impl Iterator<Item = Item<'_>> {
        let mut elements = HashMap::new();
        self.met.iter().filter_map(move |(met, sighting)| {
            Some(Item {
                url: str::from_utf8(self.words.get(met.url)?).ok()?,
                act: met.act,
                thing: self.thing(met, &mut elements)?,
                sighting,
            })
        })
    }

    /// What an item's word says, which depends on what was done. `elements` are those read so far.
    fn thing(&self, met: &Met, elements: &mut HashMap<u32, Arc<Element>>) -> Option<Thing<'_>> {
        let bytes = self.words.get(met.thing)?;
        if !met.act.is_on_element() {
            return match met.act {
                Act::Custom | Act::Query | Act::CallQuery(_) => Some(Thing::Word(str::from_utf8(bytes).ok()?)),
                _ => Some(Thing::Nothing),
            };
        }
        if bytes.is_empty() {
            return Some(Thing::Nothing);
        }
        let element = match elements.get(&met.thing) {
            Some(element) => Arc::clone(element),
            None => {
                let element = Arc::new(postcard::from_bytes(bytes).ok()?);
                elements.insert(met.thing, Arc::clone(&element));
                element
            }
        };
        Some(Thing::Element {
            fingerprint: bytes,
            element,
        })
    }

    /// What a session met, each thing once.
    fn met_in(&mut self, session: &Session) -> HashSet<Met> {
        let mut all = HashSet::new();
        let mut page = None;
        let mut buffer = Vec::new();
        for event in &session.events {
            if all.len() >= MOST_OF_A_SESSION {
                break;
            }
            self.meet(event, &mut page, &mut buffer, &mut all);
        }
        all
    }

    fn meet(&mut self, event: &Event, page: &mut Option<u32>, buffer: &mut Vec<u8>, all: &mut HashSet<Met>) {
        let on = *page;
        let mut met = |url: Option<u32>, act, thing| all.extend(url.map(|url| Met { url, act, thing }));
        match &event.detail {
            EventDetail::Page(shown) => {
                let url = self.word(shown.url.path().as_bytes());
                *page = Some(url);
                met(Some(url), Act::View, self.word(&[]));
                for key in shown.url.query_keys() {
                    met(Some(url), Act::Query, self.word(key.as_bytes()));
                }
            }
            EventDetail::Api(call) => {
                let url = self.word(call.url.path().as_bytes());
                met(Some(url), Act::Call(call.method), self.word(&[]));
                for key in call.url.query_keys() {
                    met(Some(url), Act::CallQuery(call.method), self.word(key.as_bytes()));
                }
            }
            _ if on.is_none() => {}
            EventDetail::Custom(custom) => met(on, Act::Custom, self.word(custom.name.as_str().as_bytes())),
            _ => {
                for (act, element) in on_elements(&event.detail).into_iter().flatten() {
                    met(on, act, self.element(element, buffer));
                }
            }
        }
    }

    /// The word of an element, or of nothing.
    fn element(&mut self, element: Option<&Arc<Element>>, buffer: &mut Vec<u8>) -> u32 {
        let Some(element) = element else {
            return self.word(&[]);
        };
        if let Some(word) = self.elements.of(element).first() {
            return *word;
        }
        let word = self.word(fingerprint(element, buffer));
        self.elements.of(element).push(word);
        word
    }

    fn word(&mut self, word: &[u8]) -> u32 {
        self.words.place(word, &mut self.bytes)
    }

    fn count(&mut self, met: Met, count: impl FnOnce(&mut Sighting, u32)) {
        let level = self.level;
        let sighting = self.met.entry(met).or_insert_with(|| {
            self.bytes += ENTRY_BYTES;
            Sighting::default()
        });
        self.bytes -= sighting.bytes();
        count(sighting, level);
        self.bytes += sighting.bytes();
    }

    /// Leaves out sessions until at most `most` bytes are needed.
    fn fit(&mut self, most: usize) {
        while self.bytes > most && self.level < u64::BITS {
            self.raise(self.level + 1);
        }
    }

    /// Leaves out the sessions below `level`, as if they had never been added.
    fn raise(&mut self, level: u32) {
        if level <= self.level {
            return;
        }
        let before = std::mem::replace(self, Self::empty(self.key));
        self.level = level;
        for (met, mut sighting) in before.met {
            if !sighting.raise(before.level, level) {
                continue;
            }
            if let Some((url, thing)) = before.words.get(met.url).zip(before.words.get(met.thing)) {
                let (url, thing) = (self.word(url), self.word(thing));
                self.count(Met { url, thing, ..met }, |empty, _| *empty = sighting);
            }
        }
    }

    /// As bytes: equal inventories give equal bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let sorted = self.words.sorted();
        let places = self.words.places_in(&sorted);
        let place = |old: u32| places.get(old as usize).copied().unwrap_or_default();
        let mut met: Vec<_> = self
            .met
            .iter()
            .map(|(met, sighting)| (place(met.url), met.act, place(met.thing), sighting.stored()))
            .collect();
        met.sort_unstable_by_key(|(url, act, thing, _)| (*url, act.code(), *thing));
        // What is written here is made of integers and bytes, for which postcard has no error.
        postcard::to_stdvec(&(VERSION, self.level, sorted, met)).unwrap_or_default()
    }

    /// Reads [`Inventory::to_bytes`] back; `None` if they are not such bytes. What is read does not know the secret: it
    /// is there to be merged, not to be added to.
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        type Read<'a> = (u8, u32, Vec<&'a [u8]>, Vec<(u32, Act, u32, Stored)>);
        let (version, level, words, met): Read<'_> = postcard::from_bytes(bytes).ok()?;
        if version != VERSION || level > u64::BITS {
            return None;
        }
        let mut inventory = Self {
            level,
            ..Self::empty(SamplingKey::unknown())
        };
        for word in &words {
            inventory.word(word);
        }
        for (url, act, thing, stored) in met {
            if url.max(thing) as usize >= words.len() {
                return None;
            }
            let read = Sighting::read(stored)?;
            inventory.count(Met { url, act, thing }, |empty, _| *empty = read);
        }
        Some(inventory)
    }
}

/// What was done, and with which element if there was one.
type Done<'a> = (Act, Option<&'a Arc<Element>>);

/// The elements of an action, with what was done. A key needs none: its element is then nothing.
fn on_elements(detail: &EventDetail) -> [Option<Done<'_>>; 2] {
    let [element, target] = detail.elements();
    let act = match detail {
        EventDetail::Click(_) => Some(Act::Click),
        EventDetail::Input(_) => Some(Act::Input),
        EventDetail::Submit(_) => Some(Act::Submit),
        EventDetail::Key(key) => Some(Act::Key(key.key)),
        EventDetail::Scroll(_) => element.map(|_| Act::Scroll),
        EventDetail::Drag(_) => Some(Act::Drag),
        EventDetail::Page(_)
        | EventDetail::Move(_)
        | EventDetail::Api(_)
        | EventDetail::Error(_)
        | EventDetail::Viewport(_)
        | EventDetail::Visibility(_)
        | EventDetail::End(_)
        | EventDetail::Custom(_) => None,
    };
    [
        act.map(|act| (act, element)),
        target.map(|target| (Act::Drop, Some(target))),
    ]
}

/// An element as the buffer writes it: equal elements, equal bytes.
fn fingerprint<'a>(element: &Element, buffer: &'a mut Vec<u8>) -> &'a [u8] {
    let mut into = std::mem::take(buffer);
    into.clear();
    // An element is made of words and integers, for which postcard has no error.
    *buffer = postcard::to_extend(element, into).unwrap_or_default();
    buffer
}

#[cfg(test)]
mod tests {
    use testgram_protocol::event::{Page, PageCause, UrlTemplate};
    use testgram_protocol::id::SessionId;

    use super::*;

    /// Too little for the sessions below.
    const LITTLE: usize = 20_000;

    const SECRET: [u8; 32] = [7; 32];

    /// A session that met one page of everybody's, and some of its own.
    fn session(number: u64) -> Session {
        let syllables = ["ba", "ce", "di", "fo", "lu", "ma", "ne", "ri", "so", "tu"];
        let word = |number: u64| {
            format!("{number:02}")
                .bytes()
                .map(|digit| syllables[usize::from(digit - b'0')])
                .collect::<String>()
        };
        let own = (0..3).map(|nth| number * 3 + nth);
        let own = own.map(|own| format!("/{}/{}", word(own / 100), word(own % 100)));
        let page = |url: String| Event {
            t: 0,
            detail: EventDetail::Page(Page {
                url: UrlTemplate::new(&url).unwrap(),
                cause: PageCause::Load,
                load: None,
            }),
        };
        Session {
            id: SessionId::from_parts(number, u128::from(number)),
            meta: None,
            events: std::iter::once("/cart".to_owned()).chain(own).map(page).collect(),
        }
    }

    fn hash(number: u64) -> u64 {
        SamplingKey::new(&SECRET).session(session(number).id.to_bytes())
    }

    fn inventory(numbers: impl Iterator<Item = u64>) -> Inventory {
        let mut inventory = Inventory::new(&SECRET);
        numbers.for_each(|number| inventory.add_within(&session(number), LITTLE));
        inventory
    }

    #[test]
    fn inventories_that_leave_sessions_out_merge_exactly() {
        let whole = inventory(0..400);
        assert!(whole.one_in() > 1 && whole.bytes <= LITTLE);
        assert_eq!(inventory((0..400).rev()).to_bytes(), whole.to_bytes());
        for cut in [1, 7, 200, 399] {
            let mut merged = inventory(cut..400);
            merged.merge_within(inventory(0..cut), LITTLE);
            assert_eq!(merged.to_bytes(), whole.to_bytes(), "{cut}");
            assert_eq!(merged.bytes, whole.bytes);
            let read = Inventory::from_bytes(&merged.to_bytes()).unwrap();
            assert_eq!((read.bytes, read.to_bytes()), (whole.bytes, whole.to_bytes()));
        }
    }

    #[test]
    fn what_many_met_outlasts_what_one_made_up() {
        let inventory = inventory(0..400);
        let sampled = (0..400).filter(|number| hash(*number).leading_zeros() >= inventory.level);
        let cart = inventory.items().find(|item| item.url == "/cart").unwrap();
        assert_eq!(cart.sighting.support() as usize, sampled.count());
        assert!(cart.sighting.support() > 5);
    }

    /// Ids that would be the last to go under one secret are nothing special under another one.
    #[test]
    fn chosen_ids_drive_nobody_out() {
        let guessed = |number: &u64| {
            SamplingKey::new(&[0; 32])
                .session(session(*number).id.to_bytes())
                .leading_zeros()
                >= 4
        };
        let (fat, honest): (Vec<u64>, Vec<u64>) = (0..400).partition(guessed);
        let all = inventory(0..400);
        let kept = |numbers: &[u64]| {
            numbers
                .iter()
                .filter(|number| hash(**number).leading_zeros() >= all.level)
                .count()
        };
        assert!(all.level > 0 && kept(&fat) < fat.len());
        assert!(kept(&honest) * 4 * all.one_in() as usize > honest.len());
    }

    #[test]
    fn hashes_are_spread_evenly() {
        let low = (0..4_000).filter(|number| hash(*number) < u64::MAX / 4);
        assert!((900..1_100).contains(&low.count()));
    }
}
