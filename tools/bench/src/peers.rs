//! The same structure checked as others would: a compiled JSON Schema validator in JavaScript, and typed models in
//! Python. For scale: neither knows the privacy rules, and neither packs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use testgram_protocol::batch::Batch;

use crate::figures::{Row, Section};
use crate::timing::{in_turns, median, work};
use crate::{Failure, built, mirror, sample};

const ROUNDS: usize = 60;
const BATCHES: usize = 64;

/// What a peer prints.
#[derive(Deserialize)]
struct Peer {
    /// Itself and its version.
    name: String,
    /// CPU time of one batch in each round.
    micros: Vec<f64>,
}

/// Measures ours and the two of them. A peer that cannot be installed is left out.
pub(crate) fn measure() -> Result<Section, Failure> {
    let typical = sample::typical()?;
    let folder = built::root().join(".tools/bench");
    fs::create_dir_all(&folder)?;
    let frame = folder.join("typical.json");
    fs::write(&frame, &typical.frame)?;
    let schema = folder.join("v1.json");
    fs::write(&schema, serde_json::to_string(&testgram_protocol::schema::batch())?)?;

    let mut ours = [
        work(|| Batch::parse(&typical.frame, typical.arrival())),
        work(|| mirror::parse(&typical.frame)),
    ];
    let times = in_turns(&mut ours, ROUNDS, BATCHES);
    let [parse, bare] = times.as_slice() else {
        return Err("a contender is missing".into());
    };
    let mut section = Section::new("Peers: CPU to parse and check the structure of the typical batch");
    section.row(Row::new("testgram, with all rules", median(parse), "us"));
    section.row(Row::new("bare serde_json", median(bare), "us").beside("testgram", median(parse)));
    for (what, peer) in [
        ("Node", node as fn(&Path, &Path, &Path) -> Result<Peer, Failure>),
        ("Python", python),
    ] {
        match peer(&folder, &schema, &frame) {
            Ok(peer) => section.row(Row::new(peer.name, median(&peer.micros), "us").beside("testgram", median(parse))),
            Err(failure) => section.note(format!("{what} is left out: {failure}")),
        }
    }
    section.note(
        "The peers check the JSON Schema's structure, bounds and patterns; only testgram applies the privacy rules.",
    );
    Ok(section)
}

fn peer(language: &str) -> PathBuf {
    built::root().join("tools/bench/peers").join(language)
}

/// `ajv`, the schema compiled to JavaScript once.
fn node(folder: &Path, schema: &Path, frame: &Path) -> Result<Peer, Failure> {
    let (source, home) = (peer("node"), folder.join("node"));
    if fresh(&source.join("package-lock.json"), &home.join("package-lock.json"))? {
        fs::create_dir_all(&home)?;
        fs::copy(source.join("package.json"), home.join("package.json"))?;
        install(
            &home.join("package-lock.json"),
            &source.join("package-lock.json"),
            || {
                let mut npm = Command::new("npm");
                npm.args(["ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"])
                    .current_dir(&home);
                built::run(npm, "npm ci")
            },
        )?;
    }
    // Modules are looked up from where the script is.
    fs::copy(source.join("peer.mjs"), home.join("peer.mjs"))?;
    ask(Command::new("node").arg(home.join("peer.mjs")).args([schema, frame]))
}

/// `pydantic`, whose core is Rust.
fn python(folder: &Path, schema: &Path, frame: &Path) -> Result<Peer, Failure> {
    let (source, home) = (peer("python"), folder.join("venv"));
    let program = home.join("bin/python");
    if fresh(&source.join("requirements.txt"), &home.join("requirements.txt"))? {
        let mut venv = Command::new("python3");
        venv.args(["-m", "venv", "--clear"]).arg(&home);
        built::run(venv, "python3 -m venv")?;
        install(&home.join("requirements.txt"), &source.join("requirements.txt"), || {
            let mut pip = Command::new(&program);
            pip.args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-input",
                "--disable-pip-version-check",
                "--only-binary=:all:",
                "-r",
            ]);
            pip.arg(source.join("requirements.txt"));
            built::run(pip, "pip install")
        })?;
    }
    ask(Command::new(program)
        .arg("-B")
        .arg(source.join("peer.py"))
        .args([schema, frame]))
}

/// Whether what is wanted is not what is there.
fn fresh(wanted: &Path, there: &Path) -> Result<bool, Failure> {
    Ok(!fs::read(there).is_ok_and(|there| fs::read(wanted).is_ok_and(|wanted| wanted == there)))
}

/// Puts the list of what is there in its place, installs, and takes it away again where that fails.
fn install(there: &Path, wanted: &Path, install: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    fs::copy(wanted, there)?;
    install().inspect_err(|_| drop(fs::remove_file(there)))
}

fn ask(command: &mut Command) -> Result<Peer, Failure> {
    let output = command.stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("{} failed", command.get_program().display()).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
