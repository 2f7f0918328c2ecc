//! What a call says in headers too, so that what stands in between need not read bodies (MCP 2026-07-28,
//! Streamable HTTP, "Request headers").

use std::collections::BTreeSet;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};

/// The headers for arguments that the tool's schema names in headers.
///
/// # Errors
///
/// The schema names them as no schema may, and such a tool is not called.
pub(super) fn headers(tool: &Value, arguments: &Map<String, Value>) -> Result<HeaderMap, String> {
    let mut found = Found::default();
    let schema = tool.get("inputSchema").unwrap_or(&Value::Null);
    found.collect(schema, Some(arguments), 0)?;
    if found.names.len() == count(schema) {
        return Ok(found.headers);
    }
    Err(format!("{KEY} stands where no argument is"))
}

#[derive(Default)]
struct Found {
    names: BTreeSet<String>,
    headers: HeaderMap,
}

impl Found {
    /// Looks where arguments are: below `properties`, and nowhere else.
    fn collect(
        &mut self,
        schema: &Value,
        values: Option<&Map<String, Value>>,
        depth: usize,
    ) -> Result<(), String> {
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, property) in properties.into_iter().flatten() {
            let value = values.and_then(|values| values.get(name));
            match property.get(KEY) {
                Some(header) => self.add(header.as_str().unwrap_or_default(), property, value)?,
                None if depth < DEPTH_MAX => {
                    self.collect(property, value.and_then(Value::as_object), depth + 1)?;
                }
                None => {}
            }
        }
        Ok(())
    }

    fn add(&mut self, header: &str, property: &Value, value: Option<&Value>) -> Result<(), String> {
        let name = header.to_ascii_lowercase();
        let kind = property.get("type").and_then(Value::as_str);
        let is_kind = matches!(kind, Some("string" | "integer" | "boolean"));
        let is_name = name.parse::<HeaderName>().is_ok();
        if !is_kind || !is_name || !self.names.insert(name) {
            return Err(format!("{KEY} may not be {header:?} there"));
        }
        let text = match value {
            Some(Value::String(text)) => text.clone(),
            Some(value @ (Value::Bool(_) | Value::Number(_))) => value.to_string(),
            _ => return Ok(()),
        };
        add(&mut self.headers, &format!("mcp-param-{header}"), &text);
        Ok(())
    }
}

/// How often the annotation stands anywhere.
fn count(schema: &Value) -> usize {
    match schema {
        Value::Object(map) => {
            usize::from(map.contains_key(KEY)) + map.values().map(count).sum::<usize>()
        }
        Value::Array(items) => items.iter().map(count).sum(),
        _ => 0,
    }
}

/// Adds a header; a value that a header cannot hold as it is goes in base64. A name that is none is left out.
pub(super) fn add(headers: &mut HeaderMap, name: &str, value: &str) {
    let is_plain = value.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        && value.trim() == value
        && !(value.starts_with(OPENING) && value.ends_with(CLOSING));
    let written = if is_plain {
        value.to_owned()
    } else {
        format!("{OPENING}{}{CLOSING}", STANDARD.encode(value))
    };
    let name = name.to_ascii_lowercase().parse::<HeaderName>();
    if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(&written)) {
        headers.insert(name, value);
    }
}

const KEY: &str = "x-mcp-header";
const OPENING: &str = "=?base64?";
const CLOSING: &str = "?=";
const DEPTH_MAX: usize = 16;

#[cfg(test)]
mod tests {
    use serde_json::{Map, json};

    use super::headers;

    #[test]
    fn e47_arguments_are_said_in_headers() {
        let tool = json!({"inputSchema": {"properties": {
            "tenant": {"type": "string", "x-mcp-header": "Tenant"},
            "deep": {"type": "object", "properties": {"limit": {"type": "integer", "x-mcp-header": "Limit"}}},
            "none": {"type": "string", "x-mcp-header": "None"},
            "plain": {"type": "string"}
        }}});
        let arguments = json!({
            "tenant": "Müller", "deep": {"limit": 7}, "none": null, "plain": "y"
        });
        let found = headers(&tool, arguments.as_object().unwrap()).unwrap();
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found["mcp-param-tenant"], "=?base64?TcO8bGxlcg==?=");
        assert_eq!(found["mcp-param-limit"], "7");
    }

    #[test]
    fn e43_annotations_that_no_tool_may_have_are_told() {
        let named = |name: &str| json!({"type": "string", "x-mcp-header": name});
        for schema in [
            json!({"properties": {"a": named("")}}),
            json!({"properties": {"a": named("a b")}}),
            json!({"properties": {"a": {"type": "number", "x-mcp-header": "A"}}}),
            json!({"properties": {"a": {"type": "array", "items": named("A")}}}),
            json!({"anyOf": [{"properties": {"a": named("A")}}]}),
            json!({"properties": {"a": named("A"), "b": named("a")}}),
        ] {
            let tool = json!({ "inputSchema": schema });
            assert!(headers(&tool, &Map::new()).is_err(), "{schema}");
        }
    }
}
