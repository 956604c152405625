//! Progress on standard error: a bar on a terminal, a few lines a stage elsewhere, nothing where a program reads.

use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressStyle};
use testgram_local::state_machine;

use super::output;

/// Shows how far long work is.
#[derive(Debug)]
pub(super) struct Progress {
    silent: bool,
    /// The bar of the current stage. Hidden where standard error is no terminal.
    bar: Mutex<ProgressBar>,
}

impl Progress {
    /// For a command; `json` says that a program reads its output, and progress would be in the way.
    pub(super) fn new(json: bool) -> Self {
        Self {
            silent: json,
            bar: Mutex::new(ProgressBar::no_length()),
        }
    }

    /// A stage is `done` steps of `of` far.
    pub(super) fn step(&self, stage: &str, done: usize, of: usize) {
        if self.silent {
            return;
        }
        let Ok(mut bar) = self.bar.lock() else { return };
        let is_last = done == of;
        if !bar.is_hidden() {
            if bar.prefix() != stage || bar.is_finished() {
                *bar = ProgressBar::new(of as u64)
                    .with_style(style())
                    .with_prefix(stage.to_owned());
            }
            bar.set_position(done as u64);
            if is_last {
                bar.finish();
            }
        } else if is_last || (of >= 10 && done.is_multiple_of((of / 5).max(1)) && done > 0) {
            // A log needs to know that it goes on, not every step.
            output::progress(&format!("{stage} {done}/{of}"));
        }
    }

    /// A line of its own, such as what a stage came to.
    pub(super) fn say(&self, text: &str) {
        if !self.silent {
            output::progress(text);
        }
    }

    /// A step of a build.
    pub(super) fn build(&self, progress: &state_machine::BuildProgress) {
        match progress {
            state_machine::BuildProgress::Planned(worlds) => self.say(&format!("{worlds} world(s) to build")),
            state_machine::BuildProgress::Partitions(_, _, 0, all) => {
                self.say(&format!("nothing new in {all} partition(s)"));
            }
            state_machine::BuildProgress::Partitions(word, done, of, _) => {
                self.step(&format!("{word} of partitions"), *done, *of);
            }
            state_machine::BuildProgress::World("publish") => self.say("learning and publishing"),
            state_machine::BuildProgress::World(_) => (),
        }
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template("{prefix:28} {bar:20} {pos}/{len}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━━─")
}
