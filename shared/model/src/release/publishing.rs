//! What all parts of a document are made from, and what they are called.

use testgram_sequence::LearnSettings;

use super::selection::Selection;
use crate::facts::histogram::{self, Scale};
use crate::facts::partial::Partial;
use crate::vocabulary::catalog::{Catalog, PageEntry};

/// How a document is made.
#[derive(Clone, Copy, PartialEq)]
pub struct PublishSettings {
    /// Distinct sessions behind every published number.
    pub k: u32,
    /// How many personas are looked for at most.
    pub personas: usize,
    /// More noise on published numbers: differential privacy's epsilon for one of them. Off by default. What it gives
    /// and what not: docs/model.md.
    pub epsilon: Option<f64>,
    /// What the noise is made with beside the content: 32 random bytes that only the world's record holds.
    pub secret: [u8; 32],
}

impl std::fmt::Debug for PublishSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PublishSettings")
            .field("k", &self.k)
            .field("personas", &self.personas)
            .field("epsilon", &self.epsilon)
            .finish_non_exhaustive()
    }
}

impl Default for PublishSettings {
    fn default() -> Self {
        let LearnSettings { threshold, personas } = LearnSettings::default();
        Self {
            k: threshold.k(),
            personas,
            epsilon: None,
            secret: [0; 32],
        }
    }
}

/// All that a document is made from.
pub(super) struct Publishing<'a> {
    pub(super) catalog: &'a Catalog,
    pub(super) partial: &'a Partial,
    pub(super) settings: &'a PublishSettings,
    pub(super) facts: Selection<'a>,
}

impl Publishing<'_> {
    /// A page by its number.
    pub(super) fn page(&self, page: u32) -> Option<&PageEntry> {
        self.catalog.pages().get(page as usize)
    }

    pub(super) fn page_name(&self, page: u32) -> Option<String> {
        self.page(page).map(|page| page.template.clone())
    }

    /// The page and the name of an element by its number.
    pub(super) fn element_name(&self, element: u32) -> Option<(String, String)> {
        let entry = self.catalog.elements().get(element as usize)?;
        Some((self.page_name(entry.page.place() as u32)?, entry.name.clone()))
    }

    /// 0 for fewer than k, and else rounded down to one of the steps of a histogram.
    pub(super) fn roughly(&self, many: u64) -> u64 {
        if many < u64::from(self.facts.threshold().k()) {
            0
        } else {
            Scale::Log.from(histogram::log(many))
        }
    }
}
