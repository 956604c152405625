//! Crates of the workspace depend on each other along declared arrows only. A new arrow is added here, with its reason
//! in the commit: functions → store, model, columns → protocol; nothing in `shared/` or `functions/` depends on local
//! mode, the CLI or the demo.

use super::fault::Fault;
use super::workspace::{Purpose, Workspace};

/// A crate, the crates that it may depend on, and those that its tests may.
struct Arrow {
    from: &'static str,
    own: &'static [&'static str],
    tests: &'static [&'static str],
}

const fn arrow(from: &'static str, own: &'static [&'static str], tests: &'static [&'static str]) -> Arrow {
    Arrow { from, own, tests }
}

/// All arrows; names without `testgram-`.
const ARROWS: &[Arrow] = &[
    // Pure: rules and arithmetic.
    arrow("protocol", &[], &["fixtures"]),
    arrow("sequence", &[], &[]),
    arrow("fixtures", &["protocol"], &[]),
    arrow("columns", &["protocol"], &["fixtures"]),
    arrow("model", &["protocol", "sequence"], &["columns", "fixtures"]),
    // AWS.
    arrow("store", &["protocol"], &["fixtures"]),
    arrow("runtime", &[], &[]),
    arrow("authorize", &["protocol", "runtime", "store"], &["fixtures"]),
    arrow("ingest", &["protocol", "runtime", "store"], &["fixtures"]),
    arrow("script", &["protocol", "runtime", "store"], &["fixtures"]),
    arrow("archive", &["columns", "protocol", "runtime", "store"], &["fixtures"]),
    arrow(
        "builder",
        &["columns", "model", "protocol", "runtime", "sequence", "store"],
        &["fixtures"],
    ),
    // This machine.
    arrow("local", LOCAL, &["fixtures"]),
    arrow("demo", &["fixtures", "runtime"], &["local"]),
    arrow("tg", TG, &["columns"]),
    // Tools.
    arrow("dictionary", &["fixtures", "protocol"], &[]),
    arrow("bench", BENCH, &[]),
    arrow("bench-empty", &[], &[]),
    arrow("cost", &["columns", "fixtures", "protocol", "store"], &[]),
    arrow(
        "xtask",
        &["columns", "dictionary", "fixtures", "model", "protocol", "sequence"],
        &[],
    ),
];

/// Local mode runs every handler.
const LOCAL: &[&str] = &[
    "archive",
    "authorize",
    "builder",
    "ingest",
    "protocol",
    "runtime",
    "script",
    "store",
];

/// The CLI starts local mode and the demo, and reads the archive and models. It is the top: nothing depends on it.
const TG: &[&str] = &[
    "archive",
    "authorize",
    "builder",
    "demo",
    "fixtures",
    "ingest",
    "local",
    "model",
    "protocol",
    "runtime",
    "script",
    "sequence",
    "store",
];

/// The bench measures formats, models and release binaries; of the runtime it takes the stopwatch.
const BENCH: &[&str] = &[
    "columns",
    "dictionary",
    "fixtures",
    "model",
    "protocol",
    "runtime",
    "sequence",
];

/// Dependencies that no arrow allows, and crates without an entry.
pub(crate) fn faults(workspace: &Workspace) -> Vec<Fault> {
    let short = |name: &str| name.strip_prefix("testgram-").unwrap_or(name).to_owned();
    let entry = |name: &str| ARROWS.iter().find(|arrow| arrow.from == name);
    let mut faults = Vec::new();
    for name in workspace.crates().map(short) {
        if entry(&name).is_none() {
            let text = format!("{name} is not in the table of arrows (xtask/src/tidy/arrows.rs)");
            faults.push(Fault::new("Cargo.toml", 0, text));
        }
    }
    for (long_from, long_to, purpose) in workspace.arrows() {
        let (from, to) = (short(long_from), short(long_to));
        let Some(arrow) = entry(&from) else { continue };
        let own = arrow.own.contains(&to.as_str());
        let allowed = match purpose {
            Purpose::Own => own,
            Purpose::Tests => own || arrow.tests.contains(&to.as_str()),
        };
        if !allowed {
            let whose = match purpose {
                Purpose::Own => "",
                Purpose::Tests => "'s tests",
            };
            faults.push(Fault::new(
                "Cargo.toml",
                0,
                format!("{from}{whose} must not depend on {to}"),
            ));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::workspace::planted;

    #[test]
    fn a_dependency_against_the_arrow_is_found() {
        let good = planted(&[
            ("testgram-store", &["testgram-protocol", "aws-sdk-s3"], &[]),
            ("testgram-protocol", &[], &["testgram-fixtures"]),
            ("testgram-fixtures", &["testgram-protocol"], &[]),
        ]);
        assert_eq!(faults(&good), []);
        let bad = planted(&[
            ("testgram-protocol", &["testgram-fixtures"], &["testgram-tg"]),
            ("testgram-fixtures", &["testgram-protocol"], &[]),
            ("testgram-tg", &[], &[]),
            ("testgram-new", &[], &[]),
        ]);
        let found: Vec<String> = faults(&bad).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "Cargo.toml: new is not in the table of arrows (xtask/src/tidy/arrows.rs)",
                "Cargo.toml: protocol must not depend on fixtures",
                "Cargo.toml: protocol's tests must not depend on tg",
            ]
        );
    }
}
