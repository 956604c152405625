//! The release binaries that are measured, built first, as they are for deployment.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Failure;

/// The functions, by binary.
pub(crate) const FUNCTIONS: [&str; 3] = ["ingest", "authorize", "script"];
/// The function that does nothing.
pub(crate) const EMPTY: &str = "empty";

/// The repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Where cargo builds to.
fn target() -> PathBuf {
    root().join("target")
}

/// The Lambda binaries, the empty one last.
pub(crate) fn functions() -> Result<Vec<(&'static str, PathBuf)>, Failure> {
    let packages: Vec<String> = FUNCTIONS
        .iter()
        .map(|name| format!("--package=testgram-{name}"))
        .collect();
    lambda_build(&packages)?;
    // By itself: cargo would join the features that the others need into its dependencies.
    lambda_build(&["--package=testgram-bench-empty".to_owned()])?;
    let all = FUNCTIONS.into_iter().chain([EMPTY]);
    Ok(all
        .map(|name| (name, target().join("lambda").join(name).join("bootstrap")))
        .collect())
}

/// For this machine, so that it can run them. Otherwise as `make build`.
fn lambda_build(packages: &[String]) -> Result<(), Failure> {
    let architecture = if cfg!(target_arch = "aarch64") {
        "--arm64"
    } else {
        "--x86-64"
    };
    let mut build = cargo();
    build
        .args(["lambda", "build", "--release", "--locked", "--quiet", architecture])
        .args(packages);
    run(
        build,
        "cargo lambda build (tools/setup.sh build puts cargo-lambda in place)",
    )
}

/// The local stack.
pub(crate) fn tg() -> Result<PathBuf, Failure> {
    let mut build = cargo();
    build.args([
        "build",
        "--release",
        "--locked",
        "--quiet",
        "--package=testgram-tg",
        "--bin=tg",
    ]);
    run(build, "cargo build of tg")?;
    Ok(target().join("release/tg"))
}

/// Cargo with the tools that `tools/setup.sh` puts in place, also where make has not set the path.
fn cargo() -> Command {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", r#"PATH="$PWD/.tools/venv/bin:$PATH" exec cargo "$@""#, "cargo"])
        .current_dir(root());
    shell
}

/// Runs a command to its end.
pub(crate) fn run(mut command: Command, what: &str) -> Result<(), Failure> {
    // What it prints is not part of the table.
    let status = command
        .stdout(std::io::stderr())
        .status()
        .map_err(|error| format!("{what}: {error}"))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{what} failed").into())
    }
}
