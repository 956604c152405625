//! What is remembered of the page that a session is on.

use hashbrown::HashMap;

/// A form begun on this visit to a page.
#[derive(Debug)]
pub(super) struct Begun {
    /// A number made of its place.
    pub(super) form: u32,
    /// When the first field got the focus.
    pub(super) since: u32,
    /// Whether the catalog names it: of others nothing is told, so nothing is counted.
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
    pub(super) forms: Vec<Begun>,
    /// Where each form stands among them.
    pub(super) places: HashMap<u32, usize>,
}

impl Visit {
    /// The form of this number, as begun.
    pub(super) fn form(&mut self, (form, named): (u32, bool), since: u32) -> Option<&mut Begun> {
        let place = *self.places.entry(form).or_insert_with(|| {
            self.forms.push(Begun {
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

/// Where a form stands, told from the path of it or of a field in it: the form and the two steps above. Paths keep eight steps
/// from the element up, so that those of deep fields begin further down than those of others.
pub(crate) fn form_of(path: &str) -> &str {
    let steps: Vec<(usize, &str)> = path
        .split('>')
        .scan(0, |at, step| {
            let from = *at;
            *at += step.len() + 1;
            Some((from, step))
        })
        .collect();
    let is_form = |step: &str| step == "form" || step.starts_with("form:");
    let Some(last) = steps.iter().rposition(|(_, step)| is_form(step)) else {
        return "";
    };
    let from = steps.get(last.saturating_sub(2)).map_or(0, |(from, _)| *from);
    let to = steps.get(last).map_or(0, |(from, step)| from + step.len());
    path.get(from..to).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::form_of;

    #[test]
    fn a_form_is_told_by_its_place() {
        assert_eq!(form_of("body>header>div>form>input"), "header>div>form");
        assert_eq!(form_of("body>header>div>form"), "header>div>form");
        assert_eq!(form_of("main>section>form:2>div>label>input:3"), "main>section>form:2");
        assert_eq!(form_of("form>input"), "form");
        assert_eq!(form_of("body>main>formula>input"), "");
    }
}
