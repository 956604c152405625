//! No circle of files inside a crate: what a file uses does not use it back, by whatever detour. So each file can be
//! read after those it uses, and the order of a crate is visible.
//!
//! A file uses another if it names something that is defined there, by `use` or by path, wherever it is re-exported.
//! Declaring a module and re-exporting from it is no use. Tests do not count. The head of a folder counts only for what
//! is defined in it: that it calls the files below it makes no circle with those that use its types.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Item, ItemUse, UseTree, Visibility};

use super::fault::Fault;
use super::rust;
use super::sources::Sources;

/// Circles of the crates with these names and root files.
pub(crate) fn faults(sources: &Sources, roots: &[(String, String)]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (name, root) in roots {
        let mut krate = Crate::default();
        krate.read(sources, root, &folder(root), None, &mut faults);
        let uses = krate.uses();
        for circle in circles(&uses) {
            let steps = circle.iter().zip(circle.iter().cycle().skip(1));
            let lines: Vec<String> = steps
                .map(|(from, to)| {
                    let line = uses
                        .get(from)
                        .and_then(|targets| targets.get(to))
                        .copied()
                        .unwrap_or_default();
                    format!("{}:{line} →", krate.short(from))
                })
                .collect();
            let start = circle.first().map_or("", String::as_str);
            let text = format!("circle in {name}: {} {}", lines.join(" "), krate.short(start));
            faults.push(Fault::new(start, 0, text));
        }
    }
    faults
}

fn folder(path: &str) -> String {
    path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned()
}

type Id = usize;

/// A path with the line where it stands, as seen from a module.
type Path = (usize, Vec<String>);

/// The modules of a crate; the first is the root.
#[derive(Default)]
struct Crate {
    modules: Vec<Module>,
}

#[derive(Default)]
struct Module {
    file: String,
    parent: Option<Id>,
    children: BTreeMap<String, Id>,
    /// What is defined here.
    items: BTreeSet<String>,
    /// Names that `use` brings in, with their paths, and whether others see them.
    bindings: BTreeMap<String, (Vec<String>, bool)>,
    /// Modules all of whose names are brought in.
    globs: Vec<Vec<String>>,
    /// Every path that is used here, but for re-exports.
    paths: Vec<Path>,
}

/// From file to file, with the first line of the use.
type Uses = BTreeMap<String, BTreeMap<String, usize>>;

impl Crate {
    /// Reads a file as a module and all modules below it. `below` is the folder of its children.
    fn read(&mut self, sources: &Sources, file: &str, below: &str, parent: Option<Id>, faults: &mut Vec<Fault>) -> Id {
        let id = self.module(file, parent);
        match sources.text(file).map(syn::parse_file) {
            Some(Ok(parsed)) => self.items(id, parsed.items, sources, below, faults),
            Some(Err(error)) => faults.push(Fault::new(file, error.span().start().line, error.to_string())),
            None => faults.push(Fault::new(file, 0, "a module without a file")),
        }
        id
    }

    fn module(&mut self, file: &str, parent: Option<Id>) -> Id {
        self.modules.push(Module {
            file: file.to_owned(),
            parent,
            ..Module::default()
        });
        self.modules.len() - 1
    }

    fn items(&mut self, id: Id, items: Vec<Item>, sources: &Sources, below: &str, faults: &mut Vec<Fault>) {
        for item in items {
            if rust::is_test(rust::attributes(&item)) {
                continue;
            }
            match item {
                Item::Mod(module) => {
                    let name = module.ident.to_string();
                    let deeper = format!("{below}/{name}");
                    let child = if let Some((_, inner)) = module.content {
                        let file = self.modules.get(id).map(|own| own.file.clone()).unwrap_or_default();
                        let child = self.module(&file, Some(id));
                        self.items(child, inner, sources, &deeper, faults);
                        child
                    } else {
                        let files = [format!("{below}/{name}.rs"), format!("{deeper}/mod.rs")];
                        let [flat, nested] = &files;
                        let file = if sources.exists(nested) { nested } else { flat };
                        self.read(sources, file, &deeper, Some(id), faults)
                    };
                    if let Some(own) = self.modules.get_mut(id) {
                        own.children.insert(name, child);
                    }
                }
                Item::Use(item) => self.import(id, &item),
                other => {
                    if let Some(own) = self.modules.get_mut(id) {
                        own.items.extend(defined(&other));
                        paths(other.to_token_stream(), &mut own.paths);
                    }
                }
            }
        }
    }

    fn import(&mut self, id: Id, item: &ItemUse) {
        let Some(own) = self.modules.get_mut(id) else { return };
        let exported = !matches!(item.vis, Visibility::Inherited);
        let mut leaves = Vec::new();
        leaves_of(&item.tree, &mut Vec::new(), &mut leaves);
        for leaf in leaves {
            let mut path = leaf.path;
            if !exported {
                own.paths.push((leaf.line, path.clone()));
            }
            if path.last().is_some_and(|last| last == "self") {
                path.pop();
            }
            match leaf.name {
                Some(name) => drop(own.bindings.insert(name, (path, exported))),
                None => own.globs.push(path),
            }
        }
    }

