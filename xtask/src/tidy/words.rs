//! No word that the glossary rules out: those in the last column of the tables of `docs/glossary.md`. Words and phrases
//! are separated by commas; case does not matter. One between backticks is a name in code, to the letter.
//!
//! A line may use one all the same if it, or the line above it, holds `tidy: allow WORD`, with the reason behind it.

use std::collections::BTreeSet;

use super::fault::Fault;
use super::markdown;
use super::sources::Sources;

const GLOSSARY: &str = "docs/glossary.md";
/// The head of the column.
const COLUMN: &str = "Do not use";
const ALLOW: &str = "tidy: allow ";
/// Where they may stand: in what explains them, in what says how it once was, and in the tests below.
const EXEMPT: &[&str] = &[GLOSSARY, "CHANGELOG.md", "docs/adr/", "xtask/src/tidy/words.rs"];
const ENDINGS: &[&str] = &[".md", ".py", ".rs", ".sh", ".ts", ".yaml"];

/// A word, phrase or name that is ruled out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Forbidden {
    /// In small letters.
    Phrase(String),
    Name(String),
}

/// Every use of such a word; also a glossary that rules out nothing.
pub(crate) fn faults(sources: &Sources) -> Vec<Fault> {
    let forbidden = sources.text(GLOSSARY).map(forbidden).unwrap_or_default();
    if forbidden.is_empty() {
        return vec![Fault::new(
            GLOSSARY,
            0,
            format!("there is no table with a column “{COLUMN}”"),
        )];
    }
    let mut faults = Vec::new();
    for (path, text) in sources.ending(ENDINGS) {
        if EXEMPT.iter().any(|start| path.starts_with(start)) {
            continue;
        }
        let mut above = "";
        for (number, line) in (1..).zip(text.lines()) {
            let small = line.to_lowercase();
            for word in &forbidden {
                if word.stands_in(line, &small) && !word.is_allowed(line) && !word.is_allowed(above) {
                    faults.push(Fault::new(
                        path,
                        number,
                        format!("the glossary rules out “{}”", word.text()),
                    ));
                }
            }
            above = line;
        }
    }
    faults
}

/// What the tables of the glossary rule out.
fn forbidden(glossary: &str) -> BTreeSet<Forbidden> {
    let mut all = BTreeSet::new();
    for table in markdown::tables(glossary) {
        let Some(((_, head), rows)) = table.split_first() else {
            continue;
        };
        let Some(column) = head.iter().position(|cell| cell.text.trim() == COLUMN) else {
            continue;
        };
        for cell in rows.iter().filter_map(|(_, row)| row.get(column)) {
            let phrases = cell.text.split(',').map(|phrase| phrase.trim().to_lowercase());
            let words = phrases.filter(|phrase| phrase.chars().any(char::is_alphanumeric));
            all.extend(words.map(Forbidden::Phrase));
            all.extend(cell.code.iter().cloned().map(Forbidden::Name));
        }
    }
    all
}

impl Forbidden {
    fn text(&self) -> &str {
        match self {
            Self::Phrase(text) | Self::Name(text) => text,
        }
    }

    fn stands_in(&self, line: &str, small: &str) -> bool {
        match self {
            Self::Phrase(phrase) => holds(small, phrase),
            Self::Name(name) => holds(line, name),
        }
    }

    fn is_allowed(&self, line: &str) -> bool {
        line.split_once(ALLOW)
            .is_some_and(|(_, allowed)| allowed.to_lowercase().starts_with(&self.text().to_lowercase()))
    }
}

/// Whether `word` stands in `text`, and not as a part of a longer word.
fn holds(text: &str, word: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || c == '_';
    let (begins, ends) = (word.starts_with(inner), word.ends_with(inner));
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|text| text.chars().next());
        let longer = (begins && before.is_some_and(inner)) || (ends && after.is_some_and(inner));
        !longer
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "| Term | Meaning | Do not use |\n|---|---|---|\n| published | out | told, too rare to tell |\n\
                         | repository | calls | aside/, `struct Shelf` |\n| event | what | |\n";

    #[test]
    fn words_of_the_last_column_are_found() {
        let text = "It is Told here.\nToo rare to tell: 5\nuntold, told_by, shelf\nstruct Shelf; put: aside/x\n\
                    // tidy: allow told, for the wire\ntold\n";
        let sources = Sources::planted(&[("docs/glossary.md", TABLE), ("a.rs", text), ("CHANGELOG.md", text)]);
        let found: Vec<String> = faults(&sources).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "a.rs:1: the glossary rules out “told”",
                "a.rs:2: the glossary rules out “too rare to tell”",
                "a.rs:4: the glossary rules out “aside/”",
                "a.rs:4: the glossary rules out “struct Shelf”",
            ]
        );
    }

    #[test]
    fn a_glossary_that_rules_out_nothing_is_a_fault() {
        assert_eq!(faults(&Sources::planted(&[])).len(), 1);
        assert_eq!(
            faults(&Sources::planted(&[(GLOSSARY, "| Term |\n|---|\n| a |\n")])).len(),
            1
        );
    }
}
