//! What is read out of a Rust file, on small fixtures.

use super::Source;

fn parse(text: &str) -> Source {
    Source::parse(text).unwrap()
}

fn paths(text: &str) -> Vec<String> {
    parse(text)
        .paths
        .iter()
        .map(|path| format!("{} {}", path.line, path.segments.join("::")))
        .collect()
}

#[test]
fn use_trees_are_expanded() {
    let text = "use crate::{call::Call, store::{self, Ledger as Book}};\nuse ::std::fmt::*;";
    assert_eq!(
        paths(text),
        [
            "1 crate::call::Call",
            "1 crate::store",
            "1 crate::store::Ledger",
            "2 std::fmt::*",
        ]
    );
    let names: Vec<String> = parse(text)
        .paths
        .into_iter()
        .map(|path| path.name)
        .collect();
    assert_eq!(names, ["Call", "store", "Book", "*"]);
}

#[test]
fn paths_are_found_wherever_they_stand() {
    let text = "
fn a(b: &crate::call::Call) -> Vec<std::time::Instant> {
    let c = Vec::<u8>::new();
    vec![crate::ids::next(c)]
}";
    assert_eq!(
        paths(text),
        [
            "2 crate::call::Call",
            "2 std::time::Instant",
            "4 crate::ids::next",
        ]
    );
}

#[test]
fn comments_and_strings_hold_no_paths() {
    assert_eq!(
        paths("// crate::a::b\nconst A: &str = \"crate::a::b\";"),
        [""; 0]
    );
}

#[test]
fn inline_modules_are_remembered() {
    let source = parse("mod outer { mod inner { use super::super::call; } }");
    assert_eq!(source.paths[0].inside, ["outer", "inner"]);
}

#[test]
fn functions_are_measured_in_lines_of_code() {
    let text = "
struct Thing;
impl Thing {
    /// Documentation is not counted.
    fn long(&self) {
        // neither is a comment

        let text = \"two

lines\";
        fn nested() { call(); }
        drop((
            text,
        ));
    }
    fn declared(&self);
}";
    let measured: Vec<(String, usize, usize)> = parse(text)
        .functions
        .into_iter()
        .map(|function| (function.name, function.line, function.code_lines))
        .collect();
    assert_eq!(
        measured,
        [("long".to_owned(), 5, 6), ("nested".to_owned(), 11, 1)]
    );
}

#[test]
fn derives_and_implementations_are_named() {
    let source = parse(
        "#[derive(Debug, serde::Serialize)]\nstruct A;\nimpl<'de> Deserialize<'de> for A { fn f() {} }",
    );
    let has = |name: &str, line: usize| {
        source
            .derives
            .iter()
            .any(|it| it.name == name && it.line == line)
    };
    assert!(has("Serialize", 1));
    assert!(has("Deserialize", 3));
    assert!(!has("A", 3));
}

#[test]
fn a_bound_implements_nothing() {
    let source = parse(
        "impl<T: Serialize, F: Fn() -> T> Into for Json<T, F> {}
impl<T> Json<T> where T: Serialize {}",
    );
    let names: Vec<&str> = source.derives.iter().map(|it| it.name.as_str()).collect();
    assert!(names.contains(&"Into"), "{names:?}");
    assert!(!names.contains(&"Serialize"), "{names:?}");
}

#[test]
fn test_code_is_told_from_the_rest() {
    let text = "\
fn a() {}
#[cfg(test)]
use b::c;
fn d() {}
#[cfg(not(test))]
fn e() {}
#[cfg(test)]
mod tests {
    fn f() {}
}";
    let source = parse(text);
    let lines: Vec<usize> = (1..=10).filter(|line| source.is_test_line(*line)).collect();
    assert_eq!(lines, [2, 3, 7, 8, 9, 10]);
}

#[test]
fn broken_code_is_refused_with_its_line() {
    let (line, _) = Source::parse("fn a() {}\nfn b() { ) }").unwrap_err();
    assert_eq!(line, 2);
}
