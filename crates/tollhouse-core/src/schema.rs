//! JSON Schema: compiled once, offline, and problems told so that a model can mend them.
//!
//! Without `$schema` the dialect is 2020-12; draft 4, 6, 7 and 2019-09 are understood if they are named.

use std::fmt;

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;

mod effort;
pub(crate) mod form;
mod minify;
mod problem;

pub(crate) use minify::minified;

/// A compiled schema.
pub(crate) struct Schema {
    validator: Validator,
    document: Value,
}

impl Schema {
    /// Compiles a schema. References may point into it only; nothing is fetched or read.
    ///
    /// The text of a failure says what is wrong with the schema.
    pub(crate) fn compile(document: &Value) -> Result<Self, String> {
        let mut budget = SUBSCHEMAS_MAX;
        measure(document, DEPTH_MAX, &mut budget)?;
        let validator = jsonschema::options()
            .with_draft(dialect(document)?)
            .with_pattern_options(PatternOptions::regex().size_limit(PATTERN_BYTES_MAX))
            .should_validate_formats(true)
            .offline()
            .build(document)
            .map_err(|error| error.to_string())?;
        Ok(Self {
            validator,
            document: document.clone(),
        })
    }

    /// Whether the value fits. Takes time in the size of the value, whatever refers to itself.
    pub(crate) fn accepts(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
    }

    /// What is wrong with a value: where, what was expected, what came, what is near. Empty if it fits.
    ///
    /// Of very many problems some are told, and of a value in which finding them would take long, none.
    pub(crate) fn problems(&self, value: &Value) -> Vec<String> {
        if self.accepts(value) {
            return Vec::new();
        }
        if !effort::is_within(&self.document, value, TELLING_STEPS_MAX) {
            return vec![UNTOLD.to_owned()];
        }
        let errors = self.validator.iter_errors(value);
        let mut problems: Vec<String> = errors
            .take(PROBLEMS_MAX)
            .map(|error| problem::tell(&error, &self.document))
            .collect();
        problems.dedup();
        problems
    }

    /// Which of its rules are broken, as pointers into the schema: nothing of the value is in them.
    pub(crate) fn broken_rules(&self, value: &Value) -> Vec<String> {
        if !effort::is_within(&self.document, value, TELLING_STEPS_MAX) {
            return Vec::new();
        }
        let errors = self.validator.iter_errors(value).take(PROBLEMS_MAX);
        errors
            .map(|error| error.schema_path().to_string())
            .collect()
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Schema({})", self.document)
    }
}

/// The dialect that a schema names, if it is one of those that are understood.
fn dialect(document: &Value) -> Result<Draft, String> {
    let Some(named) = document.get("$schema") else {
        return Ok(Draft::Draft202012);
    };
    let name = named.as_str().unwrap_or_default().trim_end_matches('#');
    let known = DIALECTS.iter().find(|(known, _)| *known == name);
    known
        .map(|(_, draft)| *draft)
        .ok_or_else(|| format!("the dialect {named} is not understood; leave out `$schema`"))
}

/// Refuses schemas that would take long to compile or to apply.
fn measure(value: &Value, depth: usize, budget: &mut usize) -> Result<(), String> {
    *budget = budget
        .checked_sub(1)
        .ok_or_else(|| format!("the schema has more than {SUBSCHEMAS_MAX} parts"))?;
    let deeper = depth
        .checked_sub(1)
        .ok_or_else(|| format!("the schema is nested deeper than {DEPTH_MAX}"))?;
    match value {
        Value::Object(map) => map
            .values()
            .try_for_each(|part| measure(part, deeper, budget)),
        Value::Array(items) => items
            .iter()
            .try_for_each(|part| measure(part, deeper, budget)),
        _ => Ok(()),
    }
}

const DIALECTS: [(&str, Draft); 5] = [
    (
        "https://json-schema.org/draft/2020-12/schema",
        Draft::Draft202012,
    ),
    (
        "https://json-schema.org/draft/2019-09/schema",
        Draft::Draft201909,
    ),
    ("http://json-schema.org/draft-07/schema", Draft::Draft7),
    ("http://json-schema.org/draft-06/schema", Draft::Draft6),
    ("http://json-schema.org/draft-04/schema", Draft::Draft4),
];
const DEPTH_MAX: usize = 64;
const SUBSCHEMAS_MAX: usize = 20_000;
const PATTERN_BYTES_MAX: usize = 1 << 20;
const PROBLEMS_MAX: usize = 20;
const TELLING_STEPS_MAX: usize = 100_000;
const UNTOLD: &str = "they are nested too deep or are too many to say where they do not fit; send fewer, \
                      or nest them less";

#[cfg(test)]
mod tests;
