//! A summary as plain text: tables with short bars.

use testgram_sequence::reach;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::lines::{Share, Summary};
use crate::document::Suppressed;

/// Narrower than this, tables do not fit.
const NARROWEST: usize = 64;

/// Cells of a bar.
const BAR: usize = 10;

/// The summary in lines of at most `width` characters, 64 at least.
#[must_use]
pub fn render(summary: &Summary, width: usize) -> String {
    let width = width.max(NARROWEST);
    let mut out = head(summary);
    if summary.sessions == 0 {
        return out;
    }
    let parts = [
        pages(summary),
        journeys(summary),
        forms(summary),
        endpoints(summary),
        errors(summary),
        visitors(summary),
        personas(summary),
        fidelity(summary),
    ];
    for part in parts.iter().filter(|part| !part.rows.is_empty()) {
        out.push('\n');
        part.print(width, &mut out);
    }
    out.push('\n');
    out.push_str(&suppressed(summary));
    out.push_str(&legend(summary, &out));
    out
}

fn head(summary: &Summary) -> String {
    if summary.sessions == 0 {
        return format!("No model: fewer than {} sessions.\n", summary.k);
    }
    let mut head = format!(
        "{} sessions, {} events; everything below stands for at least {} sessions\n",
        number(summary.sessions),
        number(summary.events),
        summary.k
    );
    if let (Some(ms), Some(views)) = (summary.median_ms, summary.median_views) {
        head.push_str(&format!(
            "Median session: {}, {} page views\n",
            duration(ms),
            number(views)
        ));
    }
    head
}

/// A table: names on the left, then a bar, then numbers.
struct Table {
    title: &'static str,
    columns: Vec<&'static str>,
    rows: Vec<Row>,
}

struct Row {
    name: String,
    /// The length of its bar, in the same unit for all rows.
    bar: u64,
    cells: Vec<String>,
}

impl Table {
    fn print(&self, width: usize, out: &mut String) {
        let mut widths: Vec<usize> = (0..self.columns.len())
            .map(|column| self.column_width(column))
            .collect();
        // What does not fit beside the shortest name is taken from the widest column.
        let shortest = self.title.len().max(NARROWEST / 4);
        let needed: usize = widths.iter().map(|width| width + 2).sum::<usize>() + BAR + 2 + shortest;
        if let Some(widest) = widths.iter_mut().max() {
            *widest -= needed.saturating_sub(width).min(*widest);
        }
        let right: usize = widths.iter().map(|width| width + 2).sum::<usize>() + BAR + 2;
        let most = width.saturating_sub(right).max(NARROWEST / 4);
        let longest = self.rows.iter().map(|row| row.name.width()).max().unwrap_or_default();
        let left = longest.clamp(self.title.len(), most.max(self.title.len()));
        let titles = self.columns.iter().map(|title| (*title).to_owned()).collect::<Vec<_>>();
        line(out, &padded(self.title, left), &" ".repeat(BAR), &titles, &widths);
        let most = self.rows.iter().map(|row| row.bar).max().unwrap_or_default();
        for row in &self.rows {
            line(out, &padded(&row.name, left), &bar(row.bar, most), &row.cells, &widths);
        }
    }

    fn column_width(&self, column: usize) -> usize {
        let cells = self.rows.iter().filter_map(|row| row.cells.get(column));
        let title = self.columns.get(column).map_or(0, |title| title.width());
        cells.map(|cell| cell.width()).max().unwrap_or_default().max(title)
    }
}

/// Names left, numbers right; the last column left if it is one of words, which is what is wider than its title.
fn line(out: &mut String, name: &str, bar: &str, cells: &[String], widths: &[usize]) {
    let mut line = format!("{name}  {bar}");
    for (cell, width) in cells.iter().zip(widths) {
        let is_words = cell.starts_with(|c: char| c.is_alphabetic() || c == '‹');
        let shown = if cell.width() > *width {
            padded(cell, *width)
        } else {
            cell.clone()
        };
        let cell = shown.as_str();
        let padding = " ".repeat(width.saturating_sub(cell.width()));
        let (before, after) = if is_words && *width > 12 {
            ("", padding.as_str())
        } else {
            (padding.as_str(), "")
        };
        line.push_str("  ");
        line.push_str(before);
        line.push_str(cell);
        line.push_str(after);
    }
    out.push_str(line.trim_end());
    out.push('\n');
}

fn padded(text: &str, width: usize) -> String {
    let long = text.width();
    if long <= width {
        return format!("{text}{}", " ".repeat(width - long));
    }
    // The end of a path says more than its beginning.
    let keep = width.saturating_sub(1);
    let head = within(text.chars(), keep / 3);
    let mut tail = within(text.chars().rev(), keep - keep / 3);
    tail.reverse();
    let mut shown: String = head.into_iter().chain(['…']).chain(tail).collect();
    // A wide character that does not fit leaves a gap of one.
    let missing = width.saturating_sub(shown.width());
    shown.push_str(&" ".repeat(missing));
    shown
}

