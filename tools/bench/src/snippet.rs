//! The snippet beside other recorders, in Chromium: a Node program drives it, `tools/bench/snippet`, and this prints
//! what it measured.

use std::process::{Command, Stdio};

use serde::Deserialize;

use crate::figures::{Aim, Row, Section};
use crate::{Failure, built};

const OURS: &str = "testgram";
/// The recorder whose script time ours is compared with: the aim is a tenth.
const YARDSTICK: &str = "rrweb";
const SIZE: &str = "size";
const SCRIPT: &str = "script, by samples";
const SIZE_KB: f64 = 8.192;
const SCRIPT_RATIO: f64 = 0.1;

/// What the program prints.
#[derive(Deserialize)]
struct Measured {
    figures: Vec<Figure>,
    remarks: Vec<String>,
}

#[derive(Deserialize)]
struct Figure {
    what: String,
    unit: String,
    of: Vec<Value>,
}

/// The median of the rounds, and how far they were apart.
#[derive(Deserialize)]
struct Value {
    title: String,
    value: f64,
    least: f64,
    most: f64,
}

/// Measures all of them, in turns.
pub(crate) fn measure() -> Result<Section, Failure> {
    let tg = built::tg()?;
    let output = Command::new("node")
        .arg(built::root().join("tools/bench/snippet/bench.mjs"))
        .arg("--tg")
        .arg(tg)
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err("tools/bench/snippet/bench.mjs failed (tools/setup.sh bench puts in place what it needs)".into());
    }
    let Measured { figures, remarks } = serde_json::from_slice(&output.stdout)?;
    let mut section =
        Section::new("Snippet: what it costs a page that is heavily used for 20 s, beside other recorders");
    for figure in &figures {
        rows(figure).into_iter().for_each(|row| section.row(row));
    }
    remarks.into_iter().for_each(|remark| section.note(remark));
    section.note(
        "Medians, and least to most. tools/bench/snippet/README.md says how they are taken and what they do not show.",
    );
    Ok(section)
}

/// Ours beside the yardstick, the others beside ours.
fn rows(figure: &Figure) -> Vec<Row> {
    let of = |name: &str| figure.of.iter().find(|value| value.title.starts_with(name));
    let Some(ours) = of(OURS) else {
        return Vec::new();
    };
    let row = |value: &Value| {
        let mut what = format!("{}, {}", figure.what, value.title);
        if value.least < value.most {
            what += &format!(" ({:.0} to {:.0})", value.least, value.most);
        }
        Row::new(what, value.value, unit(&figure.unit))
    };
    let peer = |value: &Value| {
        let row = row(value);
        if ours.value > 0.0 {
            row.beside(OURS, ours.value)
        } else {
            row
        }
    };
    let first = match (figure.what.as_str(), of(YARDSTICK)) {
        (SIZE, _) => row(ours).aim(Aim::AtMost(SIZE_KB)),
        (SCRIPT, Some(yardstick)) => row(ours)
            .beside(YARDSTICK, yardstick.value)
            .aim(Aim::RatioAtMost(SCRIPT_RATIO)),
        _ => row(ours),
    };
    let others = figure.of.iter().filter(|value| value.title != ours.title);
    std::iter::once(first).chain(others.map(peer)).collect()
}

fn unit(name: &str) -> &'static str {
    match name {
        "ms" => "ms",
        "KB" => "KB",
        _ => "",
    }
}
