//! Processes that the bench starts: they end with it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::Failure;

/// A running process, killed when it is dropped.
pub(crate) struct Running(Child);

impl Running {
    /// Starts it.
    pub(crate) fn start(command: &mut Command) -> Result<Self, Failure> {
        Ok(Self(command.spawn().map_err(|error| {
            format!("{}: {error}", command.get_program().display())
        })?))
    }

    /// Starts it and waits for its line `ready <address>`; what it prints later is read and dropped.
    pub(crate) fn start_ready(command: &mut Command) -> Result<(Self, String), Failure> {
        let mut running = Self::start(command.stdout(Stdio::piped()))?;
        let mut lines = BufReader::new(running.0.stdout.take().ok_or("no standard output")?).lines();
        let address = loop {
            let line = lines.next().ok_or("a process ended before it was ready")??;
            if let Some(address) = line.strip_prefix("ready ") {
                break address.to_owned();
            }
        };
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        Ok((running, address))
    }

    /// The CPU time that its threads have used, microseconds.
    pub(crate) fn cpu_micros(&self) -> f64 {
        let tasks = fs::read_dir(format!("/proc/{}/task", self.0.id()))
            .into_iter()
            .flatten()
            .flatten();
        let nanos = tasks.filter_map(|task| {
            let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
            text.split(' ').next()?.parse::<f64>().ok()
        });
        nanos.sum::<f64>() / 1e3
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