/// The first characters that fit into so many columns.
fn within(text: impl Iterator<Item = char>, columns: usize) -> Vec<char> {
    let mut used = 0;
    text.take_while(|c| {
        used += c.width().unwrap_or_default();
        used <= columns
    })
    .collect()
}

/// A bar of eighths of a cell.
fn bar(part: u64, most: u64) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (part * 8 * BAR as u64).checked_div(most).unwrap_or_default() as usize;
    let part = EIGHTHS.get(eighths % 8).copied().unwrap_or_default();
    let mut bar = "█".repeat(eighths / 8);
    // Something is never nothing.
    bar.push_str(if eighths == 0 && most > 0 { "▏" } else { part });
    let missing = BAR.saturating_sub(bar.width());
    bar.push_str(&" ".repeat(missing));
    bar
}

/// `12,345`.
fn number(x: u64) -> String {
    let digits = x.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `790 ms`, `12 s`, `3.4 min`, `2.0 h`.
fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => format!("{ms} ms"),
        1_000..10_000 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        10_000..60_000 => format!("{} s", ms / 1_000),
        60_000..3_600_000 => format!("{}.{} min", ms / 60_000, ms % 60_000 / 6_000),
        _ => format!("{}.{} h", ms / 3_600_000, ms % 3_600_000 / 360_000),
    }
}

fn or_dash(ms: Option<u64>) -> String {
    ms.map_or_else(|| "–".to_owned(), duration)
}

/// A share that noise can move by so many percent has a mark.
const NOISY_PERCENT: u64 = 10;

/// The mark of a share that says little: see [`legend`].
const NOISY: char = '~';

/// The share of a part in a whole, both of which noise can move so far; held within 0 to 100 %.
fn percent(part: u64, of: u64, noise: u64) -> String {
    let Some(percent) = (part * 100 + of / 2).checked_div(of) else {
        return "–".to_owned();
    };
    let is_noisy = part > of || noise * 100 >= of * NOISY_PERCENT;
    let mark = if noise > 0 && is_noisy {
        NOISY.to_string()
    } else {
        String::new()
    };
    format!("{mark}{} %", percent.min(100))
}

fn pages(summary: &Summary) -> Table {
    let rows = summary.pages.iter().map(|page| Row {
        name: page.page.clone(),
        bar: page.sessions,
        cells: vec![
            number(page.sessions),
            number(page.views),
            or_dash(page.median_time_on_page_ms),
            or_dash(page.median_load_ms),
            number(page.entries),
            number(page.exits),
        ],
    });
    Table {
        title: "PAGES",
        columns: vec!["sessions", "views", "on page", "load", "entries", "exits"],
        rows: rows.collect(),
    }
}

fn journeys(summary: &Summary) -> Table {
    let rows = summary.journeys.iter().map(|journey| Row {
        name: journey.pages.join(" → "),
        bar: journey.sessions,
        cells: vec![number(journey.sessions)],
    });
    Table {
        title: "JOURNEYS",
        columns: vec!["sessions"],
        rows: rows.collect(),
    }
}

fn forms(summary: &Summary) -> Table {
    let rows = summary.forms.iter().map(|form| Row {
        name: format!("{} {}", form.page, form.form).trim_end().to_owned(),
        bar: form.started,
        cells: vec![
            number(form.started),
            percent(form.submitted, form.started, form.noise),
            percent(form.started.saturating_sub(form.submitted), form.started, form.noise),
            or_dash(form.median_ms),
            form.drop_off.clone().unwrap_or_else(|| "–".to_owned()),
        ],
    });
    Table {
        title: "FORMS",
        columns: vec!["started", "submitted", "abandoned", "time", "drop-off field"],
        rows: rows.collect(),
    }
}

fn endpoints(summary: &Summary) -> Table {
    let rows = summary.endpoints.iter().map(|endpoint| Row {
        name: endpoint.name.clone(),
        bar: endpoint.calls,
        cells: vec![
            number(endpoint.calls),
            or_dash(endpoint.median_ms),
            or_dash(endpoint.p95_ms),
            statuses(&endpoint.statuses, endpoint.noise),
        ],
    });
    Table {
        title: "CALLS",
        columns: vec!["calls", "median", "p95", "answers"],
        rows: rows.collect(),
    }
}

/// `200`, or `200 96 %, 404 4 %`.
fn statuses(shares: &[Share], noise: u64) -> String {
    let all: u64 = shares.iter().map(|share| share.count).sum();
    match shares {
        [one] => one.name.clone(),
        _ => {
            let first = shares.iter().take(3);
            let first = first.map(|share| format!("{} {}", share.name, percent(share.count, all, noise)));
            first.collect::<Vec<_>>().join(", ")
        }
    }
}

fn errors(summary: &Summary) -> Table {
    let rows = summary.errors.iter().map(|error| Row {
        name: format!("{} {}", error.page, error.message),
        bar: error.sessions,
        cells: vec![number(error.sessions), number(error.times)],
    });
    Table {
        title: "ERRORS",
        columns: vec!["sessions", "times"],
        rows: rows.collect(),
    }
}

