//! One violation of a schema, in one sentence for a model.

use std::fmt::{self, Write as _};

use jsonschema::{
    ValidationError,
    error::{TypeKind, ValidationErrorKind as Kind},
};
use serde_json::Value;

use crate::fault::cut;

mod rule;

use rule::rule;

/// Says where, what was expected, what came, and what is nearest, in a bounded length.
pub(super) fn tell(error: &ValidationError<'_>, document: &Value) -> String {
    cut(&told(error, document, LEVELS_MAX), PROBLEM_CHARS_MAX).into_owned()
}

fn told(error: &ValidationError<'_>, document: &Value, levels: usize) -> String {
    let place = place(&error.instance_path().to_string());
    let got = came(error.instance());
    match error.kind() {
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            format!(
                "{} is missing{}",
                join(&place, name),
                expected_of(document, error, name)
            )
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            unknown_names(&place, unexpected, error, document)
        }
        Kind::Enum { options } => {
            let options = options.as_array().map(Vec::as_slice).unwrap_or_default();
            format!(
                "{place}: expected one of {}, got {got}{}",
                list(options),
                nearest(error.instance(), options)
            )
        }
        Kind::Constant { expected_value } => {
            format!("{place}: expected {expected_value}, got {got}")
        }
        Kind::Type { kind } => {
            let expected = match kind {
                TypeKind::Single(one) => one.to_string(),
                TypeKind::Multiple(many) => many
                    .iter()
                    .map(|one| one.to_string())
                    .collect::<Vec<_>>()
                    .join(" or "),
            };
            match &**error.instance() {
                Value::Null => format!(
                    "{place} is null, which is not the same as left out: expected {expected}{}",
                    optional(document, error)
                ),
                other => {
                    let is_empty = is_empty(other);
                    let kind = if is_empty { "" } else { type_name(other) };
                    let space = if is_empty { "" } else { " " };
                    format!("{place}: expected {expected}, got {kind}{space}{got}")
                }
            }
        }
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            let why = forms(error, context, document, levels);
            format!("{place}: fits none of the allowed forms{why}")
        }
        Kind::OneOfMultipleValid { .. } => {
            format!("{place}: fits more than one of the forms, of which exactly one is allowed")
        }
        Kind::FalseSchema => format!("{place}: nothing is allowed here, got {got}"),
        kind => format!("{place}: expected {}, got {got}", rule(kind, error)),
    }
}

