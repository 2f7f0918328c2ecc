//! The files of the repository, read once for all rules.

use std::path::Path;

use anyhow::{Context, Result};

use super::finding::Finding;
use super::source::Source;
use crate::run;

/// Every file that git knows or would add, in order of path.
#[derive(Debug)]
pub(crate) struct Tree {
    files: Vec<File>,
}

/// One file. What is not UTF-8 has an empty text.
#[derive(Debug)]
pub(crate) struct File {
    /// From the root of the repository, with forward slashes.
    pub(crate) path: String,
    pub(crate) text: String,
    source: Option<Source>,
}

impl Tree {
    /// Reads the working tree; what git ignores is left out.
    pub(crate) fn read(root: &Path) -> Result<(Self, Vec<Finding>)> {
        let names = run::capture(run::command("git")?.current_dir(root).args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ]))
        .context("tidy asks git which files there are")?;
        let mut files = Vec::new();
        for name in names.split('\0').filter(|name| !name.is_empty()) {
            // A file that is deleted but not yet committed is still listed.
            if let Ok(bytes) = std::fs::read(root.join(name)) {
                files.push((
                    name.to_owned(),
                    String::from_utf8(bytes).unwrap_or_default(),
                ));
            }
        }
        Ok(Self::new(files))
    }

    fn new(mut named: Vec<(String, String)>) -> (Self, Vec<Finding>) {
        named.sort();
        named.dedup();
        let mut files = Vec::new();
        let mut findings = Vec::new();
        for (path, text) in named {
            let parsed = path.ends_with(".rs").then(|| Source::parse(&text));
            if let Some(Err((line, error))) = &parsed {
                findings.push(Finding::new(&path, *line, error, "mend it"));
            }
            let source = parsed.and_then(Result::ok);
            files.push(File { path, text, source });
        }
        (Self { files }, findings)
    }

    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let named = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect();
        let (tree, findings) = Self::new(named);
        assert_eq!(findings, Vec::new());
        tree
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = &File> {
        self.files.iter()
    }

    /// The Rust files that parse, with what stands in them.
    pub(crate) fn rust(&self) -> impl Iterator<Item = (&File, &Source)> {
        self.files
            .iter()
            .filter_map(|file| Some((file, file.source.as_ref()?)))
    }

    /// The Rust files that are no test files; unit tests may stand in them.
    pub(crate) fn product(&self) -> impl Iterator<Item = (&File, &Source)> {
        self.rust().filter(|(file, _)| !file.is_test())
    }

    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }
}

impl File {
    /// The crate's directory under `crates/`, if the file belongs to one.
    pub(crate) fn crate_name(&self) -> Option<&str> {
        self.path.strip_prefix("crates/")?.split('/').next()
    }

    /// Whether the whole file is test code. Unit tests inside other files are
    /// known to [`Source::is_test_line`].
    pub(crate) fn is_test(&self) -> bool {
        let mut parts = self.path.rsplit('/');
        parts.next() == Some("tests.rs") || parts.any(|part| part == "tests" || part == "benches")
    }
}

#[cfg(test)]
mod tests {
    use super::Tree;

    #[test]
    fn test_files_are_told_by_their_path() {
        let tree = Tree::of(&[
            ("crates/a/src/foo.rs", ""),
            ("crates/a/src/foo/tests.rs", ""),
            ("crates/a/src/foo/tests/more.rs", ""),
            ("crates/a/src/testing.rs", ""),
            ("crates/a/tests/it/main.rs", ""),
        ]);
        let told: Vec<bool> = tree.files().map(super::File::is_test).collect();
        assert_eq!(told, [false, true, true, false, true]);
        assert!(tree.files().all(|file| file.crate_name() == Some("a")));
    }

    #[test]
    fn a_file_that_does_not_parse_is_a_finding() {
        let broken = vec![("a.rs".to_owned(), "fn a() {".to_owned())];
        let (_, findings) = Tree::new(broken);
        assert_eq!(findings.len(), 1);
    }
}
