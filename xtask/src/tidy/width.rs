//! Comments and documents wrap at 120 columns, as code does, which `cargo fmt` holds.

use super::fault::Fault;
use super::markdown;
use super::sources::Sources;

/// The widest a line may be, in characters.
const COLUMNS: usize = 120;

/// Comment lines of Rust files and lines of Markdown files that are wider. Tables and code blocks may be; a link's
/// target does not count.
#[must_use]
pub fn faults(sources: &Sources) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut check = |path: &str, line: usize, columns: usize| {
        if columns > COLUMNS {
            let text = format!("{columns} columns, {COLUMNS} are the most");
            faults.push(Fault::new(path, line, text));
        }
    };
    for (path, text) in sources.rust() {
        for (line, comment) in (1..).zip(text.lines()).filter(|(_, line)| is_comment(line)) {
            check(path, line, comment.chars().count());
        }
    }
    for (path, text) in sources.markdown() {
        let exempt = markdown::unwrapped_lines(text);
        for (line, written) in (1..).zip(text.lines()).filter(|(line, _)| !exempt.contains(line)) {
            check(
                path,
                line,
                markdown::without_targets(written).trim_end().chars().count(),
            );
        }
    }
    faults
}

/// Whether a line is a comment and nothing else. A row of a table in one cannot be wrapped, nor can a single word, such
/// as a link.
fn is_comment(line: &str) -> bool {
    let trimmed = line.trim_start();
    let text = trimmed.trim_start_matches(['/', '!', ' ']);
    trimmed.starts_with("//") && !text.starts_with('|') && text.contains(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_comments_and_paragraphs_are_found() {
        let wide = "w".repeat(130);
        let rust = format!(
            "//! of {wide}\n//! <https://{wide}>\nfn f() {{\n    // {}\n    let s = \"{wide}\";\n}}\n/// | {wide} |\n",
            "é".repeat(113)
        );
        let page = format!(
            "# T\n\n{wide}\n\n| a |\n|---|\n| {wide} |\n\n```\n{wide}\n```\n\n[a](https://{wide})\n<https://{wide}>\n"
        );
        let sources = Sources::planted(&[("a.rs", &rust), ("b.md", &page), ("c.txt", &wide)]);
        let found: Vec<String> = faults(&sources).iter().map(ToString::to_string).collect();
        let text = "columns, 120 are the most";
        assert_eq!(found, [format!("a.rs:1: 137 {text}"), format!("b.md:3: 130 {text}")]);
    }
}
