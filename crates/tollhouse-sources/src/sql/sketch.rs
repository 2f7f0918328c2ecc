//! What a database has, for whoever writes the first tools for it.

use std::path::Path;

use serde_json::Value;

use super::{
    error::SqlError,
    schema::{Affinity, Survey, Table, quoted},
};

/// A table or a view, as far as a tool that reads it has to know it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TableSketch {
    /// Its name.
    pub name: String,
    /// Its name as SQL takes it, whatever is in it.
    pub quoted: String,
    /// Its columns, without those of bytes.
    pub columns: Vec<ColumnSketch>,
    /// Where its primary key stands among these, if that is one column.
    pub key: Option<usize>,
}

/// A column.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ColumnSketch {
    /// Its name.
    pub name: String,
    /// Its name as SQL takes it.
    pub quoted: String,
    /// What values it keeps.
    pub kind: ColumnKind,
    /// The only values that it takes, if the table says so.
    pub choices: Option<Vec<Value>>,
}

/// What values a column keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// Texts.
    Text,
    /// Whole numbers.
    Integer,
    /// Other numbers, or anything.
    Other,
}

/// The tables and views of a database that have something to read, by name. The file is only looked at.
///
/// # Errors
///
/// The file is not there, or is no database.
pub fn sketch(path: &Path) -> Result<Vec<TableSketch>, SqlError> {
    let survey = Survey::open(path)?;
    let tables = survey.schema.tables.iter();
    let tables = tables.map(|table| of_table(table, &survey));
    Ok(tables.filter(|table| !table.columns.is_empty()).collect())
}

fn of_table(table: &Table, survey: &Survey) -> TableSketch {
    let readable = table
        .columns
        .iter()
        .filter(|column| column.declared.is_empty() || column.affinity() != Affinity::Blob);
    let columns: Vec<ColumnSketch> = readable
        .map(|column| ColumnSketch {
            name: column.name.clone(),
            quoted: plain_or_quoted(&column.name, survey),
            kind: match column.affinity() {
                Affinity::Text => ColumnKind::Text,
                Affinity::Integer => ColumnKind::Integer,
                Affinity::Blob | Affinity::Real | Affinity::Numeric => ColumnKind::Other,
            },
            choices: column
                .choices
                .as_ref()
                .map(|choices| choices.values.clone()),
        })
        .collect();
    let key = table
        .key()
        .and_then(|key| columns.iter().position(|column| column.name == key.name));
    TableSketch {
        name: table.name.clone(),
        quoted: plain_or_quoted(&table.name, survey),
        columns,
        key,
    }
}

/// A name that needs no quotes has none: people read it.
fn plain_or_quoted(name: &str, survey: &Survey) -> String {
    let is_plain = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    // Keywords look like names and are none.
    if is_plain && survey.takes(&format!("SELECT {name} FROM (SELECT 1 AS {name})")) {
        name.to_owned()
    } else {
        quoted(name)
    }
}
