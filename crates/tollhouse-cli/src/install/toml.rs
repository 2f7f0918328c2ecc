//! TOML, edited so that everything stays that is not concerned.

use serde_json::{Map, Value};
use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike};

use super::{document::Unfit, entry::Entry};

pub(super) fn servers(text: &str, table: &str) -> Result<Map<String, Value>, Unfit> {
    let document = parse(text)?;
    let Some(item) = document.get(table) else {
        return Ok(Map::new());
    };
    let servers = item
        .as_table_like()
        .ok_or_else(|| Unfit::Table(table.to_owned()))?;
    let read = servers
        .iter()
        .map(|(name, item)| (name.to_owned(), json(item)));
    Ok(read.collect())
}

pub(super) fn put(text: &str, table: &str, name: &str, entry: &Entry) -> Result<String, Unfit> {
    let mut document = parse(text)?;
    let servers = document.entry(table).or_insert_with(|| {
        let mut made = Table::new();
        // Its own header would say nothing.
        made.set_implicit(true);
        Item::Table(made)
    });
    let is_inline = servers.is_inline_table();
    let servers = like(servers, table)?;
    if servers.get(name).is_none() {
        let made = if is_inline {
            Item::Value(InlineTable::new().into())
        } else {
            Item::Table(Table::new())
        };
        servers.insert(name, made);
    }
    let unfit = || Unfit::Table(name.to_owned());
    let present = servers.get_mut(name).ok_or_else(unfit)?;
    let present = like(present, name)?;
    for (key, value) in &entry.value {
        if present.get(key).is_none_or(|item| json(item) != *value) {
            present.insert(key, Item::Value(toml(value)));
        }
    }
    Ok(with_lines_of(text, document.to_string()))
}

pub(super) fn take(text: &str, table: &str, name: &str) -> Result<String, Unfit> {
    let mut document = parse(text)?;
    if let Some(servers) = document.get_mut(table) {
        drop(like(servers, table)?.remove(name));
    }
    Ok(with_lines_of(text, document.to_string()))
}

fn parse(text: &str) -> Result<DocumentMut, Unfit> {
    text.parse().map_err(|error: toml_edit::TomlError| {
        let start = error.span().map_or(0, |span| span.start);
        let line = 1 + text.get(..start).unwrap_or_default().matches('\n').count();
        Unfit::Text("TOML", format!("{} on line {line}", error.message()))
    })
}

fn like<'a>(item: &'a mut Item, name: &str) -> Result<&'a mut dyn TableLike, Unfit> {
    item.as_table_like_mut()
        .ok_or_else(|| Unfit::Table(name.to_owned()))
}

/// Ends lines as the text before did.
fn with_lines_of(before: &str, text: String) -> String {
    let is_windows = before.contains("\r\n") && !before.replace("\r\n", "").contains('\n');
    if is_windows {
        text.replace("\r\n", "\n").replace('\n', "\r\n")
    } else {
        text
    }
}

fn json(item: &Item) -> Value {
    if let Some(table) = item.as_table_like() {
        let all = table.iter().map(|(key, item)| (key.to_owned(), json(item)));
        return Value::Object(all.collect());
    }
    if let Some(all) = item.as_array() {
        let all = all.iter().map(|value| json(&Item::Value(value.clone())));
        return Value::Array(all.collect());
    }
    match item.as_value() {
        Some(toml_edit::Value::Boolean(is)) => (*is.value()).into(),
        Some(toml_edit::Value::Integer(number)) => (*number.value()).into(),
        Some(toml_edit::Value::Float(number)) => (*number.value()).into(),
        Some(toml_edit::Value::String(text)) => text.value().as_str().into(),
        other => other.map_or(Value::Null, |value| value.to_string().into()),
    }
}

fn toml(value: &Value) -> toml_edit::Value {
    match value {
        Value::Bool(is) => (*is).into(),
        Value::String(text) => text.as_str().into(),
        Value::Number(number) => number
            .as_i64()
            .map_or_else(|| number.as_f64().unwrap_or_default().into(), Into::into),
        Value::Array(all) => all.iter().map(toml).collect::<Array>().into(),
        Value::Object(all) => {
            let all = all.iter().map(|(key, value)| (key.as_str(), toml(value)));
            all.collect::<InlineTable>().into()
        }
        // TOML has none, and no entry has one.
        Value::Null => "".into(),
    }
}
