//! Pure crates name neither AWS nor a clock nor an async runtime: not in their sources, and not in the crates that end
//! up in them. Time comes in as an argument.

use super::fault::Fault;
use super::rust;
use super::sources::Sources;
use super::workspace::Workspace;

/// The pure crates, all of them in `shared/`.
const PURE: &[&str] = &["protocol", "sequence", "fixtures", "columns", "model"];

/// Crates that are AWS, bring an async runtime, or tell the time. Those of the AWS SDK begin with `aws-`.
const CRATES: &[&str] = &[
    "async-std",
    "chrono",
    "hyper",
    "jiff",
    "lambda_runtime",
    "quanta",
    "rusoto_core",
    "smol",
    "time",
    "tokio",
    "ureq",
];

/// Names of the same in sources, where underscores stand for hyphens.
const NAMES: &[&str] = &[
    "Instant",
    "SystemTime",
    "chrono",
    "jiff",
    "lambda_runtime",
    "time_t",
    "tokio",
];

/// Crates that are there all the same: by which other, and why that is no harm.
const EXCEPTIONS: &[(&str, &str, &str)] = &[(
    "chrono",
    "parquet",
    "prints dates of a schema; nothing of ours calls it",
)];

/// Names in sources and crates in the tree that are not pure.
pub(crate) fn faults(sources: &Sources, workspace: &Workspace) -> Vec<Fault> {
    let mut faults = Vec::new();
    for name in PURE {
        if !workspace.crates().any(|one| one == format!("testgram-{name}")) {
            let text = format!("there is no crate {name}: rename it here, too");
            faults.push(Fault::new("xtask/src/tidy/pure.rs", 0, text));
        }
        for (path, text) in sources.rust() {
            if path.starts_with(&format!("shared/{name}/src/")) {
                let tokens = rust::tokens(text).into_iter();
                let impure =
                    tokens.filter(|token| NAMES.contains(&token.text.as_str()) || token.text.starts_with("aws_"));
                faults.extend(impure.map(|token| {
                    Fault::new(
                        path,
                        token.line,
                        format!("{name} is pure and must not name {}", token.text),
                    )
                }));
            }
        }
        for (dependency, chain) in workspace.tree(&format!("testgram-{name}")) {
            let impure = CRATES.contains(&dependency) || dependency.starts_with("aws-");
            let excepted = EXCEPTIONS
                .iter()
                .any(|(what, by, _)| dependency == *what && chain.iter().rev().nth(1) == Some(by));
            if impure && !excepted {
                let text = format!("{name} is pure and must not hold {dependency}: {}", chain.join(" → "));
                faults.push(Fault::new(&format!("shared/{name}/Cargo.toml"), 0, text));
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::workspace::planted;

    #[test]
    fn a_clock_in_a_source_and_a_runtime_in_the_tree_are_found() {
        let good = "/// Instant, SystemTime\nfn f() {}\n#[cfg(test)]\nmod tests { use std::time::Instant; }";
        let bad = "fn f() {\n    std::time::SystemTime::now();\n    aws_config::load();\n}";
        let sources = Sources::planted(&[
            ("shared/protocol/src/lib.rs", good),
            ("shared/model/src/a.rs", bad),
            ("shared/store/src/lib.rs", bad),
        ]);
        let workspace = planted(&[
            ("testgram-protocol", &["serde"], &["tokio"]),
            ("testgram-columns", &["testgram-protocol", "parquet"], &[]),
            ("parquet", &["chrono"], &[]),
            ("testgram-model", &["helper"], &[]),
            ("helper", &["tokio"], &[]),
            ("testgram-store", &["aws-sdk-s3", "tokio"], &[]),
            ("testgram-sequence", &[], &[]),
        ]);
        let found: Vec<String> = faults(&sources, &workspace).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "xtask/src/tidy/pure.rs: there is no crate fixtures: rename it here, too",
                "shared/model/src/a.rs:2: model is pure and must not name SystemTime",
                "shared/model/src/a.rs:3: model is pure and must not name aws_config",
                "shared/model/Cargo.toml: model is pure and must not hold tokio: testgram-model → helper → tokio",
            ]
        );
    }
}
