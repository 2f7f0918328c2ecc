//! Where a rule holds: in the product code of some crates, outside some places.

use serde::Deserialize;

use super::source::Source;
use super::tree::{File, Tree};

/// Written in the table as the crates' names and the paths that are free.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Scope {
    crates: Vec<String>,
    places: Vec<String>,
}

impl Scope {
    /// The files in which the rule holds.
    pub(super) fn files<'a>(
        &'a self,
        tree: &'a Tree,
    ) -> impl Iterator<Item = (&'a File, &'a Source)> {
        tree.product().filter(|(file, _)| {
            let is_named = |name: &str| self.crates.iter().any(|it| it == name);
            file.crate_name().is_some_and(is_named) && !is_under(&file.path, &self.places)
        })
    }
}

/// Whether a path is one of the places: a file, or anything under a directory that ends in `/`.
pub(super) fn is_under(path: &str, places: &[String]) -> bool {
    places
        .iter()
        .any(|place| path == place || (place.ends_with('/') && path.starts_with(place.as_str())))
}

#[cfg(test)]
mod tests {
    use super::super::tree::Tree;
    use super::{Scope, is_under};

    #[test]
    fn places_are_files_or_directories() {
        let places = ["a/b.rs".to_owned(), "a/c/".to_owned()];
        let told =
            ["a/b.rs", "a/c/d.rs", "a/c.rs", "a/b.rs.bak"].map(|path| is_under(path, &places));
        assert_eq!(told, [true, true, false, false]);
    }

    #[test]
    fn tests_other_crates_and_free_places_are_out_of_scope() {
        let scope: Scope =
            toml::from_str("crates = ['core']\nplaces = ['crates/core/src/wire/']").unwrap();
        let tree = Tree::of(&[
            ("crates/core/src/call.rs", ""),
            ("crates/core/src/call/tests.rs", ""),
            ("crates/core/src/wire/a.rs", ""),
            ("crates/other/src/lib.rs", ""),
            ("xtask/src/main.rs", ""),
        ]);
        let paths: Vec<&str> = scope
            .files(&tree)
            .map(|(file, _)| file.path.as_str())
            .collect();
        assert_eq!(paths, ["crates/core/src/call.rs"]);
    }
}
