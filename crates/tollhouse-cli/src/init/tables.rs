//! The first tools of a database: one that searches each table, and one that gets a row by its key.

use std::{collections::BTreeSet, fmt::Write as _, path::Path};

use serde_json::Value;
use tollhouse_sources::sql::{ColumnKind, ColumnSketch, TableSketch};

use crate::config::resolve::is_name;

/// The configuration, as a text that people go on with.
pub(super) fn config(database: &Path, tables: &[TableSketch], name: Option<&str>) -> String {
    let source = database
        .file_stem()
        .map(|stem| word(&stem.to_string_lossy()));
    let source = source.unwrap_or_else(|| "database".to_owned());
    let mut text = String::new();
    if name.is_none() {
        put(&mut text, "server.name", &source);
        text.push('\n');
    }
    text.push_str(&format!("[sources.{source}]\n"));
    put(&mut text, "type", "sqlite");
    put(&mut text, "path", &database.to_string_lossy());
    let mut names = BTreeSet::new();
    for table in tables {
        let known = free(&word(&table.name), &mut names);
        search(&mut text, table, &known, &source);
        get(&mut text, table, &known, &source);
    }
    text
}

/// The ways in which a table is searched.
struct Search<'a> {
    /// The columns that are looked through for words.
    texts: Vec<&'a ColumnSketch>,
    /// The columns that have few values, and these.
    filters: Vec<(&'a ColumnSketch, Vec<&'a str>)>,
}

impl<'a> Search<'a> {
    fn of(table: &'a TableSketch) -> Self {
        let columns = readable(table);
        let is_free = |column: &ColumnSketch| !["query", "limit"].contains(&column.name.as_str());
        let texts = columns
            .iter()
            .filter(|column| column.kind == ColumnKind::Text && choices(column).is_none());
        let filters = columns
            .iter()
            .filter(|column| is_name(&column.name) && is_free(column))
            .filter_map(|column| Some((*column, choices(column)?)));
        Self {
            texts: texts.copied().take(TEXTS_MAX).collect(),
            filters: filters.take(FILTERS_MAX).collect(),
        }
    }

    /// The end of a sentence: "for words in a, b and c and by d".
    fn ways(&self) -> String {
        let mut ways = Vec::new();
        if !self.texts.is_empty() {
            let names = self.texts.iter().map(|column| &column.name);
            ways.push(format!("for words in {}", listed(names)));
        }
        if !self.filters.is_empty() {
            let names = self.filters.iter().map(|(column, _)| &column.name);
            ways.push(format!("by {}", listed(names)));
        }
        ways.join(" and ")
    }

    /// The statement, over the columns that are shown.
    fn sql(&self, table: &TableSketch) -> String {
        let columns = readable(table).into_iter().take(COLUMNS_MAX);
        let columns: Vec<&str> = columns.map(|column| column.quoted.as_str()).collect();
        let mut sql = format!("SELECT {} FROM {}", columns.join(", "), table.quoted);
        let words = (!self.texts.is_empty()).then(|| {
            let text = joined(&self.texts);
            format!("(:query IS NULL OR instr(lower({text}), lower(:query)))")
        });
        let filters = self.filters.iter().map(|(column, _)| {
            let ColumnSketch { name, quoted, .. } = column;
            format!("(:{name} IS NULL OR {quoted} = :{name})")
        });
        let conditions: Vec<String> = words.into_iter().chain(filters).collect();
        if !conditions.is_empty() {
            sql.push_str(&format!(" WHERE {}", conditions.join(" AND ")));
        }
        if let Some(key) = key(table) {
            sql.push_str(&format!(" ORDER BY {}", key.quoted));
        }
        sql.push_str(" LIMIT :limit");
        sql
    }
}

fn search(text: &mut String, table: &TableSketch, known: &str, source: &str) {
    let search = Search::of(table);
    let ways = search.ways();
    let name = said(&table.name);
    let (verb, about) = if ways.is_empty() {
        ("list", format!("List the first rows of {name}."))
    } else {
        ("search", format!("Search {name} {ways}."))
    };
    text.push_str(&format!("\n[tools.{verb}_{known}]\n"));
    put(text, "source", source);
    put(text, "description", &about);
    put(text, "sql", &search.sql(table));
    if !search.texts.is_empty() {
        text.push_str("params.query = { min_length = 1, max_length = 200, optional = true }\n");
    }
    for (column, choices) in &search.filters {
        let choices: toml_edit::Array = choices.iter().copied().collect();
        let name = &column.name;
        text.push_str(&format!(
            "params.{name} = {{ enum = {choices}, optional = true }}\n"
        ));
    }
    text.push_str("params.limit = { type = \"integer\", min = 1, max = 50, default = 10 }\n");
}

