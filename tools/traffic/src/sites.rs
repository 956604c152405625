//! The sites. What somebody adds here changes what the dictionary is trained on.

macro_rules! sites {
    ($($name:literal)+) => {
        &[$(($name, include_str!(concat!("../sites/", $name, ".site")))),+]
    };
}

/// The dictionary is trained on these.
pub(crate) const TRAINING: &[(&str, &str)] =
    sites!["harbor" "metrica" "northbank" "gazette" "wander" "deskline" "quillpages" "chatterbox" "govform"];

/// And measured on these: other trades, other frameworks, other words.
pub(crate) const HELD_OUT: &[(&str, &str)] = sites!["academy" "wellbeing" "hiring" "grocer"];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::site::Site;

    /// What the web at large calls things, and the words of this notation, HTML and HTTP. Nothing else may stand on both sides.
    const CONVENTIONS: &[&str] = &[
        "200",
        "201",
        "204",
        "Error",
        "GET",
        "POST",
        "TypeError",
        "address",
        "api",
        "article",
        "aside",
        "assets",
        "autocomplete",
        "body",
        "boolean",
        "button",
        "cannot",
        "card",
        "cc-number",
        "checkbox",
        "choice",
        "client",
        "combobox",
        "custom",
        "date",
        "div",
        "email",
        "error",
        "everywhere",
        "failed",
        "family-name",
        "field",
        "fieldset",
        "file",
        "footer",
        "form",
        "given-name",
        "header",
        "input",
        "label",
        "load",
        "main",
        "masked",
        "name",
        "nav",
        "not",
        "null",
        "number",
        "origin",
        "page",
        "password",
        "phone",
        "postal-code",
        "query",
        "radio",
        "range",
        "request",
        "required",
        "role",
        "search",
        "section",
        "select",
        "settings",
        "size",
        "spa",
        "span",
        "string",
        "submit",
        "success",
        "switch",
        "tab",
        "table",
        "tbody",
        "tel",
        "testid",
        "text",
        "textarea",
        "the",
        "type",
        "undefined",
        "url",
        "user",
    ];

    #[test]
    fn every_line_of_every_site_is_understood() {
        for (name, text) in TRAINING.iter().chain(HELD_OUT) {
            let (site, unread) = Site::read(name, text);
            assert!(unread.is_empty(), "{name}: {unread:?}");
            let controls = site
                .everywhere
                .controls
                .iter()
                .chain(site.pages.iter().flat_map(|page| &page.controls));
            let forms = site.pages.iter().flat_map(|page| &page.forms);
            let targets = controls
                .filter_map(|control| control.target)
                .chain(forms.filter_map(|form| form.target));
            for target in targets.chain(site.pages.iter().flat_map(|page| page.loads.iter().copied())) {
                let known = if Site::is_page(target) {
                    site.page(target).is_some()
                } else {
                    site.api(target).is_some()
                };
                assert!(known, "{name}: {target} leads nowhere");
            }
        }
    }

    /// Ids, names, classes, keys and path segments: all that is neither a tag nor a kind.
    fn words(sites: &'static [(&str, &str)]) -> BTreeSet<&'static str> {
        let lines = sites
            .iter()
            .flat_map(|(_, text)| text.lines())
            .filter(|line| !line.starts_with("# "));
        let parts = lines.flat_map(|line| line.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))));
        parts.filter(|part| part.len() > 2).collect()
    }

    #[test]
    fn training_and_held_out_sites_share_only_what_the_web_shares() {
        let shared: Vec<&str> = words(TRAINING).intersection(&words(HELD_OUT)).copied().collect();
        assert_eq!(shared, CONVENTIONS);
    }
}
