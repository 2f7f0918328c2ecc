//! How long a file and a function may be, and the exceptions, which may only shrink.

use serde::Deserialize;

use super::TABLE;
use super::finding::Finding;
use super::source::Source;
use super::tree::{File, Tree};

/// The ceilings. A file is counted without its unit tests, a function by its
/// lines of code, the way clippy counts them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    file_lines: usize,
    function_lines: usize,
    inline_test_lines: usize,
    #[serde(default)]
    exception: Vec<Exception>,
}

/// A file, or one function of a file, that may be longer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    path: String,
    function: Option<String>,
    reason: String,
}

/// Something that is over its ceiling.
struct Excess {
    path: String,
    function: Option<String>,
    finding: Finding,
}

pub(super) fn check(tree: &Tree, section: &Section) -> Vec<Finding> {
    let excesses: Vec<Excess> = tree
        .product()
        .flat_map(|(file, source)| section.excesses(file, source))
        .collect();
    let mut findings: Vec<Finding> = section
        .exception
        .iter()
        .filter_map(|exception| exception.complaint(&excesses))
        .collect();
    let is_excused = |excess: &Excess| section.exception.iter().any(|it| it.covers(excess));
    let unexcused = excesses.into_iter().filter(|excess| !is_excused(excess));
    findings.extend(unexcused.map(|excess| excess.finding));
    findings
}

impl Section {
    fn excesses(&self, file: &File, source: &Source) -> Vec<Excess> {
        let mut found: Vec<Excess> = self.long_file(file, source).into_iter().collect();
        found.extend(self.long_tests(file, source));
        found.extend(self.long_functions(file, source));
        found
    }

    fn long_file(&self, file: &File, source: &Source) -> Option<Excess> {
        let all = 1..=file.text.lines().count();
        let lines = all.filter(|line| !source.is_test_line(*line)).count();
        let wrong = format!(
            "{lines} lines without tests, the ceiling is {}",
            self.file_lines
        );
        let cure = "find the second thing in this file and give it its own";
        (lines > self.file_lines).then(|| Excess {
            path: file.path.clone(),
            function: None,
            finding: Finding::new(&file.path, 1, wrong, cure),
        })
    }

    fn long_tests<'a>(
        &'a self,
        file: &'a File,
        source: &'a Source,
    ) -> impl Iterator<Item = Excess> + 'a {
        let ceiling = self.inline_test_lines;
        let lengths = source
            .test_ranges()
            .iter()
            .map(|range| (*range.start(), range.clone().count()));
        lengths
            .filter(move |(_, lines)| *lines > ceiling)
            .map(move |(line, lines)| {
                let wrong = format!("{lines} lines of inline tests, the ceiling is {ceiling}");
                Excess {
                    path: file.path.clone(),
                    function: Some("tests".to_owned()),
                    finding: Finding::new(
                        &file.path,
                        line,
                        wrong,
                        "move them to a tests.rs of their own",
                    ),
                }
            })
    }

    fn long_functions<'a>(
        &'a self,
        file: &'a File,
        source: &'a Source,
    ) -> impl Iterator<Item = Excess> + 'a {
        let ceiling = self.function_lines;
        let long = source.functions.iter().filter(move |function| {
            function.code_lines > ceiling && !source.is_test_line(function.line)
        });
        long.map(move |function| {
            let (name, lines) = (&function.name, function.code_lines);
            let wrong = format!("{name} has {lines} lines of code, the ceiling is {ceiling}");
            let cure = "keep the branches here and move the work into leaves";
            Excess {
                path: file.path.clone(),
                function: Some(name.clone()),
                finding: Finding::new(&file.path, function.line, wrong, cure),
            }
        })
    }
}

impl Exception {
    fn covers(&self, excess: &Excess) -> bool {
        self.path == excess.path && self.function == excess.function
    }

    fn is_needed(&self, excesses: &[Excess]) -> bool {
        excesses.iter().any(|excess| self.covers(excess))
    }

    fn complaint(&self, excesses: &[Excess]) -> Option<Finding> {
        let what = self.function.as_deref().unwrap_or("the file");
        let (wrong, cure) = if !self.is_needed(excesses) {
            (
                format!("{what} needs no exception any more"),
                format!("strike it off {TABLE}"),
            )
        } else if self.reason.trim().is_empty() {
            (
                format!("the exception for {what} has no reason"),
                format!("give one in {TABLE}"),
            )
        } else {
            return None;
        };
        Some(Finding::new(&self.path, 1, wrong, cure))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::Tree;
    use super::Section;

    const LONG: &str = "//! Long.\nfn long() {\n    a();\n    b();\n    c();\n}\n";

    fn check(files: &[(&str, &str)], exceptions: &str) -> Vec<String> {
        let text =
            format!("file_lines = 6\nfunction_lines = 2\ninline_test_lines = 3\n{exceptions}");
        let section: Section = toml::from_str(&text).unwrap();
        let found = super::check(&Tree::of(files), &section);
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_long_function_is_found() {
        let found = check(&[("a.rs", LONG)], "");
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("a.rs:2: long has 3 lines of code, the ceiling is 2"));
    }

    #[test]
    fn a_long_file_is_found_and_its_tests_are_not_counted() {
        let code = "//! Code.\n\n\n\n\n\n";
        let tests = "#[cfg(test)]\nmod tests {\n}\n";
        assert_eq!(check(&[("a.rs", &format!("{code}{tests}"))], ""), [""; 0]);
        let found = check(&[("a.rs", &format!("{code}\n{tests}"))], "");
        assert!(
            found[0].starts_with("a.rs:1: 7 lines without tests"),
            "{found:?}"
        );
        assert_eq!(
            check(&[("a/tests.rs", &format!("{code}{code}"))], ""),
            [""; 0]
        );
    }

    #[test]
    fn long_inline_tests_are_found() {
        let found = check(
            &[("a.rs", "//! Code.\n#[cfg(test)]\nmod tests {\n\n}\n")],
            "",
        );
        assert!(
            found[0].starts_with("a.rs:2: 4 lines of inline tests"),
            "{found:?}"
        );
    }

    #[test]
    fn an_exception_excuses_only_what_it_names() {
        let exception = "[[exception]]\npath = \"a.rs\"\nfunction = \"long\"\nreason = \"a table\"";
        assert_eq!(check(&[("a.rs", LONG)], exception), [""; 0]);
        assert_eq!(check(&[("a.rs", LONG), ("b.rs", LONG)], exception).len(), 1);
    }

    #[test]
    fn an_exception_must_be_struck_off_when_it_is_not_needed() {
        let exception = "[[exception]]\npath = \"a.rs\"\nfunction = \"short\"\nreason = \"once\"";
        let found = check(&[("a.rs", "//! Short.\nfn short() {}\n")], exception);
        assert_eq!(
            found,
            ["a.rs:1: short needs no exception any more: strike it off xtask/tidy.toml"]
        );
    }

    #[test]
    fn an_exception_has_a_reason() {
        let exception = "[[exception]]\npath = \"a.rs\"\nfunction = \"long\"\nreason = \" \"";
        assert!(check(&[("a.rs", LONG)], exception)[0].contains("has no reason"));
    }
}
