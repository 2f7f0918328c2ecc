//! Every relative link of a page leads to a file: a page that sends its reader nowhere is worse than silence.

use super::finding::Finding;
use super::tree::{File, Tree};

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let pages = tree.files().filter(|file| is_page(&file.path));
    pages.flat_map(|page| broken(tree, page)).collect()
}

/// Pages stand at the top and below `docs/`.
fn is_page(path: &str) -> bool {
    path.ends_with(".md") && (!path.contains('/') || path.starts_with("docs/"))
}

fn broken(tree: &Tree, page: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in page.text.lines().enumerate() {
        for target in links(line).filter(|target| is_relative(target)) {
            let path = resolve(&page.path, target);
            if tree.file(&path).is_none() {
                let wrong = format!("the link {target} leads nowhere");
                let mend = "name a file of the repository";
                findings.push(Finding::new(&page.path, index + 1, wrong, mend));
            }
        }
    }
    findings
}

/// What stands between `](` and `)`.
fn links(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')').map(|(target, _)| target))
}

fn is_relative(target: &str) -> bool {
    !target.is_empty() && !target.contains(':') && !target.starts_with(['#', '/'])
}

/// The path from the top of what a page means by a relative one.
fn resolve(page: &str, target: &str) -> String {
    let target = target.split('#').next().unwrap_or_default();
    let folder = page.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::super::tree::Tree;

    fn findings(path: &str, text: &str) -> Vec<String> {
        let tree = Tree::of(&[(path, text), ("LICENSE", ""), ("docs/there.md", "")]);
        super::check(&tree)
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_link_that_leads_nowhere_is_told_with_its_line() {
        let found = findings("README.md", "fine\n[a](docs/gone.md) [b](docs/there.md)");
        assert_eq!(found.len(), 1);
        assert!(found.concat().starts_with("README.md:2"), "{found:?}");
        assert_eq!(findings("docs/page.md", "[up](../GONE)").len(), 1);
    }

    #[test]
    fn links_that_lead_somewhere_or_outside_are_left_alone() {
        for text in [
            "[a](there.md#part)",
            "[a](../LICENSE)",
            "[a](#here)",
            "[a](https://example.com/x)",
            "a](b",
        ] {
            assert_eq!(findings("docs/page.md", text), [""; 0], "{text}");
        }
        assert_eq!(findings("crates/a/README.md", "[a](gone)"), [""; 0]);
    }
}
