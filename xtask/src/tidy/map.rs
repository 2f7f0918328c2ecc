//! Every path that ARCHITECTURE.md names exists: a wrong map is worse than none.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::finding::Finding;
use super::tree::Tree;

/// How words with a slash that are no paths begin: `tools/` for `tools/call`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    not_paths: Vec<String>,
}

pub(super) fn check(tree: &Tree, section: &Section) -> Vec<Finding> {
    let Some(map) = tree.file(MAP) else {
        return Vec::new();
    };
    let places = Places::of(tree);
    let mut findings = Vec::new();
    let mut in_block = false;
    for (index, line) in map.text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
            continue;
        }
        let named = if in_block {
            places.in_block(line)
        } else {
            in_backticks(line)
        };
        for path in named
            .into_iter()
            .filter(|path| looks_like_path(path, section))
        {
            if !places.exist(path) {
                let wrong = format!("{path} does not exist");
                findings.push(Finding::new(
                    MAP,
                    index + 1,
                    wrong,
                    "draw the map after the land",
                ));
            }
        }
    }
    findings
}

/// All files and directories, whole and by every tail: `src/call.rs`, `call.rs`.
struct Places<'a> {
    tails: BTreeSet<&'a str>,
    top: BTreeSet<&'a str>,
}

impl<'a> Places<'a> {
    fn of(tree: &'a Tree) -> Self {
        let mut tails = BTreeSet::new();
        let mut top = BTreeSet::new();
        for file in tree.files() {
            let ends = file
                .path
                .match_indices('/')
                .map(|(at, _)| at)
                .chain([file.path.len()]);
            for place in ends.filter_map(|end| file.path.get(..end)) {
                tails.insert(place);
                let cuts = place
                    .match_indices('/')
                    .filter_map(|(at, _)| place.get(at + 1..));
                tails.extend(cuts);
            }
            top.extend(file.path.split_once('/').map(|(directory, _)| directory));
        }
        Self { tails, top }
    }

    fn exist(&self, path: &str) -> bool {
        self.tails.contains(path.trim_end_matches('/'))
    }

    /// In a code block only what starts at the top of the repository, or ends in `.rs`, is a path.
    fn in_block<'b>(&self, line: &'b str) -> Vec<&'b str> {
        line.split_whitespace()
            .filter(|word| {
                let first = word.split_once('/').map(|(first, _)| first);
                word.ends_with(".rs") || first.is_some_and(|first| self.top.contains(first))
            })
            .collect()
    }
}

/// The texts between pairs of single backticks.
fn in_backticks(line: &str) -> Vec<&str> {
    line.split('`').skip(1).step_by(2).collect()
}

fn looks_like_path(text: &str, section: &Section) -> bool {
    let is_plain = text
        .chars()
        .all(|sign| sign.is_ascii_alphanumeric() || "._-/".contains(sign));
    let has_form = text.contains('/')
        || [".rs", ".toml", ".md"]
            .iter()
            .any(|end| text.ends_with(end));
    is_plain
        && has_form
        && !text.starts_with(['/', '.'])
        && !section
            .not_paths
            .iter()
            .any(|start| text.starts_with(start))
}

const MAP: &str = "ARCHITECTURE.md";

#[cfg(test)]
mod tests {
    use super::super::tree::Tree;
    use super::Section;

    fn check(map: &str) -> Vec<String> {
        let section: Section = toml::from_str("not_paths = ['tools/']").unwrap();
        let tree = Tree::of(&[
            ("ARCHITECTURE.md", map),
            ("README.md", ""),
            ("crates/core/src/protocol/types/call.rs", ""),
        ]);
        super::check(&tree, &section)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_path_that_does_not_exist_is_found() {
        for path in [
            "crates/gone/",
            "protocol/gone.rs",
            "gone.rs",
            "GONE.md",
            "protocol/wire",
        ] {
            let found = check(&format!("# Map\nSee `{path}` here."));
            assert_eq!(
                found,
                [format!(
                    "ARCHITECTURE.md:2: {path} does not exist: draw the map after the land"
                )]
            );
        }
        assert_eq!(
            check("```\ncrates/gone    what it was\ngone.rs\n```").len(),
            2
        );
    }

    #[test]
    fn what_exists_may_be_named_by_its_tail() {
        for path in [
            "crates/core",
            "crates/core/",
            "protocol/types",
            "types/call.rs",
            "call.rs",
            "README.md",
        ] {
            assert_eq!(check(&format!("`{path}`")), [""; 0]);
        }
        assert_eq!(
            check("```\ncrates/core    words\nwords and/or more\n```"),
            [""; 0]
        );
    }

    #[test]
    fn what_is_no_path_is_left_alone() {
        for text in [
            "tools/call",
            "/mcp",
            "crates/*/src",
            "a b/c",
            "std::fmt",
            ".tollhouse/state.db",
        ] {
            assert_eq!(check(&format!("`{text}`")), [""; 0]);
        }
        assert_eq!(check("either/or"), [""; 0]);
    }
}
