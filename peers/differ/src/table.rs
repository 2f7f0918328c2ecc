//! The table of differences that have a reason.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::era::Era;

/// The rows for one era.
#[derive(Debug)]
pub(crate) struct Table {
    rows: Vec<Row>,
}

/// One kind of difference. A `*` stands for anything; those of `ours` and `theirs` stand for the same.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    /// The era, if it is not both.
    era: Option<String>,
    /// What is sent.
    pattern: String,
    /// What we make of it.
    ours: String,
    /// What rmcp makes of it.
    theirs: String,
    /// Why we differ.
    why: String,
}

#[derive(Debug, Deserialize)]
struct File {
    difference: Vec<Row>,
}

impl Table {
    pub(crate) fn read(era: Era) -> Result<Self> {
        let file: File = toml::from_str(TEXT).context("the table cannot be read")?;
        let is_of = |row: &Row| row.era.as_deref().is_none_or(|name| name == era.name());
        let rows = file.difference.into_iter().filter(is_of).collect();
        Ok(Self { rows })
    }

    /// The first row that is about this difference.
    pub(crate) fn explain(&self, label: &str, ours: &str, theirs: &str) -> Option<usize> {
        self.rows.iter().position(|row| {
            let starred = (held(&row.ours, ours), held(&row.theirs, theirs));
            let (Some(our), Some(their)) = starred else {
                return false;
            };
            let same = our.iter().zip(&their).all(|(our, their)| our == their);
            held(&row.pattern, label).is_some() && same && !row.why.is_empty()
        })
    }

    /// The rows that no difference met.
    pub(crate) fn unmet(&self, met: &BTreeSet<usize>) -> Vec<String> {
        let rows = self.rows.iter().enumerate();
        let unmet = rows.filter(|(number, _)| !met.contains(number));
        unmet
            .map(|(_, row)| format!("{}: {} | {}", row.pattern, row.ours, row.theirs))
            .collect()
    }
}

/// What the stars of a pattern stand for in a text; none if the text is not of the pattern.
fn held<'a>(pattern: &str, text: &'a str) -> Option<Vec<&'a str>> {
    let Some((before, rest)) = pattern.split_once('*') else {
        return (pattern == text).then(Vec::new);
    };
    let text = text.strip_prefix(before)?;
    (0..=text.len())
        .filter(|at| text.is_char_boundary(*at))
        .find_map(|at| {
            let (star, behind) = text.split_at(at);
            let mut stars = held(rest, behind)?;
            stars.insert(0, star);
            Some(stars)
        })
}

const TEXT: &str = include_str!("../differences.toml");

#[cfg(test)]
mod tests {
    use super::held;

    #[test]
    fn stars_hold_what_they_stand_for() {
        assert_eq!(held("a/*", "a/b"), Some(vec!["b"]));
        assert_eq!(held("200 * result", "200 json result"), Some(vec!["json"]));
        assert_eq!(held("*", ""), Some(vec![""]));
        assert_eq!(held("a", "b"), None);
        assert_eq!(held("a*c*e", "abcde"), Some(vec!["b", "d"]));
        assert_eq!(held("a*c", "ab"), None);
    }
}
