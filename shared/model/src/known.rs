//! What a catalog has said of URLs and elements, so that it is asked once: an archive's reader hands out one element for all events
//! that name it, and finding out what it is costs far more than counting it.

use hashbrown::HashMap;
use std::sync::Arc;

use testgram_protocol::event::{Element, Method, UrlTemplate};

use crate::catalog::{Catalog, ElementId, EndpointId, PageId};

/// Most answers of one sort that are remembered: what people meet on a site. Of what somebody made up, long as it may be, that is some
/// twenty megabytes.
const MOST: usize = 1 << 13;

/// Answers of one catalog.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known {
    pages: HashMap<UrlTemplate, Option<PageId>>,
    endpoints: HashMap<UrlTemplate, Vec<(Method, Option<EndpointId>)>>,
    elements: ByElement<(PageId, Option<ElementId>)>,
}

impl Known {
    /// [`Catalog::page`].
    pub(crate) fn page(&mut self, catalog: &Catalog, url: &UrlTemplate) -> Option<PageId> {
        if let Some(page) = self.pages.get(url) {
            return *page;
        }
        if self.pages.len() >= MOST {
            self.pages.clear();
        }
        let page = catalog.page(url);
        self.pages.insert(url.clone(), page);
        page
    }

    /// [`Catalog::endpoint`].
    pub(crate) fn endpoint(&mut self, catalog: &Catalog, method: Method, url: &UrlTemplate) -> Option<EndpointId> {
        let known = self.endpoints.get(url).into_iter().flatten();
        if let Some((_, endpoint)) = known.into_iter().find(|(known, _)| *known == method) {
            return *endpoint;
        }
        if self.endpoints.len() >= MOST {
            self.endpoints.clear();
        }
        let endpoint = catalog.endpoint(method, url);
        self.endpoints.entry(url.clone()).or_default().push((method, endpoint));
        endpoint
    }

    /// [`Catalog::element`].
    pub(crate) fn element(&mut self, catalog: &Catalog, page: PageId, element: &Arc<Element>) -> Option<ElementId> {
        let answers = self.elements.of(element);
        if let Some((_, known)) = answers.iter().find(|(on, _)| *on == page) {
            return *known;
        }
        let known = catalog.element(page, element);
        answers.push((page, known));
        known
    }
}

/// Answers about elements by where they lie in memory. They are held, so that nothing else comes to lie there.
#[derive(Debug, Clone)]
pub(crate) struct ByElement<T>(HashMap<usize, (Arc<Element>, Vec<T>)>);

impl<T> Default for ByElement<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T> ByElement<T> {
    /// The answers about an element so far.
    pub(crate) fn of(&mut self, element: &Arc<Element>) -> &mut Vec<T> {
        if self.0.len() >= MOST {
            self.0.clear();
        }
        let place = Arc::as_ptr(element).addr();
        let (_, answers) = self.0.entry(place).or_insert_with(|| (Arc::clone(element), Vec::new()));
        answers
    }
}
