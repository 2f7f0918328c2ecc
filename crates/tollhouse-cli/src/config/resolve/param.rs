//! A parameter as a property of the tool's input schema.

use serde_json::{Map, Value};

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
    Property {
        kind,
        schema: schema.into(),
        is_required: !is_optional && !has_default,
        has_default,
        pattern,
    }
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
