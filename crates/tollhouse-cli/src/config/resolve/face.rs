//! A tool as callers in one role see it.

use serde_json::{Value, json};
use tollhouse::Face;

use super::{access::Callers, description, tool::Input};
use crate::config::{codes::Code, fields::Named, files::Said, problem::Problems, raw};

/// Reads how roles see a tool. What they may say besides becomes part of what the statement may ask for.
pub(super) fn faces(
    said: Named<raw::Face>,
    (input, params): (&mut Input, &mut Vec<Said<String>>),
    callers: Callers<'_>,
    problems: &mut Problems,
) -> Vec<Face> {
    let own = input.schema.clone();
    let mut faces = Vec::new();
    for (role, said) in said {
        callers.rights.knows_role(&role, problems);
        let has_params = !said.params.is_empty();
        let names: Vec<Said<String>> = said.params.iter().map(|(name, _)| name.clone()).collect();
        let theirs = Input::of(said.params, problems);
        for name in &names {
            check(name, (&own, &theirs.schema), problems);
            if !params.iter().any(|known| known.value == name.value) {
                params.push(name.clone());
            }
        }
        let description = said.description.and_then(description::render);
        faces.push(Face {
            role: role.value,
            description: description.map(|text| text.value.trim().to_owned()),
            input: has_params.then(|| laid_over(&own, &theirs.schema)),
        });
        input.take_in(theirs);
    }
    faces
}

/// A parameter that only some have must be one that a statement can do without, and one that all have stays of its type.
fn check(name: &Said<String>, (own, theirs): (&Value, &Value), problems: &mut Problems) {
    let kind = |schema: &Value| {
        Some(
            schema
                .get("properties")?
                .get(&name.value)?
                .get("type")?
                .clone(),
        )
    };
    let required = theirs.get("required").and_then(Value::as_array);
    let is_required = required.is_some_and(|all| all.iter().any(|one| *one == name.value));
    match kind(own) {
        None if is_required => {
            let text = format!("`{}` is not there for callers in other roles", name.value);
            let fix = "give it a default, or optional = true";
            problems.add(Code::BadRule, name.span, text, fix);
        }
        Some(other) if kind(theirs) != Some(other.clone()) => {
            let other = other.as_str().unwrap_or_default();
            let text = format!(
                "`{}` is of another type for callers in other roles",
                name.value
            );
            let fix = format!("write type = \"{other}\", or give it another name");
            problems.add(Code::BadRule, name.span, text, fix);
        }
        _ => {}
    }
}

/// The schema for everybody, with the properties of another one in place of its own.
fn laid_over(own: &Value, theirs: &Value) -> Value {
    let mut all = own.clone();
    let list = |schema: &Value, key: &str| schema.get(key).and_then(Value::as_array).cloned();
    let over = theirs
        .get("properties")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    let mut required = list(own, "required").unwrap_or_default();
    required.retain(|name| name.as_str().is_none_or(|name| !over.contains_key(name)));
    required.extend(list(theirs, "required").unwrap_or_default());
    if let Some(schema) = all.as_object_mut() {
        let properties = schema.entry("properties").or_insert_with(|| json!({}));
        if let Some(properties) = properties.as_object_mut() {
            properties.extend(over);
        }
        schema.shift_remove("required");
        if !required.is_empty() {
            schema.insert("required".to_owned(), required.into());
        }
    }
    all
}
