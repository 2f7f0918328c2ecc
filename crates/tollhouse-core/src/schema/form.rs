//! Forms: the part of JSON Schema that clients can show to a user (MCP 2026-07-28, "Elicitation").
//!
//! A form has flat fields: text, numbers, yes or no, one choice, several choices. What else a schema says
//! of a field, such as the width of an integer or that it may be null, is left out; the answer is checked
//! against the whole schema. What cannot be said by leaving out is a problem.

use serde_json::{Map, Value, json};

/// A schema as a form has it. Fields with [`problems`] are left out.
pub(crate) fn form(schema: &Value) -> Value {
    let mut form = Map::new();
    if let Some(dialect) = schema.get("$schema").filter(|dialect| dialect.is_string()) {
        form.insert("$schema".to_owned(), dialect.clone());
    }
    form.insert("type".to_owned(), json!("object"));
    let fields: Map<String, Value> = properties(schema)
        .filter_map(|(name, property)| Some((name.clone(), field(schema, property).ok()?)))
        .collect();
    let required: Vec<Value> = required(schema)
        .filter(|name| fields.contains_key(*name))
        .map(Value::from)
        .collect();
    form.insert("properties".to_owned(), Value::Object(fields));
    if !required.is_empty() {
        form.insert("required".to_owned(), Value::Array(required));
    }
    Value::Object(form)
}

/// What a form cannot say, one sentence each, for whoever wrote the schema.
pub(crate) fn problems(schema: &Value) -> Vec<String> {
    if schema.get("type").and_then(Value::as_str) != Some("object") {
        return vec!["the schema of a form has \"type\": \"object\" at its root".to_owned()];
    }
    let mut problems = Vec::new();
    for keyword in COMPOSED {
        if schema.get(keyword).is_some() {
            problems.push(format!(
                "`{keyword}` at the root: a form is a list of fields"
            ));
        }
    }
    for (name, property) in properties(schema) {
        if let Err(why) = field(schema, property) {
            problems.push(format!("field `{name}`: {why}"));
        }
        if is_secret(name, property) {
            problems.push(format!(
                "field `{name}`: a form never asks for secrets; send the user to a page of yours"
            ));
        }
    }
    for name in required(schema) {
        if properties(schema).all(|(known, _)| known != name) {
            problems.push(format!("`required` names `{name}`, which is no field"));
        }
    }
    problems
}

fn properties(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten()
}

fn required(schema: &Value) -> impl Iterator<Item = &str> {
    let names = schema.get("required").and_then(Value::as_array);
    names.into_iter().flatten().filter_map(Value::as_str)
}

/// One field as a form has it, or why it cannot.
fn field(root: &Value, property: &Value) -> Result<Value, String> {
    let plain = plain(root, property)?;
    if let Some(options) = options(&plain)? {
        return Ok(single_choice(&plain, &options));
    }
    match plain.get("type").and_then(Value::as_str) {
        Some("string") => {
            let mut field = keep(
                &plain,
                &["minLength", "maxLength", "pattern"],
                Value::is_string,
            );
            let format = plain.get("format").and_then(Value::as_str);
            if let Some(format) = format.filter(|format| FORMATS.contains(format)) {
                field.insert("format".to_owned(), json!(format));
            }
            Ok(Value::Object(field))
        }
        Some("integer" | "number") => {
            let field = keep(&plain, &["minimum", "maximum"], Value::is_number);
            Ok(Value::Object(field))
        }
        Some("boolean") => Ok(Value::Object(keep(&plain, &[], Value::is_boolean))),
        Some("array") => several_choices(root, &plain),
        Some("object") => {
            Err("a form is flat; make the parts of this object fields of their own".to_owned())
        }
        _ => Err("say one of text, number, integer, boolean, or choices of text".to_owned()),
    }
}

