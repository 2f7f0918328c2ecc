//! TOML as a tree.

use serde_json::Number;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    codes::Code,
    files::{Said, Span},
    node::{Node, Table, Value},
    problem::Problems,
};

/// Reads a text. What is no TOML is told, and what can be made of the rest is given.
pub(crate) fn read(text: &str, file: usize, problems: &mut Problems) -> Node {
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let span = error.span().unwrap_or(0..0);
        let words = error.message().lines().collect::<Vec<_>>().join("; ");
        let span = Span::new(file, &span);
        let fix = match words.as_str() {
            "duplicate key" => "rename it, or take one of the two out",
            _ => "mend the TOML here",
        };
        problems.add(Code::Syntax, span, words, fix);
    }
    Node {
        span: Span::new(file, &table.span()),
        value: Value::Table(read_table(table.get_ref(), file)),
    }
}

fn read_table(table: &DeTable<'_>, file: usize) -> Table {
    let mut entries: Vec<(Said<String>, Node)> = table
        .iter()
        .map(|(key, value)| {
            let key = Said::new(key.get_ref().to_string(), Span::new(file, &key.span()));
            (key, node(value, file))
        })
        .collect();
    // The parser sorts by name; what is listed later keeps the order of the text.
    entries.sort_by_key(|(key, _)| key.span.start);
    Table(entries)
}

fn node(value: &Spanned<DeValue<'_>>, file: usize) -> Node {
    let read = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(integer) => match i64::from_str_radix(integer.as_str(), integer.radix()) {
            Ok(integer) => Value::Number(integer.into()),
            Err(_) => Value::Other("a number out of bounds"),
        },
        DeValue::Float(float) => {
            let finite = float.as_str().parse().ok().and_then(Number::from_f64);
            finite.map_or(Value::Other("a number that is none"), Value::Number)
        }
        DeValue::Boolean(is) => Value::Boolean(*is),
        DeValue::Datetime(_) => Value::Other("a date"),
        DeValue::Array(items) => Value::List(items.iter().map(|item| node(item, file)).collect()),
        DeValue::Table(table) => Value::Table(read_table(table, file)),
    };
    Node {
        value: read,
        span: Span::new(file, &value.span()),
    }
}
