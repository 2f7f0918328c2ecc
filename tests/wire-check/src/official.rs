//! The official schema: as it was published, and closed against members that it does not name.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonschema::Validator;
use serde_json::{Value, json};

/// What keeps a value from being this definition of the schema as it was published.
///
/// # Panics
///
/// There is no such definition.
#[must_use]
pub fn fits(definition: &str, value: &Value) -> Vec<String> {
    tell(&PUBLISHED, definition, value)
}

/// What keeps a value from being this definition, and what it has that the definition does not name.
pub(crate) fn problems(definition: &str, value: &Value) -> Vec<String> {
    tell(&CLOSED, definition, value)
}

fn tell(edition: &Edition, definition: &str, value: &Value) -> Vec<String> {
    let validator = edition.validator(definition);
    let errors = validator.iter_errors(value);
    errors
        .map(|error| format!("{definition}{}: {error}", error.instance_path()))
        .collect()
}

/// The definitions, each compiled when it is first asked for.
struct Edition {
    definitions: Value,
    validators: Mutex<BTreeMap<String, Arc<Validator>>>,
}

impl Edition {
    fn new(definitions: Value) -> Self {
        Self {
            definitions,
            validators: Mutex::default(),
        }
    }

    fn validator(&self, definition: &str) -> Arc<Validator> {
        let mut validators = self
            .validators
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(validator) = validators.get(definition) {
            return Arc::clone(validator);
        }
        let validator = Arc::new(self.compile(definition));
        validators.insert(definition.to_owned(), Arc::clone(&validator));
        validator
    }

    fn compile(&self, definition: &str) -> Validator {
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$ref": format!("#/$defs/{definition}"),
            "$defs": self.definitions,
        });
        jsonschema::options()
            .should_validate_formats(true)
            .with_format("byte", |text: &str| STANDARD.decode(text).is_ok())
            .offline()
            .build(&schema)
            .unwrap_or_else(|error| panic!("{definition}: {error}"))
    }
}

static PUBLISHED: LazyLock<Edition> = LazyLock::new(|| Edition::new(published()));

static CLOSED: LazyLock<Edition> = LazyLock::new(|| {
    let mut definitions = published();
    for (name, definition) in definitions.as_object_mut().into_iter().flatten() {
        if !OPEN.contains(&name.as_str()) {
            close(definition);
        }
    }
    for (pointer, addition) in ADDITIONS {
        let properties = definitions.pointer_mut(pointer);
        if let Some(properties) = properties.and_then(Value::as_object_mut) {
            properties.insert(addition.to_owned(), json!({"type": "string"}));
        }
    }
    Edition::new(definitions)
});

fn published() -> Value {
    let schema: Value = serde_json::from_str(include_str!("../../schema/2026-07-28/schema.json"))
        .unwrap_or_else(|error| panic!("the official schema: {error}"));
    schema.get("$defs").cloned().unwrap_or_default()
}

/// Lets an object have only the members that it names. Parts of an `allOf` name only some of them.
fn close(schema: &mut Value) {
    let Some(map) = schema.as_object_mut() else {
        return;
    };
    let names = map.get("properties").and_then(Value::as_object);
    if names.is_some_and(|names| !names.is_empty()) {
        map.entry("additionalProperties").or_insert(json!(false));
    }
    for (keyword, part) in map.iter_mut() {
        match (keyword.as_str(), part) {
            ("properties", Value::Object(properties)) => properties.values_mut().for_each(close),
            ("anyOf", Value::Array(ways)) => ways.iter_mut().for_each(close),
            ("items" | "additionalProperties", part) => close(part),
            _ => {}
        }
    }
}

/// Where the protocol invites further members.
const OPEN: [&str; 5] = [
    "MetaObject",
    "NotificationMetaObject",
    "RequestMetaObject",
    "ResultMetaObject",
    "SubscriptionsListenResultMetaObject",
];

/// What the text of the specification has and its schema does not name.
const ADDITIONS: [(&str, &str); 1] = [("/StringSchema/properties", "pattern")];