/// The field with references followed, `null` taken away, and a lone alternative in its place.
fn plain(root: &Value, property: &Value) -> Result<Map<String, Value>, String> {
    let mut field = object(property)?;
    for _ in 0..STEPS_MAX {
        let Some(inner) = only_meaning(root, &mut field)? else {
            without_null(&mut field);
            return Ok(field);
        };
        let mut merged = object(&inner)?;
        merged.extend(field);
        field = merged;
    }
    Err("it refers to itself".to_owned())
}

fn object(schema: &Value) -> Result<Map<String, Value>, String> {
    let fields = schema.as_object().cloned();
    fields.ok_or_else(|| "anything at all is allowed here, which a form cannot show".to_owned())
}

/// Takes out of a field the one schema that it stands for, if there is just one.
fn only_meaning(root: &Value, field: &mut Map<String, Value>) -> Result<Option<Value>, String> {
    if let Some(reference) = field.remove("$ref") {
        let pointer = reference.as_str().and_then(|text| text.strip_prefix('#'));
        let target = pointer.and_then(|pointer| root.pointer(pointer));
        return match target {
            Some(target) => Ok(Some(target.clone())),
            None => Err(format!("{reference} is not in the schema")),
        };
    }
    for keyword in ["allOf", "anyOf", "oneOf"] {
        let ways = field.get(keyword).and_then(Value::as_array);
        let mut ways = ways.into_iter().flatten().filter(|way| !is_null(way));
        // A constant is a choice, even if there is no other.
        match (ways.next().cloned(), ways.next()) {
            (Some(way), None) if way.get("const").is_none() => {
                field.remove(keyword);
                return Ok(Some(way));
            }
            _ => {}
        }
    }
    Ok(None)
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("null")
}

/// An optional field may be left out, so it need not be null.
fn without_null(field: &mut Map<String, Value>) {
    if let Some(Value::Array(types)) = field.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            field.insert("type".to_owned(), only);
        }
    }
    for keyword in ["enum", "anyOf", "oneOf"] {
        if let Some(Value::Array(ways)) = field.get_mut(keyword) {
            ways.retain(|way| !way.is_null() && !is_null(way));
        }
    }
}

/// One thing to choose, and its title if it has one.
struct Choice {
    value: String,
    title: Option<String>,
}

/// What there is to choose from; `None` if the field is no choice.
fn options(field: &Map<String, Value>) -> Result<Option<Vec<Choice>>, String> {
    if let Some(Value::Array(ways)) = field.get("oneOf").or_else(|| field.get("anyOf")) {
        let mut choices = Vec::new();
        for way in ways.iter().filter_map(Value::as_object) {
            let told = way.get("title").or_else(|| way.get("description"));
            let told = told.and_then(Value::as_str).map(str::to_owned);
            match (way.get("const"), listed(way)?) {
                (Some(value), _) => choices.push(choice(value, told)?),
                (None, Some(listed)) => choices.extend(listed),
                (None, None) => return Err("more than one form of the same field".to_owned()),
            }
        }
        return Ok(Some(choices));
    }
    match field.get("const") {
        Some(value) => Ok(Some(vec![choice(value, None)?])),
        None => listed(field),
    }
}

/// The choices of an `enum`, with the names that older schemas put beside it.
fn listed(field: &Map<String, Value>) -> Result<Option<Vec<Choice>>, String> {
    let Some(Value::Array(values)) = field.get("enum") else {
        return Ok(None);
    };
    let names = field.get("enumNames").and_then(Value::as_array);
    let name = |at: usize| Some(names?.get(at)?.as_str()?.to_owned());
    let choices = values.iter().enumerate();
    let choices = choices.map(|(at, value)| choice(value, name(at)));
    choices.collect::<Result<_, _>>().map(Some)
}

fn choice(value: &Value, title: Option<String>) -> Result<Choice, String> {
    let text = value.as_str().map(str::to_owned);
    text.map(|value| Choice { value, title })
        .ok_or_else(|| format!("the choice {value} is not a text"))
}

