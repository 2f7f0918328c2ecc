//! JSON with comments, edited so that every byte stays that is not concerned.

use jsonc_parser::{
    ParseOptions,
    cst::{CstArray, CstInputValue, CstNode, CstObject, CstRootNode},
};
use serde_json::{Map, Value};

use super::{document::Unfit, entry::Entry};

pub(super) fn servers(text: &str, table: &str) -> Result<Map<String, Value>, Unfit> {
    let (_root, top) = parse(text)?;
    let Some(servers) = object(&top, table)? else {
        return Ok(Map::new());
    };
    let read = servers.properties().into_iter().filter_map(|property| {
        let name = property.decoded_name()?;
        Some((name, property.to_serde_value().unwrap_or_default()))
    });
    Ok(read.collect())
}

pub(super) fn put(text: &str, table: &str, name: &str, entry: &Entry) -> Result<String, Unfit> {
    let (root, top) = parse(text)?;
    let servers = match object(&top, table)? {
        Some(servers) => servers,
        None => {
            let made = top.append(table, CstInputValue::Object(Vec::new()));
            made.object_value_or_set()
        }
    };
    match object(&servers, name)? {
        Some(present) => {
            for (key, value) in &entry.value {
                set(&present, key, value);
            }
        }
        None => {
            servers.append(name, input_value(&Value::Object(entry.value.clone())));
        }
    }
    if let Some(input) = &entry.input {
        put_input(&top, input)?;
    }
    Ok(root.to_string())
}

pub(super) fn take(text: &str, table: &str, name: &str, input: &str) -> Result<String, Unfit> {
    let (root, top) = parse(text)?;
    if let Some(property) = object(&top, table)?.and_then(|servers| servers.get(name)) {
        property.remove();
    }
    if let Some(asked) = inputs(&top).and_then(|inputs| with_id(&inputs, input)) {
        asked.remove();
    }
    Ok(root.to_string())
}

pub(super) fn input(text: &str, id: &str) -> Option<Value> {
    let (_root, top) = parse(text).ok()?;
    with_id(&inputs(&top)?, id)?.to_serde_value()
}

/// The tree and the object at its top. An empty file is an empty object.
fn parse(text: &str) -> Result<(CstRootNode, CstObject), Unfit> {
    let text = if text.trim().is_empty() { "{}\n" } else { text };
    let root = CstRootNode::parse(text, &OPTIONS)
        .map_err(|error| Unfit::Text("JSON", error.to_string()))?;
    let top = root
        .object_value()
        .ok_or_else(|| Unfit::Text("JSON", "its top is not an object".to_owned()))?;
    Ok((root, top))
}

/// The object at this key. Another value is not overwritten.
fn object(parent: &CstObject, key: &str) -> Result<Option<CstObject>, Unfit> {
    let Some(property) = parent.get(key) else {
        return Ok(None);
    };
    let object = property.object_value();
    object.map(Some).ok_or_else(|| Unfit::Table(key.to_owned()))
}

fn set(present: &CstObject, key: &str, value: &Value) {
    match present.get(key) {
        Some(property) if property.to_serde_value().as_ref() == Some(value) => {}
        Some(property) => property.set_value(input_value(value)),
        None => drop(present.append(key, input_value(value))),
    }
}

fn put_input(top: &CstObject, input: &Value) -> Result<(), Unfit> {
    let inputs = match (inputs(top), top.get(INPUTS)) {
        (Some(inputs), _) => inputs,
        (None, Some(_)) => return Err(Unfit::Table(INPUTS.to_owned())),
        (None, None) => top
            .append(INPUTS, CstInputValue::Array(Vec::new()))
            .array_value_or_set(),
    };
    let id = input.get("id").and_then(Value::as_str).unwrap_or_default();
    if with_id(&inputs, id).is_none() {
        inputs.append(input_value(input));
    }
    Ok(())
}

fn inputs(top: &CstObject) -> Option<CstArray> {
    top.array_value(INPUTS)
}

fn with_id(inputs: &CstArray, id: &str) -> Option<CstNode> {
    inputs.elements().into_iter().find(|element| {
        let value = element.to_serde_value().unwrap_or_default();
        value.get("id").and_then(Value::as_str) == Some(id)
    })
}

fn input_value(value: &Value) -> CstInputValue {
    match value {
        Value::Null => CstInputValue::Null,
        Value::Bool(is) => CstInputValue::Bool(*is),
        Value::Number(number) => CstInputValue::Number(number.to_string()),
        Value::String(text) => CstInputValue::String(text.clone()),
        Value::Array(all) => CstInputValue::Array(all.iter().map(input_value).collect()),
        Value::Object(all) => {
            let all = all.iter();
            CstInputValue::Object(
                all.map(|(key, value)| (key.clone(), input_value(value)))
                    .collect(),
            )
        }
    }
}

/// Comments and trailing commas, as clients take them; nothing beyond.
const OPTIONS: ParseOptions = ParseOptions {
    allow_comments: true,
    allow_trailing_commas: true,
    allow_loose_object_property_names: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};
const INPUTS: &str = "inputs";