    /// Which file uses which other.
    fn uses(&self) -> Uses {
        let mut uses = Uses::new();
        for (id, module) in self.modules.iter().enumerate() {
            for (line, path) in &module.paths {
                let Some(target) = self.resolve(id, path, 0) else {
                    continue;
                };
                let Some(found) = self.modules.get(target) else {
                    continue;
                };
                // A head uses the files below it; what is below uses its types.
                if found.file != module.file && !self.is_below(target, id) {
                    let targets = uses.entry(module.file.clone()).or_default();
                    let first = targets.entry(found.file.clone()).or_insert(*line);
                    *first = (*first).min(*line);
                }
            }
        }
        uses
    }

    /// Whether module `id` lies below module `head`.
    fn is_below(&self, id: Id, head: Id) -> bool {
        let parent = self.modules.get(id).and_then(|module| module.parent);
        parent.is_some_and(|parent| parent == head || self.is_below(parent, head))
    }

    /// The module in which the end of `path` is defined, seen from module `id`. `None` if it is of another crate.
    fn resolve(&self, id: Id, path: &[String], depth: usize) -> Option<Id> {
        let (first, rest) = path.split_first()?;
        let own = self.modules.get(id)?;
        if depth > 16 {
            return None;
        }
        match first.as_str() {
            "crate" => self.descend(0, rest, depth),
            "self" => self.descend(id, rest, depth),
            "super" if rest.is_empty() => own.parent,
            "super" if rest.first().is_some_and(|next| next == "super") => self.resolve(own.parent?, rest, depth),
            "super" => self.descend(own.parent?, rest, depth),
            name => {
                // A module alone is no value: a name alone that is the same is a variable's.
                let child = own.children.contains_key(name) && !rest.is_empty();
                let here = child || own.bindings.contains_key(name);
                if here { self.descend(id, path, depth) } else { None }
            }
        }
    }

    fn descend(&self, id: Id, path: &[String], depth: usize) -> Option<Id> {
        let Some((name, rest)) = path.split_first() else {
            return Some(id);
        };
        let module = self.modules.get(id)?;
        if let Some(child) = module.children.get(name) {
            // A module and a function of it that is exported under the same name: the last name is the function.
            return self.descend(*child, rest, depth);
        }
        if module.items.contains(name) {
            return Some(id);
        }
        if let Some((target, _)) = module.bindings.get(name) {
            let longer: Vec<String> = target.iter().chain(rest).cloned().collect();
            return self.resolve(id, &longer, depth + 1);
        }
        let globs = module.globs.iter().filter_map(|glob| self.resolve(id, glob, depth + 1));
        let found = globs.filter(|glob| *glob != id).find_map(|glob| {
            let holds =
                self.modules.get(glob)?.items.contains(name) || self.modules.get(glob)?.bindings.contains_key(name);
            if holds {
                self.descend(glob, path, depth + 1)
            } else {
                None
            }
        });
        // Made by a macro, most likely.
        Some(found.unwrap_or(id))
    }

    /// A file's path below the crate's root file.
    fn short<'a>(&self, file: &'a str) -> &'a str {
        let root = self.modules.first().map(|root| folder(&root.file)).unwrap_or_default();
        file.strip_prefix(&root).unwrap_or(file).trim_start_matches('/')
    }
}

/// The names that an item defines.
fn defined(item: &Item) -> Option<String> {
    Some(match item {
        Item::Const(item) => item.ident.to_string(),
        Item::Enum(item) => item.ident.to_string(),
        Item::Fn(item) => item.sig.ident.to_string(),
        Item::Macro(item) => item.ident.as_ref()?.to_string(),
        Item::Static(item) => item.ident.to_string(),
        Item::Struct(item) => item.ident.to_string(),
        Item::Trait(item) => item.ident.to_string(),
        Item::Type(item) => item.ident.to_string(),
        _ => return None,
    })
}

/// A path that a `use` names, and the name that it brings in; none for `*`.
struct Leaf {
    line: usize,
    path: Vec<String>,
    name: Option<String>,
}

fn leaves_of(tree: &UseTree, before: &mut Vec<String>, leaves: &mut Vec<Leaf>) {
    let mut leaf = |ident: &syn::Ident, name: Option<String>| {
        let path = before.iter().cloned().chain([ident.to_string()]).collect();
        let line = ident.span().start().line;
        leaves.push(Leaf { line, path, name });
    };
    match tree {
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            leaves_of(&path.tree, before, leaves);
            before.pop();
        }
        UseTree::Name(name) if name.ident == "self" => leaf(&name.ident, before.last().cloned()),
        UseTree::Name(name) => leaf(&name.ident, Some(name.ident.to_string())),
        UseTree::Rename(rename) => leaf(&rename.ident, Some(rename.rename.to_string())),
        UseTree::Glob(glob) => leaves.push(Leaf {
            line: glob.star_token.spans.first().map_or(0, |span| span.start().line),
            path: before.clone(),
            name: None,
        }),
        UseTree::Group(group) => group.items.iter().for_each(|tree| leaves_of(tree, before, leaves)),
    }
}

