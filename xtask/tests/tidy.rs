//! The rules of the house, held over the whole repository. Each check's own file proves that it finds a planted fault.
#![allow(clippy::unwrap_used, reason = "tests")]

use testgram_xtask::tidy::{Check, Repository};

fn hold(check: Check) {
    let faults = check.faults(&Repository::read().unwrap());
    let lines: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), lines.join("\n"));
}

#[test]
fn no_circle_of_files_inside_a_crate() {
    hold(Check::Circles);
}

#[test]
fn crates_depend_on_each_other_along_declared_arrows() {
    hold(Check::Arrows);
}

#[test]
fn pure_crates_name_neither_aws_nor_a_clock() {
    hold(Check::Pure);
}

#[test]
fn shared_crates_and_functions_know_no_local_mode() {
    hold(Check::LocalMode);
}

#[test]
fn comments_and_documents_wrap_at_120_columns() {
    hold(Check::Width);
}

#[test]
fn paths_and_links_in_documents_lead_somewhere() {
    hold(Check::Links);
}

#[test]
fn the_glossarys_forbidden_words_stand_nowhere() {
    hold(Check::Words);
}

#[test]
fn every_library_shows_an_example() {
    hold(Check::Examples);
}
