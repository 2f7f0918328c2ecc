//! Tools as signatures, and names that were nearly right.

use serde_json::Value;

use super::{
    plain,
    schema::{Shape, bare},
    trouble::Trouble,
};
use crate::config::problem::nearest;

/// `search_orders(query?: string, status?: open|paid, limit: integer = 10)`.
pub(crate) fn signature(tool: &Value) -> String {
    let name = tool.get("name").and_then(Value::as_str).unwrap_or_default();
    let schema = tool.get("inputSchema").unwrap_or(&Value::Null);
    let parameters = parameters(schema).map(|(name, property)| {
        let words = Shape::of(schema, property).words(schema);
        match property.get("default") {
            Some(default) => format!("{name}: {words} = {}", bare(default)),
            None if is_required(schema, name) => format!("{name}: {words}"),
            None => format!("{name}?: {words}"),
        }
    });
    let all = parameters.collect::<Vec<_>>().join(", ");
    plain::line(&format!("{name}({all})"))
}

/// The parameters of a schema.
pub(super) fn parameters(schema: &Value) -> impl Iterator<Item = (&String, &Value)> {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties.into_iter().flatten()
}

pub(super) fn is_required(schema: &Value, name: &str) -> bool {
    required(schema).any(|required| required == name)
}

pub(super) fn required(schema: &Value) -> impl Iterator<Item = &str> {
    let required = schema.get("required").and_then(Value::as_array);
    required.into_iter().flatten().filter_map(Value::as_str)
}

/// The tool of this name, or what there is instead.
pub(crate) fn named<'a>(tools: &'a [Value], name: &str) -> Result<&'a Value, Trouble> {
    let names = || tools.iter().filter_map(|tool| tool.get("name")?.as_str());
    let found = tools
        .iter()
        .find(|tool| tool.get("name").and_then(Value::as_str) == Some(name));
    found.ok_or_else(|| {
        let guess = suggestion(name, names());
        let guess = if guess.is_empty() {
            ".".to_owned()
        } else {
            guess
        };
        let all = names().take(NAMES_SHOWN).collect::<Vec<_>>().join(", ");
        let all = match tools.len() {
            0 => "It has no tools".to_owned(),
            1..=NAMES_SHOWN => format!("It has {all}"),
            more => format!("It has {all} and {} more", more - NAMES_SHOWN),
        };
        Trouble::Usage(plain::line(&format!(
            "the server has no tool {name}{guess} {all}"
        )))
    })
}

/// `; did you mean …?`, if a name is near.
pub(super) fn suggestion<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> String {
    nearest(name, names).map_or_else(String::new, |near| format!("; did you mean {near}?"))
}

const NAMES_SHOWN: usize = 12;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::signature;

    #[test]
    fn a_schema_is_shown_as_a_signature() {
        let tool = json!({"name": "find", "inputSchema": {
            "type": "object",
            "properties": {
                "id": {"type": "string"},
                "status": {"enum": ["open", "paid", "sent", "lost", "found"]},
                "limit": {"type": "integer", "default": 10},
                "tags": {"type": "array", "items": {"type": ["string", "null"]}},
                "kind": {"anyOf": [{"const": "a"}, {"const": 1}]},
                "place": {"$ref": "#/$defs/place"},
                "any\u{1b}": true
            },
            "required": ["id"],
            "$defs": {"place": {"anyOf": [{"type": "object"}, {"$ref": "#/$defs/place"}]}}
        }});
        assert_eq!(
            signature(&tool),
            "find(id: string, status?: open|paid|sent|lost|…, limit: integer = 10, tags?: string[], \
             kind?: a|1, place?: object, any\\u001b?: any)"
        );
        assert_eq!(signature(&json!({"name": "now"})), "now()");
    }
}
