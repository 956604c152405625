//! The summary of the recorded traffic, as a person sees it.

use std::sync::LazyLock;

use unicode_width::UnicodeWidthStr as _;

use crate::common::{document, recorded};
use testgram_model::summary::{Summary, render, summary};

const SNAPSHOT: &str = include_str!("snapshots/summary.txt");

/// Text of the document's summary in so many columns.
fn text(width: usize) -> String {
    static SUMMARY: LazyLock<Summary> = LazyLock::new(|| summary(&document(&recorded(), 5)));
    render(&SUMMARY, width)
}

#[test]
fn the_recorded_traffic_reads_well() {
    let text = text(110);
    if SNAPSHOT != text {
        // Look at it; if it is better, it is the new snapshot.
        let written = concat!(env!("CARGO_TARGET_TMPDIR"), "/summary.txt");
        std::fs::write(written, &text).unwrap();
        panic!("another summary than tests/it/snapshots/summary.txt; it stands in {written}:\n{text}");
    }
}

#[test]
fn tables_are_no_wider_than_asked_for() {
    for width in [80, 110, 160] {
        let text = text(width);
        for line in text.lines().filter(|line| line.contains('█')) {
            assert!(line.width() <= width, "{width}: {line}");
        }
    }
}

#[test]
fn too_few_sessions_say_so() {
    let text = render(&summary(&document(&recorded()[..3], 5)), 80);
    assert_eq!(text, "No model: fewer than 5 sessions.\n");
}