fn get(text: &mut String, table: &TableSketch, known: &str, source: &str) {
    let Some(key) = key(table) else { return };
    let kind = match key.kind {
        ColumnKind::Text => "string",
        ColumnKind::Integer => "integer",
        ColumnKind::Other => return,
    };
    let parameter = if is_name(&key.name) {
        key.name.as_str()
    } else {
        "key"
    };
    text.push_str(&format!("\n[tools.get_{known}]\n"));
    put(text, "source", source);
    put(
        text,
        "description",
        &format!(
            "Get one row of {} by its exact {}.",
            said(&table.name),
            said(&key.name)
        ),
    );
    let columns = readable(table)
        .into_iter()
        .map(|column| column.quoted.as_str());
    let columns = columns.collect::<Vec<_>>().join(", ");
    put(
        text,
        "sql",
        &format!(
            "SELECT {columns} FROM {} WHERE {} = :{parameter}",
            table.quoted, key.quoted
        ),
    );
    put(text, "returns", "one");
    put(text, "not_found", &format!("No row {{{parameter}}}."));
    text.push_str(&format!("params.{parameter} = {{ type = \"{kind}\" }}\n"));
}

/// The columns whose names can stand in a statement that has no templates in it.
fn readable(table: &TableSketch) -> Vec<&ColumnSketch> {
    table
        .columns
        .iter()
        .filter(|column| is_sayable(&column.name))
        .collect()
}

fn key(table: &TableSketch) -> Option<&ColumnSketch> {
    let key = table.key.and_then(|place| table.columns.get(place));
    key.filter(|key| is_sayable(&key.name))
}

/// Whether a table can be read by a statement made here.
pub(crate) fn is_of_use(table: &TableSketch) -> bool {
    is_sayable(&table.name) && !readable(table).is_empty()
}

/// Braces and dollar signs would be taken for a template.
fn is_sayable(name: &str) -> bool {
    !name.contains(['{', '}', '$', '%']) && !name.chars().any(char::is_control)
}

fn choices(column: &ColumnSketch) -> Option<Vec<&str>> {
    let choices = column.choices.as_ref()?;
    let texts: Vec<&str> = choices.iter().filter_map(Value::as_str).collect();
    (!texts.is_empty() && texts.len() == choices.len()).then_some(texts)
}

/// The texts as one, to be looked through at once.
fn joined(texts: &[&ColumnSketch]) -> String {
    match texts {
        [one] => one.quoted.clone(),
        several => {
            let names = several.iter().map(|column| column.quoted.as_str());
            format!("concat_ws(' ', {})", names.collect::<Vec<_>>().join(", "))
        }
    }
}

/// One, two and three.
fn listed<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<String> = names.map(|name| said(name)).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// A name of the database in a sentence: it may be as long as it likes.
fn said(name: &str) -> String {
    name.chars()
        .filter(|letter| !letter.is_control())
        .take(NAME_CHARACTERS_MAX)
        .collect()
}

/// A name as the middle of a tool's name, or a source's.
fn word(name: &str) -> String {
    let letters = name.chars().take(NAME_CHARACTERS_MAX).map(|letter| {
        if letter.is_ascii_alphanumeric() {
            letter.to_ascii_lowercase()
        } else {
            '_'
        }
    });
    let word: String = letters.collect();
    let word = word.trim_matches('_');
    if word.is_empty() {
        "table".to_owned()
    } else {
        word.to_owned()
    }
}

/// The word, or with a number behind it if it is taken.
fn free(word: &str, taken: &mut BTreeSet<String>) -> String {
    let mut free = word.to_owned();
    let mut number = 2;
    while !taken.insert(free.clone()) {
        free = format!("{word}_{number}");
        number += 1;
    }
    free
}

/// A key with a text, quoted as it has to be.
fn put(text: &mut String, key: &str, value: &str) {
    // Writing to a string cannot fail.
    let _written = writeln!(text, "{key} = {}", toml_edit::Value::from(value));
}

const TEXTS_MAX: usize = 6;
const FILTERS_MAX: usize = 4;
const COLUMNS_MAX: usize = 12;
const NAME_CHARACTERS_MAX: usize = 40;
