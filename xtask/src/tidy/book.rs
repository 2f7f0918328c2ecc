//! The book names every page, once: a page that is in no list is never found.

use super::finding::Finding;
use super::tree::Tree;

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let Some(summary) = tree.file(SUMMARY) else {
        return Vec::new();
    };
    let pages = tree.files().filter_map(|file| {
        let name = file.path.strip_prefix(FOLDER)?;
        let is_page = name.ends_with(".md") && !name.contains('/') && file.path != SUMMARY;
        is_page.then_some(name)
    });
    pages
        .filter_map(
            |name| match summary.text.matches(&format!("]({name})")).count() {
                1 => None,
                0 => Some(format!("the page {name} is not named")),
                _ => Some(format!("the page {name} is named more than once")),
            },
        )
        .map(|wrong| Finding::new(SUMMARY, 1, wrong, "name every page of docs/ once"))
        .collect()
}

const FOLDER: &str = "docs/";
const SUMMARY: &str = "docs/SUMMARY.md";

#[cfg(test)]
mod tests {
    use super::super::tree::Tree;

    fn findings(summary: &str) -> usize {
        let files = [
            ("docs/SUMMARY.md", summary),
            ("docs/a.md", ""),
            ("docs/schema/b.md", ""),
            ("README.md", ""),
        ];
        super::check(&Tree::of(&files)).len()
    }

    #[test]
    fn every_page_is_named_once() {
        assert_eq!(findings("- [A](a.md)"), 0);
        assert_eq!(findings("- [A](b.md)"), 1);
        assert_eq!(findings("- [A](a.md)\n- [Again](a.md)"), 1);
    }
}
