//! A text as a tree of values, each with its place: what TOML and JSON have in common.

use serde_json::{Map, Number};

use super::files::{Said, Span};

/// A value and its place.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) value: Value,
    pub(crate) span: Span,
}

/// A value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Text(String),
    Number(Number),
    Boolean(bool),
    List(Vec<Node>),
    Table(Table),
    /// One that no key takes: a date, or null.
    Other(&'static str),
}

/// Keys with their values, in the order of the text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table(pub(crate) Vec<(Said<String>, Node)>);

impl Table {
    /// Takes a value out.
    pub(crate) fn take(&mut self, key: &str) -> Option<(Said<String>, Node)> {
        let place = self.0.iter().position(|(name, _)| name.value == key)?;
        Some(self.0.remove(place))
    }
}

impl Value {
    /// What it is, for a sentence; texts may be long or secret, and are not repeated.
    pub(crate) fn kind(&self) -> String {
        match self {
            Self::Text(_) => "a text".to_owned(),
            Self::Number(number) => number.to_string(),
            Self::Boolean(is) => is.to_string(),
            Self::List(_) => "a list".to_owned(),
            Self::Table(_) => "a table".to_owned(),
            Self::Other(kind) => (*kind).to_owned(),
        }
    }
}

impl Node {
    /// Calls with every text in the tree, and the key that it stands under.
    pub(crate) fn each_text(&self, key: &str, see: &mut impl FnMut(&str, &str, Span)) {
        match &self.value {
            Value::Text(text) => see(key, text, self.span),
            Value::List(items) => {
                for item in items {
                    item.each_text(key, see);
                }
            }
            Value::Table(table) => {
                for (key, value) in &table.0 {
                    value.each_text(&key.value, see);
                }
            }
            Value::Number(_) | Value::Boolean(_) | Value::Other(_) => {}
        }
    }

    /// The value as JSON, without its places.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Text(text) => text.as_str().into(),
            Value::Number(number) => number.clone().into(),
            Value::Boolean(is) => (*is).into(),
            Value::List(items) => items.iter().map(Self::to_json).collect(),
            Value::Table(table) => {
                let pairs = table.0.iter();
                let map: Map<_, _> = pairs
                    .map(|(key, value)| (key.value.clone(), value.to_json()))
                    .collect();
                map.into()
            }
            Value::Other(_) => serde_json::Value::Null,
        }
    }
}
