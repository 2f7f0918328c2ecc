//! Schemas that were made of types, without what no reader needs: every list of tools is read by a model, word by word.

use schemars::{
    Schema,
    transform::{RecursiveTransform, Transform as _},
};
use serde_json::Value;

/// The same schema without how wide a number is in Rust (its bounds stay) and without defaults that say that there is
/// none. Schemas that somebody wrote are listed as they are and do not come here.
pub(crate) fn minified(schema: Value) -> Value {
    let Ok(mut schema) = Schema::try_from(schema.clone()) else {
        return schema;
    };
    RecursiveTransform(shorten).transform(&mut schema);
    schema.to_value()
}

fn shorten(schema: &mut Schema) {
    let Some(keywords) = schema.as_object_mut() else {
        return;
    };
    let is_width = |format: &Value| format.as_str().is_some_and(|name| WIDTHS.contains(&name));
    if keywords.get("format").is_some_and(is_width) {
        keywords.remove("format");
    }
    if keywords.get("default").is_some_and(Value::is_null) {
        keywords.remove("default");
    }
}

/// What is called a format of numbers, and is in no vocabulary of JSON Schema.
const WIDTHS: [&str; 14] = [
    "int8", "int16", "int32", "int64", "int128", "int", "uint8", "uint16", "uint32", "uint64",
    "uint128", "uint", "float", "double",
];

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::minified;

    #[test]
    fn p3_widths_and_empty_defaults_go_and_fields_of_these_names_stay() {
        let schema = json!({
            "type": "object",
            "properties": {
                "format": {"type": "integer", "format": "uint32", "minimum": 0, "default": 1},
                "default": {"type": ["string", "null"], "format": "email", "default": null},
                "list": {"type": "array", "items": {"type": "number", "format": "double"}},
            },
            "$defs": {"Some": {"anyOf": [{"type": "integer", "format": "int64"}, {"type": "null"}]}},
        });
        let expected = json!({
            "type": "object",
            "properties": {
                "format": {"type": "integer", "minimum": 0, "default": 1},
                "default": {"type": ["string", "null"], "format": "email"},
                "list": {"type": "array", "items": {"type": "number"}},
            },
            "$defs": {"Some": {"anyOf": [{"type": "integer"}, {"type": "null"}]}},
        });
        assert_eq!(minified(schema), expected);
        assert_eq!(minified(json!(true)), json!(true));
    }
}
