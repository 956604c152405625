//! The texts of events, each with its rule.

use std::borrow::Cow;

use crate::limits;
use crate::privacy::{element, error, url};
use crate::reason::Reason;
use crate::text::ruled_text;

ruled_text!(
    /// A tag name, lower case.
    Tag, max limits::TAG_BYTES, rule element::check_tag
);
ruled_text!(
    /// An id, name, test id, class or event name that looks like code.
    Word, max limits::WORD_BYTES, rule element::check_word
);
ruled_text!(
    /// Where an element stands, outermost first, in at most [`limits::PATH_STEPS`] steps: `main>form:2>button`.
    ElementPath, max (limits::TAG_BYTES + 5) * limits::PATH_STEPS, rule element::check_path
);
ruled_text!(
    /// A URL template: see [`crate::privacy::url`].
    UrlTemplate, max limits::URL_BYTES, rule url::check
);
ruled_text!(
    /// An error message's template: see [`crate::privacy::error`].
    ErrorTemplate, max 20 * (limits::ERROR_WORDS + 1),
    rule |text| if error::scrub(text) == text { Ok(()) } else { Err(Reason::LooksLikeText) }
);

ruled_text!(
    /// A language, with or without its region: `en` or `en-US`.
    Language, max 6, rule |text| {
        let (language, region) = text.split_once('-').map_or((text, None), |(language, region)| (language, Some(region)));
        let good_language = (2..=3).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_lowercase());
        let good_region = region.is_none_or(|region| region.len() == 2 && region.bytes().all(|b| b.is_ascii_uppercase()));
        if good_language && good_region { Ok(()) } else { Err(Reason::UnknownWord) }
    }
);

impl UrlTemplate {
    /// The template without its query, which names the page or the endpoint: `/search?q#/list` → `/search#/list`. An
    /// origin that is not the page's own stays.
    #[must_use]
    pub fn path(&self) -> Cow<'_, str> {
        match self.0.split_once('?') {
            None => (*self.0).into(),
            Some((path, rest)) => match rest.split_once('#') {
                None => path.into(),
                Some((_, route)) => format!("{path}#{route}").into(),
            },
        }
    }

    /// The keys of its query, in ascending order, each once; `*` stands for those that look like data.
    pub fn query_keys(&self) -> impl Iterator<Item = &str> {
        let (_, rest) = self.0.split_once('?').unwrap_or_default();
        let query = rest.split('#').next().unwrap_or_default();
        query.split('&').filter(|key| !key.is_empty())
    }
}

/// Steps above a form that distinguish it from the other forms of a page.
const STEPS_ABOVE_FORM: usize = 2;

impl ElementPath {
    /// The form that the element is, or that it stands in: the path of the innermost form, from two steps above it.
    /// `None` if there is no form in the path. A path keeps [`limits::PATH_STEPS`] steps from the element up, so that
    /// the paths of deep fields begin further down than those of others of the same form: only the steps next to the
    /// form are the same for all.
    #[must_use]
    pub fn form(&self) -> Option<&str> {
        let is_form = |step: &str| step == "form" || step.starts_with("form:");
        let mut path = &*self.0;
        loop {
            let (above, step) = path.rsplit_once('>').unwrap_or(("", path));
            if is_form(step) {
                let from = path.rmatch_indices('>').nth(STEPS_ABOVE_FORM);
                return path.get(from.map_or(0, |(at, _)| at + 1)..);
            }
            if above.is_empty() {
                return None;
            }
            path = above;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_no_query_and_keys_are_of_the_query() {
        for (url, path, keys) in [
            ("/a?b#/c", "/a#/c", vec!["b"]),
            ("/a?b&c", "/a", vec!["b", "c"]),
            ("/a#/b", "/a#/b", vec![]),
            (
                "https://api.example/v1?*&page",
                "https://api.example/v1",
                vec!["*", "page"],
            ),
            ("other:", "other:", vec![]),
        ] {
            let template = UrlTemplate::new(url).unwrap();
            assert_eq!(template.path(), path, "{url}");
            assert_eq!(template.query_keys().collect::<Vec<_>>(), keys, "{url}");
        }
    }

    #[test]
    fn a_form_is_known_by_its_place() {
        for (path, form) in [
            ("body>header>div>form>input", Some("header>div>form")),
            ("body>header>div>form", Some("header>div>form")),
            ("main>section>form:2>div>label>input:3", Some("main>section>form:2")),
            ("form:2>div>form>input", Some("form:2>div>form")),
            ("form>input", Some("form")),
            ("form", Some("form")),
            ("div>form", Some("div>form")),
            ("body>main>formula>input", None),
            ("input", None),
        ] {
            assert_eq!(ElementPath::new(path).unwrap().form(), form, "{path}");
        }
    }
}
