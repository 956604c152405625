//! What stands in a Markdown page.

use std::collections::{BTreeMap, BTreeSet};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// A link's or an image's target, or an inline code span, and its line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Mention {
    Link(usize, String),
    Code(usize, String),
}

/// A table: its rows, and of each row its line and cells.
pub(crate) type Table = Vec<(usize, Vec<Cell>)>;

/// A cell of a table: its text, and the code spans in it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) code: Vec<String>,
}

fn events(text: &str) -> impl Iterator<Item = (Event<'_>, usize, usize)> {
    let starts: Vec<usize> = std::iter::once(0)
        .chain(text.match_indices('\n').map(|(at, _)| at + 1))
        .collect();
    let line = move |at: usize| starts.partition_point(|start| *start <= at);
    Parser::new_ext(text, Options::ENABLE_TABLES)
        .into_offset_iter()
        .map(move |(event, range)| {
            (
                event,
                line(range.start),
                line(range.end.saturating_sub(1).max(range.start)),
            )
        })
}

/// Lines of tables and code blocks, which cannot be wrapped.
pub(crate) fn unwrapped_lines(text: &str) -> BTreeSet<usize> {
    events(text)
        .filter(|(event, ..)| matches!(event, Event::Start(Tag::Table(_) | Tag::CodeBlock(_))))
        .flat_map(|(_, first, last)| first..=last)
        .collect()
}

/// A line without the targets of its links and without bare addresses.
pub(crate) fn without_targets(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = around_target(rest) {
        out.push_str(before);
        rest = after;
    }
    out + rest
}

/// What stands before the next `](target)`, `<https://…>` or bare address, and what stands behind it.
fn around_target(text: &str) -> Option<(&str, &str)> {
    let found = [("](", ')'), ("<http", '>'), ("https://", ' ')].map(|(opening, closing)| {
        let (before, rest) = text.split_once(opening)?;
        Some((
            before,
            rest.find(closing).and_then(|end| rest.get(end..)).unwrap_or_default(),
        ))
    });
    found.into_iter().flatten().min_by_key(|(before, _)| before.len())
}

/// All links and code spans.
pub(crate) fn mentions(text: &str) -> Vec<Mention> {
    events(text)
        .filter_map(|(event, line, _)| match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                Some(Mention::Link(line, dest_url.into_string()))
            }
            Event::Code(code) => Some(Mention::Code(line, code.into_string())),
            _ => None,
        })
        .collect()
}

/// The anchors of a page's headings, as GitHub makes them.
pub(crate) fn anchors(text: &str) -> BTreeSet<String> {
    let mut anchors = BTreeSet::new();
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    let mut heading: Option<String> = None;
    for (event, ..) in events(text) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::Text(part) | Event::Code(part) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&part);
                }
            }
            Event::End(TagEnd::Heading(_)) => {
                let slug = slug(&heading.take().unwrap_or_default());
                let seen = times.entry(slug.clone()).or_insert(0);
                anchors.insert(if *seen == 0 { slug } else { format!("{slug}-{seen}") });
                *seen += 1;
            }
            _ => {}
        }
    }
    anchors
}

fn slug(heading: &str) -> String {
    heading
        .chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .flat_map(char::to_lowercase)
        .collect()
}

/// All tables, their heads first.
pub(crate) fn tables(text: &str) -> Vec<Table> {
    let mut tables: Vec<Table> = Vec::new();
    let mut cell: Option<Cell> = None;
    for (event, line, _) in events(text) {
        match event {
            Event::Start(Tag::Table(_)) => tables.push(Table::new()),
            Event::Start(Tag::TableHead | Tag::TableRow) => {
                if let Some(table) = tables.last_mut() {
                    table.push((line, Vec::new()));
                }
            }
            Event::Start(Tag::TableCell) => cell = Some(Cell::default()),
            Event::Text(text) => {
                if let Some(cell) = &mut cell {
                    cell.text.push_str(&text);
                }
            }
            Event::Code(code) => {
                if let Some(cell) = &mut cell {
                    cell.code.push(code.into_string());
                }
            }
            Event::End(TagEnd::TableCell) => {
                let row = tables.last_mut().and_then(|table| table.last_mut());
                if let (Some((_, row)), Some(cell)) = (row, cell.take()) {
                    row.push(cell);
                }
            }
            _ => {}
        }
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_anchors_and_repeated_ones_are_numbered() {
        let found = anchors("# A page\n\n## `tg up`: what it does\n\n## Again\n\n## Again\n");
        let expected = ["a-page", "again", "again-1", "tg-up-what-it-does"];
        assert_eq!(found, expected.map(str::to_owned).into());
    }

    #[test]
    fn targets_do_not_count() {
        assert_eq!(
            without_targets("see [a](b/c.md), <https://d.e> and https://f.g/h too"),
            "see [a), > and  too"
        );
    }

    #[test]
    fn cells_have_text_and_code() {
        let found = tables("| A | B |\n|---|---|\n| x, y | `z` |\n");
        let [table] = found.as_slice() else { panic!("{found:?}") };
        let cell = |text: &str, code: &[&str]| Cell {
            text: text.to_owned(),
            code: code.iter().map(|one| (*one).to_owned()).collect(),
        };
        assert_eq!(table[1], (3, vec![cell("x, y", &[]), cell("", &["z"])]));
    }
}
