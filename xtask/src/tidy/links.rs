//! Paths and links in documents lead somewhere. A code span counts as a path if it looks like one of this repository's:
//! it begins with a folder that exists, or it is a bare file name with one of our endings.

use super::fault::Fault;
use super::markdown::{self, Mention};
use super::sources::Sources;

/// Endings by which a bare file name is known.
const ENDINGS: &[&str] = &[".md", ".py", ".rs", ".sh", ".toml", ".ts", ".yaml"];

/// Files that users make or tools write; none lies in the repository.
const ELSEWHERE: &[&str] = &["bootstrap.rs", "config.toml", "model.json", "script.ts"];

/// Folders that are not committed.
const IGNORED: &[&str] = &[
    ".testgram/",
    ".tools/",
    "fuzz/artifacts/",
    "fuzz/corpus/",
    "node_modules/",
    "target/",
];

/// Pages that say what was: their paths need not exist any more.
const HISTORY: &[&str] = &["CHANGELOG.md", "docs/adr/"];

/// Links, anchors and paths that lead nowhere.
pub(crate) fn faults(sources: &Sources) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (page, text) in sources.markdown() {
        let past = HISTORY.iter().any(|start| page.starts_with(start));
        for mention in markdown::mentions(text) {
            let (line, wrong) = match &mention {
                Mention::Link(line, target) => (line, link(sources, page, target)),
                Mention::Code(line, code) if !past => (line, path(sources, page, code)),
                Mention::Code(line, _) => (line, None),
            };
            faults.extend(wrong.map(|text| Fault::new(page, *line, text)));
        }
    }
    faults
}

/// What is wrong with a link, if anything.
fn link(sources: &Sources, page: &str, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (file, anchor) = target
        .split_once('#')
        .map_or((target, None), |(file, anchor)| (file, Some(anchor)));
    let aim = if file.is_empty() {
        page.to_owned()
    } else {
        joined(folder(page), file)?
    };
    if !sources.exists(&aim) {
        return Some(format!("the link leads nowhere: {target}"));
    }
    let wanted = anchor?;
    let anchors = markdown::anchors(sources.text(&aim)?);
    (!anchors.contains(wanted)).then(|| format!("no such heading: {target}"))
}

/// What is wrong with a code span, if it is a path.
fn path(sources: &Sources, page: &str, code: &str) -> Option<String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-');
    let named = code
        .split_once(':')
        .map_or(code, |(path, _)| path)
        .trim_end_matches('/');
    if named.is_empty() || !code.split(':').next()?.chars().all(plain) || named.starts_with('/') {
        return None;
    }
    if IGNORED.iter().any(|ignored| format!("{named}/").starts_with(ignored)) || ELSEWHERE.contains(&named) {
        return None;
    }
    let Some((first, _)) = named.split_once('/') else {
        let known = ENDINGS.iter().any(|ending| named.ends_with(ending) && named != *ending);
        let found = sources
            .paths()
            .any(|path| path == named || path.ends_with(&format!("/{named}")));
        return (known && !found).then(|| format!("there is no file {named}"));
    };
    let own = folder(page);
    let near = joined(own, named);
    let here = joined(own, first).is_some_and(|first| sources.exists(&first));
    let ours = here || sources.exists(first) || first == "." || first == "..";
    let found = sources.exists(named) || near.is_some_and(|near| sources.exists(&near));
    (ours && !found).then(|| format!("there is no {named}"))
}

fn folder(page: &str) -> &str {
    page.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// `path` as seen from `folder`; `None` above the root.
fn joined(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_anchors_and_paths_that_lead_nowhere_are_found() {
        let page = "# One\n\n[a](other.md#two) [b](../Cargo.toml) [c](gone.md) [d](other.md#three) [e](#one) [f](https://g.h/i)\n\n\
                    `docs/other.md` `docs/gone.md:12` `src/x.rs` `text/html` `target/debug` `other.md` `lost.rs` `a b/c` `tools/*.py`\n";
        let sources = Sources::planted(&[
            ("docs/page.md", page),
            ("docs/other.md", "## Two\n"),
            ("Cargo.toml", ""),
            ("CHANGELOG.md", "`docs/gone.md`"),
            ("shared/model/README.md", "`src/gone.rs` and `src/lib.rs`"),
            ("shared/model/src/lib.rs", ""),
        ]);
        let found: Vec<String> = faults(&sources).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "docs/page.md:3: the link leads nowhere: gone.md",
                "docs/page.md:3: no such heading: other.md#three",
                "docs/page.md:5: there is no docs/gone.md",
                "docs/page.md:5: there is no file lost.rs",
                "shared/model/README.md:1: there is no src/gone.rs",
            ]
        );
    }
}