fn visitors(summary: &Summary) -> Table {
    let groups = [
        ("device", &summary.devices),
        ("browser", &summary.browsers),
        ("language", &summary.languages),
    ];
    let rows = groups.iter().flat_map(|(group, shares)| {
        shares.iter().map(move |share| Row {
            name: format!("{group:<9}{}", share.name),
            bar: share.count,
            cells: vec![
                number(share.count),
                percent(share.count, summary.sessions, reach(summary.k)),
            ],
        })
    });
    Table {
        title: "VISITORS",
        columns: vec!["sessions", "share"],
        rows: rows.collect(),
    }
}

fn personas(summary: &Summary) -> Table {
    let rows = summary.personas.iter().map(|persona| Row {
        name: match persona.does.as_slice() {
            [] => "like all others".to_owned(),
            does => does.iter().take(2).cloned().collect::<Vec<_>>().join(" · "),
        },
        bar: persona.sessions,
        cells: vec![number(persona.sessions)],
    });
    Table {
        title: "PERSONAS, by what sets them apart",
        columns: vec!["sessions"],
        rows: rows.collect(),
    }
}

fn fidelity(summary: &Summary) -> Table {
    let name = |predictor: &str| match predictor {
        "model" => "the model".to_owned(),
        "order0" => "actions alone".to_owned(),
        "order1" => "by the last action".to_owned(),
        "order5" => "by the last five".to_owned(),
        other => other.to_owned(),
    };
    let rows = summary.fidelity.iter().map(|measured| Row {
        name: name(&measured.predictor),
        bar: (measured.top1 * 100.0) as u64,
        cells: vec![
            format!("{:.1} %", measured.top1),
            format!("{:.1} %", measured.top5),
            format!("{:.3}", measured.bits),
            number(measured.support),
        ],
    });
    Table {
        title: "NEXT-ACTION PREDICTION",
        columns: vec!["top-1", "top-5", "bits", "held out"],
        rows: rows.collect(),
    }
}

fn suppressed(summary: &Summary) -> String {
    let Suppressed {
        pages,
        elements,
        endpoints,
        errors,
        keys,
        symbols,
        contexts,
        full,
        ..
    } = &summary.suppressed;
    let mut out = format!(
        "Published: {} actions, {} contexts.\n",
        number(summary.actions),
        number(summary.contexts)
    );
    let parts = [
        (pages, "pages"),
        (elements, "elements"),
        (endpoints, "calls"),
        (errors, "errors"),
        (keys, "keys"),
        (symbols, "actions"),
        (contexts, "contexts"),
    ];
    let some = parts.iter().filter(|(many, _)| **many > 0);
    let some: Vec<String> = some.map(|(many, what)| format!("{} {what}", number(**many))).collect();
    out.push_str(&match some.as_slice() {
        [] => format!("Suppressed (fewer than {} sessions): hardly anything.\n", summary.k),
        some => format!(
            "Suppressed (fewer than {} sessions), roughly: {}.\n",
            summary.k,
            some.join(", ")
        ),
    });
    if !full.is_empty() {
        out.push_str(&format!("Full tables, with rows missing: {}.\n", full.join(", ")));
    }
    out
}

/// What numbers and marks mean.
fn legend(summary: &Summary, above: &str) -> String {
    let noise = reach(summary.k);
    if noise == 0 {
        return String::new();
    }
    let mut out = format!("Session counts carry noise of up to {noise} either way, against attacks by difference.\n");
    if above.contains(NOISY) {
        out.push_str(&format!(
            "{NOISY} marks a share that noise can move by {NOISY_PERCENT} points or more. Shares are held within 0 to \
             100 %.\n"
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_durations_read_well() {
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(number),
            ["0", "999", "1,000", "1,234,567"]
        );
        let shown = [0, 999, 1_250, 59_999, 90_000, 7_200_000].map(duration);
        assert_eq!(shown, ["0 ms", "999 ms", "1.2 s", "59 s", "1.5 min", "2.0 h"]);
        let shares = [percent(1, 3, 0), percent(2, 3, 0), percent(1, 0, 0)];
        assert_eq!(shares, ["33 %", "67 %", "–"]);
    }

    #[test]
    fn shares_that_noise_makes_up_are_held_within_bounds_and_marked() {
        let shares = [
            percent(104, 100, 4),
            percent(123, 100, 8),
            percent(96, 100, 4),
            percent(60, 100, 12),
        ];
        assert_eq!(shares, ["~100 %", "~100 %", "96 %", "~60 %"]);
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(padded("/商品", 6), "/商品 ");
        assert_eq!(padded("/商品/詳細/購入", 10).width(), 10);
        assert_eq!(padded("/商品/詳細/購入", 9).width(), 9);
    }

    #[test]
    fn bars_are_as_long_as_their_part() {
        assert_eq!(bar(10, 10), "██████████");
        assert_eq!(bar(5, 10), "█████     ");
        assert_eq!(bar(1, 1_000), "▏         ");
        assert_eq!(bar(0, 0), "          ");
    }

    #[test]
    fn long_names_lose_their_middle() {
        assert_eq!(padded("/a/very/long/path/to/somewhere", 13), "/a/v…omewhere");
        assert_eq!(padded("/a", 4), "/a  ");
    }
}
