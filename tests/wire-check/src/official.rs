//! The official schemas: as they were published, and closed against members that they do not name.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonschema::Validator;
use serde_json::{Value, json};

use crate::Revision;

mod closed;

/// What keeps a value from being this definition as it was published.
pub(crate) fn published_problems(
    revision: Revision,
    definition: &str,
    value: &Value,
) -> Vec<String> {
    let edition = edition(&PUBLISHED, revision, || published(revision));
    edition.problems(definition, value)
}

/// What keeps a value from being this definition, and what it has that the definition does not name.
pub(crate) fn problems(revision: Revision, definition: &str, value: &Value) -> Vec<String> {
    let edition = edition(&CLOSED, revision, || {
        closed::closed(revision, published(revision))
    });
    edition.problems(definition, value)
}

type Editions = LazyLock<Mutex<BTreeMap<Revision, Arc<Edition>>>>;

static PUBLISHED: Editions = LazyLock::new(Mutex::default);
static CLOSED: Editions = LazyLock::new(Mutex::default);

fn edition(
    editions: &Editions,
    revision: Revision,
    definitions: impl FnOnce() -> Value,
) -> Arc<Edition> {
    let mut editions = editions.lock().unwrap_or_else(PoisonError::into_inner);
    let edition = editions
        .entry(revision)
        .or_insert_with(|| Arc::new(Edition::new(definitions())));
    Arc::clone(edition)
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

    fn problems(&self, definition: &str, value: &Value) -> Vec<String> {
        let validator = self.validator(definition);
        let errors = validator.iter_errors(value);
        errors
            .map(|error| format!("{definition}{}: {error}", error.instance_path()))
            .collect()
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

/// The definitions of a revision. The older ones are of JSON Schema draft-07 and use no word of it that
/// means something else in 2020-12, but for the place of the definitions.
fn published(revision: Revision) -> Value {
    let text = revision.schema().replace("\"#/definitions/", "\"#/$defs/");
    let mut schema: Value =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("the official schema: {error}"));
    let places = ["/$defs", "/definitions"];
    places
        .into_iter()
        .find_map(|place| schema.pointer_mut(place).map(Value::take))
        .unwrap_or_default()
}
