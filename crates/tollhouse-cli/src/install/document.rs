//! A configuration file as text: what stands in it about servers, put in, taken out.

use serde_json::{Map, Value};

use super::{
    client::{File, Format},
    entry::Entry,
    json, toml,
};

/// Why a file is left alone.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unfit {
    /// Its text is not what its format asks for.
    #[error("it is not {0}: {1}. Mend it, or move it away; it was left as it is")]
    Text(&'static str, String),
    /// Something else stands where servers belong.
    #[error("`{0}` in it is not a table of servers. It was left as it is")]
    Table(String),
}

/// All servers that stand in the file, by name.
pub(crate) fn servers(text: &str, file: &File) -> Result<Map<String, Value>, Unfit> {
    let (_, text) = marked(text);
    match file.format {
        Format::Json => json::servers(text, file.table),
        Format::Toml => toml::servers(text, file.table),
    }
}

/// The text with this entry in it. What else stands there stays, also in an entry of the same name.
pub(crate) fn put(text: &str, file: &File, name: &str, entry: &Entry) -> Result<String, Unfit> {
    let (mark, text) = marked(text);
    let put = match file.format {
        Format::Json => json::put(text, file.table, name, entry)?,
        Format::Toml => toml::put(text, file.table, name, entry)?,
    };
    Ok(format!("{mark}{put}"))
}

/// The text without the entry of this name, and without the question of this id.
pub(crate) fn take(text: &str, file: &File, name: &str, input: &str) -> Result<String, Unfit> {
    let (mark, text) = marked(text);
    let taken = match file.format {
        Format::Json => json::take(text, file.table, name, input)?,
        Format::Toml => toml::take(text, file.table, name)?,
    };
    Ok(format!("{mark}{taken}"))
}

/// The question of this id, for clients that have such.
pub(crate) fn input(text: &str, file: &File, id: &str) -> Option<Value> {
    match file.format {
        Format::Json => json::input(marked(text).1, id),
        Format::Toml => None,
    }
}

/// Some editors begin files with a mark of the byte order.
fn marked(text: &str) -> (&'static str, &str) {
    match text.strip_prefix(MARK) {
        Some(rest) => (MARK, rest),
        None => ("", text),
    }
}

const MARK: &str = "\u{feff}";
