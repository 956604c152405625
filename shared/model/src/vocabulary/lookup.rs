//! What a catalog has said of URLs and elements, so that it is asked once: an archive's reader hands out one element
//! for all events that name it, and finding out what it is costs far more than counting it.

use hashbrown::HashMap;
use std::sync::Arc;

use testgram_protocol::event::{Element, Method, UrlTemplate};

use crate::vocabulary::catalog::{Catalog, ElementId, EndpointId, PageId};
use crate::vocabulary::memo::{ByElement, MOST};

/// Answers of one catalog.
#[derive(Debug, Clone, Default)]
pub(crate) struct Lookup {
    pages: HashMap<UrlTemplate, Option<PageId>>,
    endpoints: HashMap<UrlTemplate, Vec<(Method, Option<EndpointId>)>>,
    elements: ByElement<(PageId, Option<ElementId>)>,
}

impl Lookup {
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
