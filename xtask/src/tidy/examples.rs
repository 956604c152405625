//! Every library shows in its first documentation an example that is compiled, and run where it can be: `cargo test
//! --doc` does it.

use super::fault::Fault;
use super::sources::Sources;

/// Libraries whose root has no such example.
pub(crate) fn faults(sources: &Sources, roots: &[(String, String)]) -> Vec<Fault> {
    let missing = roots
        .iter()
        .filter(|(_, root)| !sources.text(root).is_some_and(shows_an_example));
    missing
        .map(|(name, root)| Fault::new(root, 0, format!("{name} shows no example that runs")))
        .collect()
}

fn shows_an_example(text: &str) -> bool {
    let documentation = text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
    let mut fences = documentation.filter_map(|line| line.strip_prefix("```"));
    let mut found = false;
    // Every other fence ends a block.
    while let Some(info) = fences.next() {
        found |= matches!(info.trim(), "" | "rust" | "no_run");
        fences.next();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_without_an_example_is_found() {
        let sources = Sources::planted(&[
            ("a/src/lib.rs", "//! A.\n//!\n//! ```\n//! assert!(true);\n//! ```\n"),
            ("b/src/lib.rs", "//! B.\n//!\n//! ```ignore\n//! no\n//! ```\n"),
            (
                "c/src/lib.rs",
                "//! C.\n//!\n//! ```text\n//! no\n//! ```\n\n/// ```\n/// f();\n/// ```\npub fn f() {}\n",
            ),
        ]);
        let roots = ["a", "b", "c"].map(|name| (name.to_owned(), format!("{name}/src/lib.rs")));
        let found: Vec<String> = faults(&sources, &roots).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "b/src/lib.rs: b shows no example that runs",
                "c/src/lib.rs: c shows no example that runs"
            ]
        );
    }
}
