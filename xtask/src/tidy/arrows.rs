//! Which module of a crate may import which.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::finding::Finding;
use super::source::PathUse;
use super::tree::{File, Tree};

/// One row: the modules on the left import only, or never, those on the right.
///
/// Modules are those that stand directly in `lib.rs`. What `lib.rs` re-exports
/// counts as the module it comes from; `only` may also list it by its own name.
/// Tests are free.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    #[serde(rename = "crate")]
    crate_name: String,
    from: Vec<String>,
    #[serde(flatten)]
    bound: Bound,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Bound {
    Only(Vec<String>),
    Never(Vec<String>),
}

pub(super) fn check(tree: &Tree, rows: &[Section]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, source) in tree.product() {
        let Some(place) = Place::of(tree, file) else {
            continue;
        };
        for path in source.product_paths() {
            let target = place.target(path);
            let refused =
                target.filter(|target| rows.iter().any(|row| row.refuses(&place, target)));
            findings.extend(refused.map(|target| {
                let wrong = format!("{} may not import {}", place.top(), target.module);
                let cure = "data flows one way: return a value, or move the code";
                Finding::new(&file.path, path.line, wrong, cure)
            }));
        }
    }
    findings.dedup();
    findings
}

impl Section {
    fn refuses(&self, place: &Place<'_>, target: &Target<'_>) -> bool {
        let lists = |names: &[String], wanted: &str| names.iter().any(|it| it == wanted);
        self.crate_name == place.crate_name
            && lists(&self.from, place.top())
            && place.top() != target.module
            && match &self.bound {
                Bound::Only(names) => !lists(names, target.module) && !lists(names, target.name),
                Bound::Never(names) => lists(names, target.module),
            }
    }
}

/// Where a path leads: a module that stands in `lib.rs`, and the name it is met by.
struct Target<'a> {
    module: &'a str,
    name: &'a str,
}

/// Where a file stands in its crate.
struct Place<'a> {
    crate_name: &'a str,
    /// `src/protocol/types/call.rs` is `[protocol, types, call]`; `lib.rs` is empty.
    module: Vec<&'a str>,
    /// What stands in `lib.rs`, each with its module: the modules themselves and the re-exports.
    names: BTreeMap<&'a str, &'a str>,
}

impl<'a> Place<'a> {
    fn of(tree: &'a Tree, file: &'a File) -> Option<Self> {
        let crate_name = file.crate_name()?;
        let (_, inside) = file.path.split_once("/src/")?;
        let module = match inside.strip_suffix(".rs")? {
            "lib" | "main" => Vec::new(),
            stem => stem.split('/').collect(),
        };
        Some(Self {
            crate_name,
            module,
            names: names(tree, crate_name),
        })
    }

    fn top(&self) -> &str {
        self.module.first().copied().unwrap_or_default()
    }

    /// The top module of our own crate that a path leads to, if it leads to one.
    fn target<'b>(&'b self, path: &'b PathUse) -> Option<Target<'b>> {
        let inline = path.inside.iter().map(String::as_str);
        let mut here: Vec<&str> = self.module.iter().copied().chain(inline).collect();
        let mut segments = path.segments.iter().map(String::as_str).peekable();
        match *segments.peek()? {
            "crate" => {
                here.clear();
                segments.next();
            }
            "super" => {
                while segments.next_if_eq(&"super").is_some() {
                    here.pop();
                }
            }
            _ => return None,
        }
        let name = here.first().copied().or_else(|| segments.next())?;
        let module = self.names.get(name).copied()?;
        Some(Target { module, name })
    }
}

fn names<'a>(tree: &'a Tree, crate_name: &str) -> BTreeMap<&'a str, &'a str> {
    let source_dir = format!("crates/{crate_name}/src/");
    let mut found = BTreeMap::new();
    let mut modules = BTreeMap::new();
    for (file, source) in tree.rust() {
        let Some(inside) = file.path.strip_prefix(&source_dir) else {
            continue;
        };
        if inside == "lib.rs" {
            found.extend(source.paths.iter().filter_map(reexport));
        } else if let Some(module) = inside.split(['/', '.']).next() {
            modules.insert(module, module);
        }
    }
    // A function may be called like a module; its path then leads to the module.
    found.extend(modules);
    found
}

