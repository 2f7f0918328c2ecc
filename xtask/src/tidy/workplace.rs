//! No word in the repository betrays where and by whom it was worked on.

use serde::Deserialize;

use super::finding::Finding;
use super::scope::is_under;
use super::tree::Tree;

/// Places whose text comes from elsewhere.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    foreign: Vec<String>,
}

pub(super) fn check(tree: &Tree, section: &Section) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree
        .files()
        .filter(|file| !is_under(&file.path, &section.foreign))
    {
        for (index, text) in file.text.lines().enumerate() {
            if let Some(word) = betrayal(&text.to_lowercase()) {
                let wrong = format!("{word} speaks of the workplace");
                findings.push(Finding::new(&file.path, index + 1, wrong, "say it without"));
            }
        }
    }
    findings
}

/// The first telling word in a line of lower-case text.
fn betrayal(text: &str) -> Option<String> {
    let starts = PLACES.iter().find(|place| {
        text.match_indices(*place).any(|(at, _)| {
            let before = text.get(..at).and_then(|head| head.chars().next_back());
            before.is_none_or(|sign| !sign.is_alphanumeric() && !"._-".contains(sign))
        })
    });
    starts
        .map(|place| (*place).to_owned())
        .or_else(|| numbered(text))
}

/// A noun with a number behind it, as lists of work have them.
fn numbered(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.windows(2).find_map(|pair| {
        let [noun, number] = pair else { return None };
        let noun = noun.trim_start_matches(|sign: char| !sign.is_alphanumeric());
        let number = number.trim_start_matches('#');
        (COUNTED.contains(&noun) && number.starts_with(|sign: char| sign.is_ascii_digit()))
            .then(|| format!("{noun} {number}"))
    })
}

// Put together here so that this file does not break its own rule.
const PLACES: [&str; 2] = [concat!("/wo", "rk/"), concat!("fa", "rm-")];
const COUNTED: [&str; 3] = ["session", "helper", "issue"];

#[cfg(test)]
mod tests {
    use super::super::tree::Tree;
    use super::Section;

    fn check(path: &str, text: &str) -> usize {
        let section: Section = toml::from_str("foreign = ['vendor/']").unwrap();
        super::check(&Tree::of(&[(path, text)]), &section).len()
    }

    #[test]
    fn telling_words_are_found() {
        for text in [
            concat!("cd /wo", "rk/main"),
            concat!("`fa", "rm-bench`"),
            concat!("as said in (session", " 1)"),
            concat!("Mends issue", " #12."),
        ] {
            assert_eq!(check("page.md", text), 1, "{text}");
            assert_eq!(check("vendor/page.md", text), 0, "{text}");
        }
    }

    #[test]
    fn plain_words_are_left_alone() {
        for text in [
            "https://example.org/work/1",
            "a session of 1 hour",
            "issues 1",
            "frameworks/a",
        ] {
            assert_eq!(check("page.md", text), 0, "{text}");
        }
    }
}