fn single_choice(field: &Map<String, Value>, choices: &[Choice]) -> Value {
    let mut single = keep(field, &[], Value::is_string);
    single.insert("type".to_owned(), json!("string"));
    match (names_beside(field), titled(choices)) {
        (Some(names), _) => {
            single.insert("enum".to_owned(), values(choices));
            single.insert("enumNames".to_owned(), names.clone())
        }
        (None, Some(titled)) => single.insert("oneOf".to_owned(), titled),
        (None, None) => single.insert("enum".to_owned(), values(choices)),
    };
    Value::Object(single)
}

/// Names beside an `enum` as older schemas have them, which clients still show: one for each choice.
fn names_beside(field: &Map<String, Value>) -> Option<&Value> {
    let names = field.get("enumNames")?;
    let each = names.as_array()?.len() == field.get("enum")?.as_array()?.len();
    let texts = names.as_array()?.iter().all(Value::is_string);
    (each && texts).then_some(names)
}

fn several_choices(root: &Value, field: &Map<String, Value>) -> Result<Value, String> {
    let items = field.get("items").map(|items| plain(root, items));
    let choices = match items.transpose()? {
        Some(items) => options(&items)?,
        None => None,
    };
    let choices = choices.ok_or("a list in a form is a choice of several given texts")?;
    let is_texts = |value: &Value| {
        let texts = value.as_array();
        texts.is_some_and(|texts| texts.iter().all(Value::is_string))
    };
    let mut several = keep(field, &["minItems", "maxItems"], is_texts);
    let items = match titled(&choices) {
        Some(titled) => json!({"anyOf": titled}),
        None => json!({"type": "string", "enum": values(&choices)}),
    };
    several.insert("items".to_owned(), items);
    Ok(Value::Object(several))
}

/// The choices with their titles, if any has one; the others are called what they are.
fn titled(choices: &[Choice]) -> Option<Value> {
    let any = choices.iter().any(|choice| choice.title.is_some());
    any.then(|| {
        let named = choices.iter().map(|choice| {
            let title = choice.title.as_ref().unwrap_or(&choice.value);
            json!({"const": choice.value, "title": title})
        });
        named.collect()
    })
}

fn values(choices: &[Choice]) -> Value {
    choices.iter().map(|choice| json!(choice.value)).collect()
}

/// What every field may have, some keywords more, and a default if it is of the field's kind.
fn keep(
    field: &Map<String, Value>,
    more: &[&str],
    is_default: impl Fn(&Value) -> bool,
) -> Map<String, Value> {
    let names = ["type", "title", "description"];
    let names = names.iter().chain(more);
    let mut kept: Map<String, Value> = names
        .filter_map(|name| Some(((*name).to_owned(), field.get(*name)?.clone())))
        .collect();
    if let Some(default) = field.get("default").filter(|value| is_default(value)) {
        kept.insert("default".to_owned(), default.clone());
    }
    kept
}

/// Whether a field asks for what only a page of the server's own may ask for.
fn is_secret(name: &str, property: &Value) -> bool {
    let letters = name.chars().filter(char::is_ascii_alphanumeric);
    let name: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    let is_written = property.get("writeOnly") == Some(&Value::Bool(true));
    let format = property.get("format").and_then(Value::as_str);
    is_written || format == Some("password") || SECRETS.iter().any(|end| name.ends_with(end))
}

const FORMATS: [&str; 4] = ["email", "uri", "date", "date-time"];
const COMPOSED: [&str; 7] = [
    "$ref",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "patternProperties",
];
const SECRETS: [&str; 10] = [
    "password",
    "passwd",
    "passphrase",
    "apikey",
    "accesstoken",
    "clientsecret",
    "privatekey",
    "cardnumber",
    "cvv",
    "cvc",
];
const STEPS_MAX: usize = 8;

#[cfg(test)]
mod tests;
