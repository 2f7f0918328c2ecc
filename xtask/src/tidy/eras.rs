//! Era words stay where the era is known: everywhere else there is one protocol.

use serde::Deserialize;

use super::finding::Finding;
use super::scope::Scope;
use super::tree::Tree;

/// In scope nobody says the words, in code or comments.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    words: Vec<String>,
    scope: Scope,
}

pub(super) fn check(tree: &Tree, section: &Section) -> Vec<Finding> {
    let words: Vec<(&str, Vec<String>)> = section
        .words
        .iter()
        .map(|word| (word.as_str(), parts(word)))
        .collect();
    let mut findings = Vec::new();
    for (file, source) in section.scope.files(tree) {
        let lines = file
            .text
            .lines()
            .enumerate()
            .map(|(index, text)| (index + 1, text));
        for (line, text) in lines.filter(|(line, _)| !source.is_test_line(*line)) {
            let spoken = parts(&without_citations(text));
            let said = words.iter().filter(|(_, word)| says(&spoken, word));
            findings.extend(said.map(|(word, _)| {
                let wrong = format!("the era word {word}");
                let cure = "decode the difference at the edge, into the request";
                Finding::new(&file.path, line, wrong, cure)
            }));
        }
    }
    findings
}

fn says(spoken: &[String], word: &[String]) -> bool {
    spoken.windows(word.len()).any(|window| window == word)
}

/// A comment may cite the specification it implements: `MCP 2026-07-28` tells no eras apart.
fn without_citations(text: &str) -> String {
    if !text.trim_start().starts_with("//") {
        return text.to_owned();
    }
    let mut cited = text.split("MCP 20");
    let before = cited.next().unwrap_or_default().to_owned();
    let after = cited
        .map(|rest| rest.trim_start_matches(|sign: char| sign.is_ascii_digit() || sign == '-'));
    after.fold(before, |text, rest| text + " " + rest)
}

/// The words in a text, in lower case, with identifiers taken apart: `LegacyCall` is two.
fn parts(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut before = ' ';
    for sign in text.chars() {
        if sign.is_alphanumeric() {
            let starts_hump = sign.is_uppercase() && before.is_lowercase();
            match found.last_mut() {
                Some(last) if before.is_alphanumeric() && !starts_hump => {
                    last.extend(sign.to_lowercase());
                }
                _ => found.push(sign.to_lowercase().collect()),
            }
        }
        before = sign;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::tree::Tree;
    use super::Section;

    fn check(text: &str) -> Vec<String> {
        let section: Section = toml::from_str(
            "words = ['legacy', '2025-11-25', 'Mcp-Session-Id']\n[scope]\ncrates = ['core']\nplaces = ['crates/core/src/protocol/legacy/']",
        )
        .unwrap();
        let tree = Tree::of(&[
            ("crates/core/src/call.rs", text),
            ("crates/core/src/call/tests.rs", text),
            ("crates/core/src/protocol/legacy/a.rs", text),
            ("crates/other/src/lib.rs", text),
        ]);
        let found = super::check(&tree, &section);
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn era_words_are_found_in_names_comments_and_strings() {
        for text in [
            "fn is_legacy() {}",
            "struct LegacyCall;",
            "// for legacy clients",
            "const A: &str = \"2025-11-25\";",
            "const A: &str = \"MCP 2025-11-25\";",
            "// MCP 2025-11-25 has no limits, 2025-11-25 has",
            "const MCP_SESSION_ID: u8 = 1;",
        ] {
            let found = check(&format!("\n{text}"));
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert!(
                found[0].starts_with("crates/core/src/call.rs:2: the era word "),
                "{found:?}"
            );
        }
    }

    #[test]
    fn other_words_and_tests_are_left_alone() {
        for text in [
            "fn delegacy() {}",
            "// 2025-11-26",
            "// a limit (MCP 2025-11-25, \"Limits\").",
            "#[cfg(test)]\nmod tests {\n    // legacy\n}",
        ] {
            assert_eq!(check(text), [""; 0]);
        }
    }
}
