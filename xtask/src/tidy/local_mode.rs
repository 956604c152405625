//! Nothing in `shared/` or `functions/` knows local mode: `tg` reaches the handlers with the events that AWS sends, and
//! they reach the stand-ins with the unmodified SDK.

use super::fault::Fault;
use super::rust;
use super::sources::Sources;
use super::workspace::Workspace;

/// What gives such knowledge away, in a name or a literal.
const SIGNS: &[&str] = &[
    "127.0.0.1",
    "::1",
    "LOCALHOST",
    "localhost",
    "loopback",
    "testgram_demo",
    "testgram_local",
    "testgram_tg",
];

/// Crates that are local mode: ours, and the stand-ins for AWS with their HTTP server. Tests of the store may have
/// them.
const LOCAL: &[&str] = &[
    "axum",
    "dynoxide-rs",
    "s3s",
    "s3s-fs",
    "testgram-demo",
    "testgram-local",
    "testgram-tg",
];

/// Where a sign may stand, and why.
const ALLOWED: &[(&str, &str, &str)] = &[
    (
        "shared/runtime/src/start.rs",
        "127.0.0.1",
        "plain HTTP is refused beyond loopback",
    ),
    ("shared/runtime/src/start.rs", "localhost", "as 127.0.0.1"),
    ("shared/runtime/src/start.rs", "::1", "as 127.0.0.1"),
    ("shared/runtime/src/start.rs", "loopback", "the text of that refusal"),
];

/// Signs of local mode in sources, and dependencies on it; what tests need does not count.
pub(crate) fn faults(sources: &Sources, workspace: &Workspace) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (path, text) in sources.rust() {
        let Some(name) = deployed(path) else { continue };
        for token in rust::tokens(text) {
            let signs = SIGNS.iter().filter(|sign| token.text.contains(*sign));
            let forbidden = signs.filter(|sign| !ALLOWED.iter().any(|(file, what, _)| *file == path && what == *sign));
            faults.extend(
                forbidden.map(|sign| Fault::new(path, token.line, format!("{name} must not know local mode: {sign}"))),
            );
        }
    }
    let roots = workspace.crate_roots();
    let mut names: Vec<&String> = roots
        .iter()
        .filter(|(_, root)| deployed(root).is_some())
        .map(|(name, _)| name)
        .collect();
    names.dedup();
    for name in names {
        let tree = workspace.tree(name);
        let local = LOCAL.iter().filter(|local| tree.contains_key(**local));
        faults.extend(local.map(|local| Fault::new("Cargo.toml", 0, format!("{name} must not depend on {local}"))));
    }
    faults
}

/// The crate of a source file of `shared/` or `functions/`.
fn deployed(path: &str) -> Option<&str> {
    let below = path
        .strip_prefix("shared/")
        .or_else(|| path.strip_prefix("functions/"))?;
    let (name, rest) = below.split_once('/')?;
    rest.starts_with("src/").then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::workspace::planted;

    #[test]
    fn an_address_of_local_mode_is_found_outside_of_tests() {
        let good = "/// http://127.0.0.1\nfn f() {}\n#[cfg(test)]\nmod tests { const A: &str = \"localhost\"; }";
        let bad = "use testgram_local::gateway;\nconst A: &str = \"http://localhost:4600\";";
        let sources = Sources::planted(&[
            ("shared/store/src/lib.rs", good),
            ("shared/store/tests/it/main.rs", bad),
            ("functions/ingest/src/wire.rs", bad),
            ("shared/runtime/src/start.rs", "const A: &str = \"localhost\";"),
            ("tg/src/lib.rs", bad),
        ]);
        let found: Vec<String> = faults(&sources, &planted(&[]))
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            found,
            [
                "functions/ingest/src/wire.rs:1: ingest must not know local mode: testgram_local",
                "functions/ingest/src/wire.rs:2: ingest must not know local mode: localhost",
            ]
        );
    }

    #[test]
    fn a_stand_in_that_is_deployed_is_found() {
        let workspace = planted(&[
            ("testgram-store", &["helper"], &["s3s"]),
            ("helper", &["dynoxide-rs"], &[]),
        ]);
        let found: Vec<String> = faults(&Sources::planted(&[]), &workspace)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found, ["Cargo.toml: testgram-store must not depend on dynoxide-rs"]);
    }
}