/// All `a::b::c` of a stream of tokens, and all names that stand alone; macros' arguments among them.
fn paths(stream: TokenStream, found: &mut Vec<Path>) {
    let mut trees = stream.into_iter();
    // After a `.` stands a method or a field, after `fn` or `mod` what is being defined.
    let mut defining = false;
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Group(group) => {
                paths(group.stream(), found);
                defining = false;
            }
            TokenTree::Ident(ident) => {
                let line = ident.span().start().line;
                let mut path = vec![ident.to_string()];
                let mut ahead = trees.clone();
                while is_colon(ahead.next().as_ref()) && is_colon(ahead.next().as_ref()) {
                    let Some(TokenTree::Ident(next)) = ahead.next() else {
                        break;
                    };
                    path.push(next.to_string());
                    trees = ahead.clone();
                }
                if !defining {
                    found.push((line, path));
                }
                defining = ident == "fn" || ident == "let" || ident == "mut" || ident == "ref";
            }
            TokenTree::Punct(punct) => defining = punct.as_char() == '.' || punct.as_char() == '\'',
            TokenTree::Literal(_) => defining = false,
        }
    }
}

fn is_colon(tree: Option<&TokenTree>) -> bool {
    matches!(tree, Some(TokenTree::Punct(punct)) if punct.as_char() == ':')
}

/// A shortest circle through each file that lies on one; circles of the same files once.
fn circles(uses: &Uses) -> Vec<Vec<String>> {
    let mut seen = BTreeSet::new();
    let mut circles = Vec::new();
    for start in uses.keys() {
        if let Some(circle) = shortest(uses, start) {
            let files: BTreeSet<String> = circle.iter().cloned().collect();
            if seen.insert(files) {
                circles.push(circle);
            }
        }
    }
    circles
}

/// The shortest way from `start` back to itself.
fn shortest(uses: &Uses, start: &str) -> Option<Vec<String>> {
    let mut waiting = VecDeque::from([vec![start.to_owned()]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = waiting.pop_front() {
        let targets = uses.get(way.last()?).into_iter().flat_map(BTreeMap::keys);
        for target in targets {
            if target == start {
                return Some(way);
            }
            if seen.insert(target.clone()) {
                waiting.push_back(way.iter().cloned().chain([target.clone()]).collect());
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let roots = [("shop".to_owned(), "src/lib.rs".to_owned())];
        faults(&Sources::planted(files), &roots)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_circle_of_siblings_is_found_through_uses_paths_macros_and_re_exports() {
        let root = "mod a;\nmod b;\nmod c;\npub use c::Thing;\n";
        let files = [
            ("src/lib.rs", root),
            ("src/a.rs", "use crate::b::go;\npub fn f() { go(); }\n"),
            (
                "src/b.rs",
                "pub fn go() -> Vec<u8> {\n    vec![crate::Thing::new()]\n}\n",
            ),
            (
                "src/c.rs",
                "pub struct Thing;\nimpl Thing { pub fn new() -> u8 { super::a::f(); 0 } }\n",
            ),
        ];
        assert_eq!(
            found(&files),
            ["src/a.rs: circle in shop: a.rs:1 → b.rs:2 → c.rs:2 → a.rs"]
        );
    }

    #[test]
    fn a_circle_through_the_head_of_another_folder_is_found() {
        let files = [
            ("src/lib.rs", "mod a;\nmod c;"),
            ("src/a.rs", "mod b;\npub struct A;\npub fn f() { b::g(); }\n"),
            (
                "src/a/b.rs",
                "use super::A;\nuse crate::c::h;\npub fn g() -> A { h(); A }\n",
            ),
            (
                "src/c.rs",
                "pub fn h() {}\npub use crate::a::A;\nfn i() { crate::a::b::g(); }\n",
            ),
        ];
        assert_eq!(
            found(&files),
            ["src/a/b.rs: circle in shop: a/b.rs:2 → c.rs:3 → a/b.rs"]
        );
    }

    #[test]
    fn re_exports_tests_and_the_root_make_no_circle() {
        let files = [
            (
                "src/lib.rs",
                "mod a;\nmod d;\npub type Failure = ();\npub fn run() { a::f(); }\n",
            ),
            (
                "src/a.rs",
                "mod b;\nmod c;\npub use b::B;\npub use c::f;\n#[cfg(test)]\nmod tests { use super::c::f; }\n",
            ),
            (
                "src/a/b.rs",
                "use crate::Failure;\npub struct B;\npub type R = Result<B, Failure>;\n",
            ),
            ("src/a/c.rs", "use super::B;\npub fn f() -> B { let d = B; d.d(); B }\n"),
            ("src/d/mod.rs", "use crate::a::{self, B};\npub fn d(_: B) { a::f(); }\n"),
        ];
        assert_eq!(found(&files), Vec::<String>::new());
    }
}
