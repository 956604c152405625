//! Scratch folders, and `tg` as a process.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::Duration,
};

use tokio::time::Instant;

/// A path that is removed at the end.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        Self(std::env::temp_dir().join(format!("tg-process-{:016x}", rand::random::<u64>())))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}

/// `tg` as a process of its own, killed when dropped.
pub(crate) struct Tg {
    child: Child,
    pub(crate) front: String,
    pub(crate) aws: String,
}

impl Tg {
    /// Starts `tg up` on free ports, and waits until it is ready.
    pub(crate) fn up(data: &Path) -> Self {
        let data = data.to_str().unwrap();
        let mut child = command(&["up", "--port", "0", "--aws-port", "0", "--json", "--data", data])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut ready)
            .unwrap();
        let front = ready.strip_prefix("ready ").expect("not ready").trim_end().to_owned();
        let mut aws = String::new();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        while aws.is_empty() {
            let mut line = String::new();
            assert!(log.read_line(&mut line).unwrap() > 0, "the log has ended");
            let line: serde_json::Value = serde_json::from_str(&line).expect("the log is JSON");
            aws = line["aws"].as_str().unwrap_or_default().to_owned();
        }
        // The pipe is read on, or the process would block on it.
        thread::spawn(move || log.read_to_end(&mut Vec::new()));
        Self { child, front, aws }
    }

    /// SIGKILL: no handler runs.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends the process with a signal: its exit, and what else it said on standard output.
    pub(crate) async fn end(mut self, signal: &str) -> (ExitStatus, String) {
        let pid = self.child.id().to_string();
        // The shell's own: the program is in a package that not every machine has.
        let kill = format!("kill {signal} {pid}");
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        let status = wait(&mut self.child).await;
        let mut rest = String::new();
        self.child.stdout.take().unwrap().read_to_string(&mut rest).unwrap();
        (status, rest)
    }
}

impl Drop for Tg {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub(crate) fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tg"));
    command
        .args(args)
        .env_remove("TESTGRAM_DATA")
        .env_remove("TESTGRAM_LOG");
    command
}

async fn wait(child: &mut Child) -> ExitStatus {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "the process does not end");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
