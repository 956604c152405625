//! Progress on standard error: over itself on a terminal, a line a stage elsewhere, nothing where a program reads.

use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;

use crate::local::machine;

/// Tells how far long work is.
#[derive(Debug)]
pub(super) struct Progress {
    how: How,
    /// What stands on the last line, on a terminal.
    last: Mutex<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Terminal,
    Lines,
    Silent,
}

impl Progress {
    /// For a command; `json` for programs.
    pub(super) fn new(json: bool) -> Self {
        let how = match (json, io::stderr().is_terminal()) {
            (true, _) => How::Silent,
            (false, true) => How::Terminal,
            (false, false) => How::Lines,
        };
        Self {
            how,
            last: Mutex::default(),
        }
    }

    /// `done` of `of` of a stage.
    pub(super) fn step(&self, stage: &str, done: usize, of: usize) {
        let is_last = done == of;
        match self.how {
            How::Silent => (),
            // A log needs to know that it goes on, not every step.
            How::Lines if is_last || (of >= 10 && done.is_multiple_of((of / 5).max(1)) && done > 0) => {
                self.write(&format!("{stage} {done}/{of}\n"));
            }
            How::Lines => (),
            How::Terminal => {
                let filled = (20 * done).checked_div(of).unwrap_or(20);
                let bar = format!("{}{}", "━".repeat(filled), "─".repeat(20 - filled.min(20)));
                let end = if is_last { "\n" } else { "" };
                self.over(&format!("{stage:<28} {bar} {done}/{of}{end}"));
            }
        }
    }

    /// A fact.
    pub(super) fn say(&self, text: &str) {
        match self.how {
            How::Silent => (),
            How::Lines | How::Terminal => self.write(&format!("{text}\n")),
        }
    }

    /// A build's.
    pub(super) fn build(&self, progress: &machine::Progress) {
        match progress {
            machine::Progress::Planned(worlds) => self.say(&format!("{worlds} world(s) to build")),
            machine::Progress::Partitions(_, _, 0, all) => {
                self.say(&format!("nothing new in {all} partition(s)"));
            }
            machine::Progress::Partitions(word, done, of, _) => self.step(&format!("{word} of partitions"), *done, *of),
            machine::Progress::World("publish") => self.say("learning and publishing"),
            machine::Progress::World(_) => (),
        }
    }

    fn over(&self, text: &str) {
        let Ok(mut last) = self.last.lock() else { return };
        let blanks = " ".repeat(last.chars().count().saturating_sub(text.chars().count()));
        self.write(&format!("\r{text}{blanks}"));
        text.trim_end_matches('\n').clone_into(&mut last);
    }

    /// Nobody fails for progress that nobody reads.
    fn write(&self, text: &str) {
        let mut err = io::stderr().lock();
        drop(err.write_all(text.as_bytes()));
        drop(err.flush());
    }
}