/// What is wrong with the form that is most likely meant, or with every one if all are of other types.
fn forms(
    error: &ValidationError<'_>,
    context: &[Vec<ValidationError<'_>>],
    document: &Value,
    levels: usize,
) -> String {
    let Some(levels) = levels.checked_sub(1) else {
        return String::new();
    };
    let is_other_type = |way: &[ValidationError<'_>]| {
        way.iter().any(|inner| {
            matches!(inner.kind(), Kind::Type { .. })
                && inner.instance_path() == error.instance_path()
        })
    };
    let is_other_choice = |way: &[ValidationError<'_>]| {
        way.iter()
            .any(|inner| matches!(inner.kind(), Kind::Constant { .. } | Kind::Enum { .. }))
    };
    let nearest = context
        .iter()
        .filter(|way| !is_other_type(way))
        .min_by_key(|way| (is_other_choice(way), way.len()));
    let (ways, between): (Vec<_>, _) = match nearest {
        Some(way) => (way.iter().collect(), "; "),
        None => (
            context.iter().filter_map(|way| way.first()).collect(),
            " | ",
        ),
    };
    let shown = ways.iter().take(WAYS_SHOWN_MAX);
    let shown: Vec<String> = shown.map(|way| told(way, document, levels)).collect();
    format!(" ({})", shown.join(between))
}

/// What came. What is empty is said in a word: in a row of marks it is not seen.
fn came(value: &Value) -> String {
    let shown = short(value);
    match value {
        Value::String(text) if text.is_empty() => format!("an empty text ({shown})"),
        Value::Array(items) if items.is_empty() => format!("an empty list ({shown})"),
        Value::Object(members) if members.is_empty() => format!("an empty object ({shown})"),
        _ => shown,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// What may be done with a property instead of giving it as null.
fn optional(document: &Value, error: &ValidationError<'_>) -> &'static str {
    let schema_path = error.schema_path().to_string();
    let mut parents = schema_path.rsplitn(4, '/');
    let (_keyword, name) = (parents.next(), parents.next());
    let (properties, parent) = (parents.next(), parents.next());
    if properties != Some("properties") {
        return "";
    }
    let required = parent
        .and_then(|parent| document.pointer(parent))
        .and_then(|parent| parent.get("required")?.as_array());
    let is_required =
        required.is_some_and(|required| required.iter().any(|one| one.as_str() == name));
    if is_required {
        "; it has to be given"
    } else {
        "; leave it out if there is nothing to say"
    }
}

fn unknown_names(
    place: &str,
    unexpected: &[String],
    error: &ValidationError<'_>,
    document: &Value,
) -> String {
    let holder = holder(document, error);
    let known: Vec<Value> = holder
        .and_then(|schema| schema.get("properties")?.as_object())
        .map(|known| {
            known
                .keys()
                .map(|name| Value::String(name.clone()))
                .collect()
        })
        .unwrap_or_default();
    let shown = unexpected.iter().take(UNKNOWN_SHOWN_MAX);
    let told = shown.map(|name| {
        let near = nearest(&Value::String(name.clone()), &known);
        let hint = if near.is_empty() && !known.is_empty() {
            format!("; allowed are {}", list(&known))
        } else {
            near
        };
        format!("{} is not known{hint}", join(place, &short_text(name)))
    });
    let mut text = told.collect::<Vec<_>>().join("; ");
    if unexpected.len() > UNKNOWN_SHOWN_MAX {
        text.push_str(&format!(
            "; and {} more are not known",
            unexpected.len() - UNKNOWN_SHOWN_MAX
        ));
    }
    text
}

/// The schema object that holds the keyword which failed.
fn holder<'a>(document: &'a Value, error: &ValidationError<'_>) -> Option<&'a Value> {
    let path = error.schema_path().to_string();
    let (parent, _keyword) = path.rsplit_once('/')?;
    document.pointer(parent)
}

/// What a missing property should have been.
fn expected_of(document: &Value, error: &ValidationError<'_>, name: &str) -> String {
    let property = holder(document, error).and_then(|schema| schema.get("properties")?.get(name));
    let Some(property) = property else {
        return String::new();
    };
    if let Some(options) = property.get("enum").and_then(Value::as_array) {
        return format!("; expected one of {}", list(options));
    }
    match property.get("type") {
        Some(Value::String(kind)) => format!("; expected {kind}"),
        _ => String::new(),
    }
}

/// `; nearest: "x"` where something close is allowed.
fn nearest(value: &Value, options: &[Value]) -> String {
    let Some(text) = value.as_str() else {
        return String::new();
    };
    if text.len() > NAME_CHARS_MAX {
        return String::new();
    }
    let text = text.to_lowercase();
    let scored = options.iter().filter_map(|option| {
        let name = option.as_str()?;
        let score = strsim::jaro_winkler(&text, &name.to_lowercase());
        (score >= NEAR_ENOUGH).then_some((score, option))
    });
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0));
    best.map_or_else(String::new, |(_, option)| format!("; nearest: {option}"))
}

fn list(options: &[Value]) -> String {
    let shown = options
        .iter()
        .take(OPTIONS_SHOWN_MAX)
        .map(ToString::to_string);
    let mut text = shown.collect::<Vec<_>>().join(", ");
    if options.len() > OPTIONS_SHOWN_MAX {
        text.push_str(&format!(" and {} more", options.len() - OPTIONS_SHOWN_MAX));
    }
    text
}

/// A JSON pointer as people write it: `/items/0/id` is `items[0].id`.
fn place(pointer: &str) -> String {
    let mut place = String::new();
    for part in pointer.split('/').skip(1) {
        let part = part.replace("~1", "/").replace("~0", "~");
        if part.chars().all(|c| c.is_ascii_digit()) && !part.is_empty() {
            place.push_str(&format!("[{part}]"));
        } else {
            if !place.is_empty() {
                place.push('.');
            }
            place.push_str(&short_text(&part));
        }
    }
    if place.is_empty() {
        "arguments".to_owned()
    } else {
        format!("`{place}`")
    }
}

fn join(place: &str, name: &str) -> String {
    match place
        .strip_prefix('`')
        .and_then(|place| place.strip_suffix('`'))
    {
        Some(place) => format!("`{place}.{name}`"),
        None => format!("`{name}`"),
    }
}

/// A value as JSON, of which no more is written than is shown.
fn short(value: &Value) -> String {
    let mut start = Start(String::new());
    // It fails when enough is written.
    let _ = write!(start, "{value}");
    short_text(&start.0)
}

struct Start(String);

impl fmt::Write for Start {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend(text.chars().take(NAME_CHARS_MAX + 1));
        if self.0.len() > 4 * NAME_CHARS_MAX {
            return Err(fmt::Error);
        }
        Ok(())
    }
}

fn short_text(text: &str) -> String {
    cut(text, NAME_CHARS_MAX).into_owned()
}

const fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

const NAME_CHARS_MAX: usize = 80;
const NEAR_ENOUGH: f64 = 0.8;
const OPTIONS_SHOWN_MAX: usize = 20;
const UNKNOWN_SHOWN_MAX: usize = 10;
const WAYS_SHOWN_MAX: usize = 10;
/// How many forms within forms are told of.
const LEVELS_MAX: usize = 2;
const PROBLEM_CHARS_MAX: usize = 1000;
