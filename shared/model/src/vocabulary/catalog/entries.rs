//! What a catalog lists: pages, elements and endpoints, each with its number.

use serde::{Deserialize, Serialize};
use testgram_protocol::event::{Autocomplete, FieldType, Method, Role};

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident,)+) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(u32);

        impl $name {
            /// Its place in the catalog's list.
            #[must_use]
            pub const fn place(self) -> usize {
                self.0 as usize
            }

            pub(super) fn at(place: usize) -> Self {
                Self(u32::try_from(place).unwrap_or(u32::MAX))
            }
        }
    )+};
}

ids! {
    /// A page template of a catalog.
    PageId,
    /// An element of a catalog, on one page.
    ElementId,
    /// An endpoint of a catalog.
    EndpointId,
}

/// A page template, made of all URLs that are one page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageEntry {
    /// Path and route: `/product/:param`. Query keys are no part of it: values that would make pages differ are never
    /// known, and keys that campaigns add would make one page many.
    pub template: String,
    /// Query keys that at least k sessions had, sorted.
    pub query: Vec<String>,
    /// At least so many distinct sessions were on it; exact for a page that is one URL, and up to
    /// [`crate::SKETCH_SIZE`].
    pub support: u32,
}

/// An element of a page. An attribute is there if at least k sessions met that value on this element: of several, the
/// one most did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElementEntry {
    /// The page that it is on.
    pub page: PageId,
    /// How it is called in the names of actions: unique on its page, and like a CSS selector.
    pub name: String,
    /// The HTML tag, in lower case.
    pub tag: Option<String>,
    /// The ARIA role, explicit or implied.
    pub role: Option<Role>,
    /// The `type` of an input.
    pub field: Option<FieldType>,
    /// The `id` attribute.
    pub id: Option<String>,
    /// The `name` attribute.
    pub named: Option<String>,
    /// `data-testid` or one of its likes.
    pub testid: Option<String>,
    /// The `for` attribute of a label.
    pub target: Option<String>,
    /// The `autocomplete` attribute.
    pub autocomplete: Option<Autocomplete>,
    /// Classes, each of which at least k sessions met, sorted.
    pub classes: Vec<String>,
    /// Where it stands; without the places among siblings if those differ too much.
    pub path: Option<String>,
    /// The bits of its label's digest.
    pub label: Option<u16>,
    /// Whether it lives in a shadow root.
    pub shadow: bool,
    /// At least so many distinct sessions met it; exact up to [`crate::SKETCH_SIZE`].
    pub support: u32,
}

/// An endpoint that pages call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointEntry {
    /// The HTTP method that it is called with.
    pub method: Method,
    /// Path, with an origin if another than the page's.
    pub template: String,
    /// Query keys that at least k sessions had, sorted.
    pub query: Vec<String>,
    /// At least so many distinct sessions called it; exact for an endpoint that is one URL, and up to
    /// [`crate::SKETCH_SIZE`].
    pub support: u32,
}

/// How much fewer than k sessions met, so that it has no name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unnamed {
    /// URLs of pages, without query.
    pub pages: u64,
    /// Fingerprints of elements on pages that did not.
    pub elements: u64,
    /// Methods and URLs of calls, without query.
    pub endpoints: u64,
}
