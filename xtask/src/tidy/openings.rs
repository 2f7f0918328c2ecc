//! Every Rust file opens with a `//!` line that says what it is.

use super::finding::Finding;
use super::tree::Tree;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    tree.rust()
        .filter(|(file, _)| !opens_well(&file.text))
        .map(|(file, _)| {
            Finding::new(
                &file.path,
                1,
                "the file does not open with a `//!` line",
                "say in one line what it is",
            )
        })
        .collect()
}

fn opens_well(text: &str) -> bool {
    text.lines()
        .next()
        .and_then(|line| line.strip_prefix("//!"))
        .is_some_and(|words| !words.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::tree::Tree;

    #[test]
    fn a_file_opens_with_what_it_is() {
        let tree = Tree::of(&[
            ("good.rs", "//! What it is.\nfn a() {}"),
            ("late.rs", "\n//! Too late.\n"),
            ("mute.rs", "//!\n"),
            ("none.rs", "fn a() {}"),
            ("page.md", "no Rust"),
        ]);
        let found: Vec<String> = super::check(&tree)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(found.len(), 3, "{found:?}");
        assert!(found.iter().all(|it| !it.starts_with("good")));
    }
}
