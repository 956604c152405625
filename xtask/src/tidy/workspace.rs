//! The crates of the workspace and what they depend on, as `cargo metadata` has it.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

/// What Lambda runs on: without it, cargo asks for crates of Windows, too.
const PLATFORM: &str = "--filter-platform=x86_64-unknown-linux-gnu";

/// The resolved dependency graph.
#[derive(Debug, Deserialize)]
pub struct Workspace {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
    workspace_root: String,
    resolve: Resolve,
}

#[derive(Debug, Deserialize)]
struct Package {
    id: String,
    name: String,
    targets: Vec<Target>,
}

#[derive(Debug, Deserialize)]
struct Target {
    kind: Vec<String>,
    src_path: String,
}

#[derive(Debug, Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
struct Node {
    id: String,
    deps: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
struct Dependency {
    pkg: String,
    dep_kinds: Vec<DependencyKind>,
}

#[derive(Debug, Deserialize)]
struct DependencyKind {
    kind: Option<String>,
}

/// For what a crate depends on another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// For itself, or its build script.
    Own,
    /// For its tests and examples.
    Tests,
}

impl Workspace {
    /// Asks cargo about the workspace at `root`, offline.
    ///
    /// # Errors
    /// If cargo cannot be run, or does not know a dependency.
    pub fn read(root: &Path) -> io::Result<Self> {
        let mut cargo = Command::new("cargo");
        cargo
            .args(["metadata", "--format-version=1", "--offline", "--locked", PLATFORM])
            .current_dir(root);
        let output = cargo.output()?;
        if !output.status.success() {
            return Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        Self::parse(&output.stdout)
    }

    /// Reads what `cargo metadata` prints.
    ///
    /// # Errors
    /// If it is something else.
    pub fn parse(json: &[u8]) -> io::Result<Self> {
        Ok(serde_json::from_slice(json)?)
    }

    fn member(&self, id: &str) -> Option<&Package> {
        let found = self.packages.iter().find(|package| package.id == id)?;
        self.workspace_members
            .iter()
            .any(|member| member == id)
            .then_some(found)
    }

    fn members(&self) -> impl Iterator<Item = &Package> {
        self.workspace_members.iter().filter_map(|id| self.member(id))
    }

    /// The names of the workspace's crates.
    pub(crate) fn crates(&self) -> impl Iterator<Item = &str> {
        self.members().map(|package| package.name.as_str())
    }

    /// Which crate of the workspace depends on which other, and for what.
    pub(crate) fn arrows(&self) -> Vec<(&str, &str, Purpose)> {
        let mut arrows = Vec::new();
        for node in &self.resolve.nodes {
            let Some(from) = self.member(&node.id) else { continue };
            for dependency in &node.deps {
                let Some(to) = self.member(&dependency.pkg) else {
                    continue;
                };
                let tests_only = dependency
                    .dep_kinds
                    .iter()
                    .all(|one| one.kind.as_deref() == Some("dev"));
                let purpose = if tests_only { Purpose::Tests } else { Purpose::Own };
                arrows.push((from.name.as_str(), to.name.as_str(), purpose));
            }
        }
        arrows
    }

    /// All crates that end up in the crate `name`, each with the chain of crates by which it gets there. What only
    /// tests or build scripts need does not count.
    pub(crate) fn tree(&self, name: &str) -> BTreeMap<&str, Vec<&str>> {
        let by_id: BTreeMap<&str, &Package> = self.packages.iter().map(|one| (one.id.as_str(), one)).collect();
        let nodes: BTreeMap<&str, &Node> = self.resolve.nodes.iter().map(|node| (node.id.as_str(), node)).collect();
        let mut tree = BTreeMap::new();
        let mut seen = BTreeSet::new();
        let start = self.members().find(|package| package.name == name);
        let mut waiting: Vec<(&str, Vec<&str>)> = start.map(|one| (one.id.as_str(), Vec::new())).into_iter().collect();
        while let Some((id, chain)) = waiting.pop() {
            let (Some(package), Some(node)) = (by_id.get(id), nodes.get(id)) else {
                continue;
            };
            if !seen.insert(id) {
                continue;
            }
            let mut longer = chain;
            longer.push(package.name.as_str());
            let needed = node
                .deps
                .iter()
                .filter(|one| one.dep_kinds.iter().any(|kind| kind.kind.is_none()));
            waiting.extend(needed.map(|one| (one.pkg.as_str(), longer.clone())));
            tree.insert(package.name.as_str(), longer);
        }
        tree
    }

    /// Name and root file of every library and program.
    pub(crate) fn crate_roots(&self) -> Vec<(String, String)> {
        self.roots(&["lib", "bin"])
    }

    /// Name and root file of every library.
    pub(crate) fn library_roots(&self) -> Vec<(String, String)> {
        self.roots(&["lib"])
    }

    fn roots(&self, kinds: &[&str]) -> Vec<(String, String)> {
        let mut roots = Vec::new();
        for package in self.members() {
            let targets = package.targets.iter();
            let wanted = targets.filter(|target| target.kind.iter().any(|kind| kinds.contains(&kind.as_str())));
            roots.extend(wanted.map(|target| (package.name.clone(), self.relative(&target.src_path))));
        }
        roots
    }

    fn relative(&self, path: &str) -> String {
        let below = path.strip_prefix(&self.workspace_root).unwrap_or(path);
        below.trim_start_matches('/').to_owned()
    }
}

/// A workspace for tests: crates, what each depends on, and what its tests do. Ours are libraries in `shared/`.
#[cfg(test)]
pub(crate) fn planted(crates: &[(&str, &[&str], &[&str])]) -> Workspace {
    use serde_json::{Value, json};

    let known: BTreeSet<&str> = crates.iter().map(|(name, ..)| *name).collect();
    let outside = crates.iter().flat_map(|(_, own, tests)| own.iter().chain(*tests));
    let all: BTreeSet<&str> = outside.copied().chain(known.iter().copied()).collect();
    let packages: Vec<Value> = all
        .iter()
        .map(|name| {
            let root = name
                .strip_prefix("testgram-")
                .map(|name| format!("/shared/{name}/src/lib.rs"));
            let targets: Vec<Value> = root
                .iter()
                .map(|root| json!({ "kind": ["lib"], "src_path": root }))
                .collect();
            json!({ "id": name, "name": name, "targets": targets })
        })
        .collect();
    let node = |name: &&str| {
        let found = crates.iter().find(|(one, ..)| one == name);
        let (own, tests) = found.map_or((&[][..], &[][..]), |(_, own, tests)| (*own, *tests));
        let needs = |names: &[&str], kind: Value| -> Vec<Value> {
            names
                .iter()
                .map(|name| json!({ "pkg": name, "dep_kinds": [{ "kind": kind }] }))
                .collect()
        };
        let all = [needs(own, Value::Null), needs(tests, json!("dev"))].concat();
        json!({ "id": name, "deps": all })
    };
    let nodes: Vec<Value> = all.iter().map(node).collect();
    let members: Vec<&str> = known
        .iter()
        .copied()
        .filter(|name| name.starts_with("testgram-"))
        .collect();
    let metadata = json!({
        "packages": packages, "workspace_members": members, "workspace_root": "/", "resolve": { "nodes": nodes },
    });
    Workspace::parse(metadata.to_string().as_bytes()).unwrap()
}
