//! Can a result that fits a schema be long?

use serde_json::Value;

/// Whether whatever fits this schema is short. If in doubt, it is not.
pub(super) fn is_bounded(schema: &Value) -> bool {
    let says = |key: &str| schema.get(key);
    if says("const").is_some() || says("enum").is_some() {
        return true;
    }
    let is_kind = |kind: &Value| match kind.as_str() {
        Some("null" | "boolean" | "integer" | "number") => true,
        Some("string") => says("maxLength").is_some() || says("format").is_some(),
        Some("object") => {
            let properties = says("properties").and_then(Value::as_object);
            let is_closed = says("additionalProperties") == Some(&Value::Bool(false));
            is_closed && properties.is_none_or(|all| all.values().all(is_bounded))
        }
        _ => false,
    };
    match says("type") {
        Some(Value::Array(kinds)) => kinds.iter().all(is_kind),
        Some(kind) => is_kind(kind),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::is_bounded;

    #[test]
    fn d21_only_what_says_so_is_short() {
        let number = json!({"type": ["integer", "null"]});
        let flag = json!({"type": "object", "properties": {"done": {"type": "boolean"}},
            "additionalProperties": false});
        assert!(is_bounded(&number) && is_bounded(&flag));
        for long in [
            json!({}),
            json!({"type": "string"}),
            json!({"type": "array", "items": {"type": "integer"}}),
            json!({"type": "object", "properties": {"done": {"type": "boolean"}}}),
            json!({"$ref": "#/$defs/Row"}),
        ] {
            assert!(!is_bounded(&long), "{long}");
        }
    }
}
