//! Module files: `foo.rs` beside `foo/`, never `foo/mod.rs`.

use super::finding::Finding;
use super::tree::Tree;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.files()
        .filter_map(|file| {
            let directory = file.path.strip_suffix("/mod.rs")?;
            Some(Finding::new(
                &file.path,
                1,
                "a module file called mod.rs",
                format!("move it to {directory}.rs"),
            ))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tree::Tree;

    #[test]
    fn mod_rs_is_refused() {
        let tree = Tree::of(&[
            ("a/src/foo/mod.rs", ""),
            ("a/src/foo.rs", ""),
            ("a/amod.rs", ""),
        ]);
        let found: Vec<String> = super::check(&tree)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            found,
            ["a/src/foo/mod.rs:1: a module file called mod.rs: move it to a/src/foo.rs"]
        );
    }
}
