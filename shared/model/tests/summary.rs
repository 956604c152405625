//! The summary of the recorded traffic, as a person sees it.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    reason = "tests"
)]

mod common;

use common::{document, recorded};
use testgram_model::summary::{render, summary};

const SNAPSHOT: &str = include_str!("snapshots/summary.txt");

#[test]
fn the_recorded_traffic_reads_well() {
    let text = render(&summary(&document(&recorded(), 5)), 110);
    if SNAPSHOT != text {
        // Look at it; if it is better, it is the new snapshot.
        let written = concat!(env!("CARGO_TARGET_TMPDIR"), "/summary.txt");
        std::fs::write(written, &text).unwrap();
        panic!("another summary than tests/snapshots/summary.txt; it stands in {written}:\n{text}");
    }
}

#[test]
fn no_line_is_longer_than_asked_for() {
    let summary = summary(&document(&recorded(), 5));
    for width in [64, 80, 110, 160] {
        for line in render(&summary, width)
            .lines()
            .filter(|line| !line.starts_with("Told") && !line.contains("stands for"))
        {
            assert!(line.chars().count() <= width.max(80), "{width}: {line}");
        }
    }
}

#[test]
fn too_few_sessions_say_so() {
    let text = render(&summary(&document(&recorded()[..3], 5)), 80);
    assert_eq!(text, "No model: fewer than 5 sessions.\n");
}
