//! A parameter as a property of the tool's input schema.

use serde_json::{Map, Value};
use tollhouse_sources::sql::Exists;

use super::rules;
use crate::config::{
    codes::Code,
    fields::Choice as _,
    files::{Said, Span},
    problem::Problems,
    raw::{Param, Type},
};

/// A parameter, ready for the schema.
pub(super) struct Property {
    pub(super) kind: Type,
    pub(super) schema: Value,
    pub(super) is_required: bool,
    pub(super) has_default: bool,
    pub(super) pattern: Option<Span>,
    /// The column that its value must be in.
    pub(super) exists: Option<(Exists, Span)>,
}

/// Reads a parameter; rules that cannot be are told and left out.
pub(super) fn property(name: &Said<String>, said: Param, problems: &mut Problems) -> Property {
    if !is_name(&name.value) {
        let text = format!("`{}` cannot be written as :name", name.value);
        let fix = "begin with a letter, then letters, digits and _";
        problems.add(Code::BadName, name.span, text, fix);
    }
    let kind = said.kind.as_ref().map_or(Type::String, |kind| kind.value);
    rules::check(&name.value, kind, &said, problems);
    let has_default = said.default.is_some();
    let is_optional = said.optional.as_ref().is_some_and(|said| said.value);
    let mut schema = Map::new();
    let mut add = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            schema.insert(key.to_owned(), value);
        }
    };
    add("type", Some(kind.word().into()));
    let description = said.description.map(|said| said.value.trim().to_owned());
    add("description", description.map(Value::from));
    let allowed = said.allowed.filter(|allowed| !allowed.is_empty());
    let values = |all: Vec<Said<Value>>| all.into_iter().map(|one| one.value).collect();
    add("enum", allowed.map(values));
    add("minimum", said.min.map(|said| said.value.into()));
    add("maximum", said.max.map(|said| said.value.into()));
    add("minLength", said.min_length.map(|said| said.value.into()));
    add("maxLength", said.max_length.map(|said| said.value.into()));
    let pattern = said.pattern.as_ref().map(|said| said.span);
    add("pattern", said.pattern.map(|said| said.value.into()));
    add("default", said.default.map(|said| said.value));
    let exists = said
        .exists_in
        .and_then(|said| exists(name, &said, problems));
    Property {
        exists,
        kind,
        schema: schema.into(),
        is_required: !is_optional && !has_default,
        has_default,
        pattern,
    }
}

/// `table.column`.
fn exists(
    name: &Said<String>,
    said: &Said<String>,
    problems: &mut Problems,
) -> Option<(Exists, Span)> {
    let parts = said.value.split_once('.');
    let parts = parts.filter(|(table, column)| !table.is_empty() && !column.is_empty());
    let Some((table, column)) = parts else {
        let text = format!("`{}` names no column of a table", said.value);
        let fix = "write table.column, for example exists_in = \"orders.id\"";
        problems.add(Code::Malformed, said.span, text, fix);
        return None;
    };
    let exists = Exists {
        argument: name.value.clone(),
        table: table.to_owned(),
        column: column.to_owned(),
    };
    Some((exists, said.span))
}

/// Whether a statement can say `:name`.
pub(crate) fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    characters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|next| next.is_ascii_alphanumeric() || next == '_')
        && name.len() <= NAME_BYTES_MAX
}

const NAME_BYTES_MAX: usize = 64;
