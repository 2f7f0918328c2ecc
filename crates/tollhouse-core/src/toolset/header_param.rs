//! `x-mcp-header`: arguments that a client repeats in an HTTP header (MCP 2026-07-28, "Streamable HTTP").

use serde_json::{Map, Value};

/// One annotated argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HeaderParam {
    /// The header's name behind `Mcp-Param-`, in lower case.
    pub(crate) header: String,
    /// Where the argument stands: property names from the root.
    pub(crate) path: Vec<String>,
}

/// All annotations of an input schema.
///
/// Clients drop a tool whose annotation breaks the rules, so a bad one fails the start.
pub(crate) fn collect(schema: &Value) -> Result<Vec<HeaderParam>, String> {
    let mut found = Vec::new();
    walk(schema, &mut Vec::new(), &mut found)?;
    let reachable = found.len();
    if count(schema) != reachable {
        return Err(format!(
            "{KEY} may only stand on properties reached through `properties` alone"
        ));
    }
    let mut names: Vec<&str> = found.iter().map(|param| param.header.as_str()).collect();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|pair| pair.first() == pair.last()) {
        return Err(format!("{KEY} `{}` stands twice", twice.concat()));
    }
    Ok(found)
}

fn walk(
    schema: &Value,
    path: &mut Vec<String>,
    found: &mut Vec<HeaderParam>,
) -> Result<(), String> {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return Ok(());
    };
    for (name, property) in properties {
        path.push(name.clone());
        if let Some(annotation) = property.get(KEY) {
            found.push(HeaderParam {
                header: header_name(annotation, property, name)?,
                path: path.clone(),
            });
        }
        walk(property, path, found)?;
        path.pop();
    }
    Ok(())
}

fn header_name(annotation: &Value, property: &Value, name: &str) -> Result<String, String> {
    let token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let header = annotation.as_str().unwrap_or_default();
    if header.is_empty() || !header.chars().all(token) {
        return Err(format!(
            "{KEY} of `{name}` must be a non-empty header token"
        ));
    }
    match property.get("type").and_then(Value::as_str) {
        Some("string" | "integer" | "boolean") => Ok(header.to_ascii_lowercase()),
        _ => Err(format!(
            "{KEY} of `{name}` needs a type of string, integer or boolean"
        )),
    }
}

/// How often the annotation stands anywhere in the schema.
fn count(schema: &Value) -> usize {
    let inside = |map: &Map<String, Value>| map.values().map(count).sum::<usize>();
    match schema {
        Value::Object(map) => usize::from(map.contains_key(KEY)) + inside(map),
        Value::Array(items) => items.iter().map(count).sum(),
        _ => 0,
    }
}

const KEY: &str = "x-mcp-header";

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{HeaderParam, collect};

    #[test]
    fn annotations_are_found_also_in_nested_objects() {
        let schema = json!({"properties": {"tenant": {"type": "object", "properties": {
            "id": {"type": "string", "x-mcp-header": "Tenant"}}}}});
        let expected = HeaderParam {
            header: "tenant".into(),
            path: vec!["tenant".into(), "id".into()],
        };
        assert_eq!(collect(&schema).unwrap(), [expected]);
    }

    #[test]
    fn bad_annotations_are_refused() {
        let property = |property| json!({"properties": {"a": property}});
        for schema in [
            property(json!({"type": "number", "x-mcp-header": "A"})),
            property(json!({"type": "string", "x-mcp-header": ""})),
            property(json!({"type": "string", "x-mcp-header": "a b"})),
            property(json!({"type": "array", "items": {"type": "string", "x-mcp-header": "A"}})),
            json!({"anyOf": [{"properties": {"a": {"type": "string", "x-mcp-header": "A"}}}]}),
            json!({"properties": {
                "a": {"type": "string", "x-mcp-header": "A"},
                "b": {"type": "string", "x-mcp-header": "a"}}}),
        ] {
            assert!(collect(&schema).is_err(), "{schema}");
        }
    }
}