fn reexport(path: &PathUse) -> Option<(&str, &str)> {
    let mut segments = path.segments.iter().map(String::as_str);
    let module = segments.find(|segment| !["crate", "self"].contains(segment))?;
    Some((&path.name, module))
}

#[cfg(test)]
mod tests {
    use super::super::tree::Tree;
    use super::Section;

    fn check(path: &str, text: &str) -> Vec<String> {
        #[derive(serde::Deserialize)]
        struct Rows {
            arrows: Vec<Section>,
        }
        let rows: Rows = toml::from_str(
            "[[arrows]]\ncrate = 'core'\nfrom = ['call', 'tool']\nonly = ['call', 'tool', 'Permit']\n\
             [[arrows]]\ncrate = 'core'\nfrom = ['protocol']\nnever = ['pipeline']",
        )
        .unwrap();
        let root = "pub mod call;\npub use server::{Server, tool};\npub use call::Call;\npub use pipeline::Permit;";
        let mut files = vec![("crates/core/src/lib.rs", root), (path, text)];
        for module in ["call", "hub", "pipeline", "server", "tool"] {
            let path = format!("crates/core/src/{module}.rs");
            files.push((path.leak(), ""));
        }
        let found = super::check(&Tree::of(&files), &rows.arrows);
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn words_import_only_words() {
        let word = "crates/core/src/call/part.rs";
        assert_eq!(
            check(
                word,
                "use crate::tool::Tool;\nuse std::fmt;\nuse crate::Call;"
            ),
            [""; 0]
        );
        assert_eq!(
            check(word, "\nuse crate::{tool::Tool, hub::Hub};"),
            ["crates/core/src/call/part.rs:2: call may not import hub: \
              data flows one way: return a value, or move the code"]
        );
    }

    #[test]
    fn an_arrow_is_found_however_it_is_written() {
        for text in [
            "use crate::pipeline;",
            "use crate::pipeline::run as go;",
            "fn a() { crate::pipeline::run() }",
            "use super::super::pipeline::run;",
            "mod inner { use super::super::super::pipeline::run; }",
        ] {
            let found = check("crates/core/src/protocol/jsonrpc.rs", text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
        }
    }

    #[test]
    fn a_reexport_counts_as_its_module() {
        let found = check("crates/core/src/call/part.rs", "use crate::Server;");
        assert!(found[0].contains("call may not import server"), "{found:?}");
        assert_eq!(
            check("crates/core/src/call/part.rs", "use crate::Lone;"),
            [""; 0]
        );
    }

    #[test]
    fn a_name_may_be_let_through_alone() {
        let word = "crates/core/src/call/part.rs";
        assert_eq!(check(word, "use crate::Permit;"), [""; 0]);
        assert_eq!(check(word, "use crate::pipeline::Permit;").len(), 1);
    }

    #[test]
    fn a_module_hides_a_function_of_its_name() {
        let word = "crates/core/src/call/part.rs";
        assert_eq!(check(word, "use crate::tool::Tool;"), [""; 0]);
    }

    #[test]
    fn own_parts_tests_and_unbound_modules_are_free() {
        let free = "use crate::pipeline::run;";
        assert_eq!(check("crates/core/src/server.rs", free), [""; 0]);
        assert_eq!(check("crates/core/src/protocol/tests.rs", free), [""; 0]);
        assert_eq!(
            check(
                "crates/core/src/protocol.rs",
                &format!("#[cfg(test)]\nmod tests {{ {free} }}")
            ),
            [""; 0]
        );
        assert_eq!(
            check(
                "crates/core/src/call/part.rs",
                "use super::Call;\nuse crate::call::Call;"
            ),
            [""; 0]
        );
    }
}
