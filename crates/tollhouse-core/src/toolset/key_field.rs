//! The argument that tells a call that is sent again from a new one, in the schemas of tools that change something.

use serde_json::{Map, Value, json};

use crate::{Effect, Tool};

/// Adds the argument to what is listed of a tool, unless it is the tool's own.
pub(super) fn add(tool: &mut Tool, problems: &mut Vec<String>) {
    let repeat = tool.policy.repeat.clone();
    let (Some(field), true) = (repeat.field, tool.effect != Effect::Read) else {
        return;
    };
    let name = &tool.name;
    let faces = tool.faces.iter_mut().filter_map(|face| face.input.as_mut());
    for input in std::iter::once(&mut tool.input).chain(faces) {
        let has = properties(input).is_some_and(|properties| properties.contains_key(&field));
        match (has, repeat.is_own) {
            (true, true) => {}
            (false, true) => problems.push(format!(
                "tool `{name}`: `{field}` is to tell calls apart and is no argument of it: add it, or name another"
            )),
            (true, false) => problems.push(format!(
                "tool `{name}` has an argument `{field}`, by which calls that are sent again are known: say that it \
                 is the tool's own key (`is_own`), or give the key another name"
            )),
            (false, false) => add_to(input, &field, repeat.is_required),
        }
    }
}

/// The argument that the list calls required and that may stand in `_meta` instead.
pub(super) fn demanded(tool: &Tool) -> Option<&str> {
    let repeat = &tool.policy.repeat;
    let demands = repeat.is_required && !repeat.is_own && tool.effect != Effect::Read;
    repeat.field.as_deref().filter(|_| demands)
}

/// The same schema, for which the argument may be missing.
pub(super) fn without_demand(document: &Value, field: &str) -> Value {
    let mut document = document.clone();
    if let Some(Value::Array(required)) = document.get_mut("required") {
        required.retain(|name| name != field);
    }
    document
}

fn properties(input: &Value) -> Option<&Map<String, Value>> {
    input.get("properties").and_then(Value::as_object)
}

fn add_to(input: &mut Value, field: &str, is_required: bool) {
    // What is no object is told elsewhere.
    let Some(input) = input.as_object_mut() else {
        return;
    };
    let properties = input.entry("properties").or_insert_with(|| json!({}));
    if let Some(properties) = properties.as_object_mut() {
        let argument = json!({"type": "string", "description": DESCRIPTION});
        properties.insert(field.to_owned(), argument);
    }
    if !is_required {
        return;
    }
    let required = input.entry("required").or_insert_with(|| json!([]));
    if let Some(required) = required.as_array_mut() {
        required.push(json!(field));
    }
}

/// In every list that a model reads, once for each tool: short.
const DESCRIPTION: &str = "Any unique id; send the same one when you retry";
