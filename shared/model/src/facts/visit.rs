//! What is remembered of the page that a session is on.

use hashbrown::HashMap;

/// A form started on this visit to a page.
#[derive(Debug)]
pub(super) struct StartedForm {
    /// A number made of its place.
    pub(super) form: u32,
    /// When the first field got the focus.
    pub(super) since: u32,
    /// Whether the catalog names it: of others nothing is published, so nothing is counted.
    pub(super) named: bool,
    /// Its fields so far, each with its place in the order in which they were first filled.
    pub(super) fields: HashMap<u32, usize>,
    /// The field filled last.
    pub(super) last: Option<u32>,
    /// Whether it was submitted.
    pub(super) done: bool,
}

/// A visit to a page.
#[derive(Debug, Default)]
pub(super) struct Visit {
    /// The page; none before the first one and on pages that the catalog does not name.
    pub(super) page: Option<u32>,
    pub(super) since: u32,
    /// How far down, in tenths.
    pub(super) depth: Option<u8>,
    /// Where the page was scrolled to.
    pub(super) y: u32,
    pub(super) forms: Vec<StartedForm>,
    /// Where each form stands among them.
    pub(super) places: HashMap<u32, usize>,
}

impl Visit {
    /// The form of this number, as started.
    pub(super) fn form(&mut self, (form, named): (u32, bool), since: u32) -> Option<&mut StartedForm> {
        let place = *self.places.entry(form).or_insert_with(|| {
            self.forms.push(StartedForm {
                form,
                since,
                named,
                fields: HashMap::new(),
                last: None,
                done: false,
            });
            self.forms.len() - 1
        });
        self.forms.get_mut(place)
    }
}
