//! What a call says in headers too, so that what stands in between need not read bodies (MCP 2026-07-28,
//! Streamable HTTP, "Request headers").

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};

/// The headers for arguments that the tool's schema names in headers.
pub(super) fn headers(tool: &Value, arguments: &Map<String, Value>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Some(schema) = tool.get("inputSchema") {
        collect(schema, arguments, &mut headers, 0);
    }
    headers
}

fn collect(schema: &Value, values: &Map<String, Value>, headers: &mut HeaderMap, depth: usize) {
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, property) in properties.into_iter().flatten() {
        let Some(value) = values.get(name) else {
            continue;
        };
        if let Some(header) = property.get("x-mcp-header").and_then(Value::as_str) {
            let text = match value {
                Value::String(text) => text.clone(),
                Value::Bool(_) | Value::Number(_) => value.to_string(),
                Value::Null | Value::Array(_) | Value::Object(_) => continue,
            };
            add(headers, &format!("mcp-param-{header}"), &text);
        } else if let (Value::Object(inner), true) = (value, depth < DEPTH_MAX) {
            collect(property, inner, headers, depth + 1);
        }
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

const OPENING: &str = "=?base64?";
const CLOSING: &str = "?=";
const DEPTH_MAX: usize = 16;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::headers;

    #[test]
    fn e47_arguments_are_said_in_headers() {
        let tool = json!({"inputSchema": {"properties": {
            "tenant": {"type": "string", "x-mcp-header": "Tenant"},
            "deep": {"properties": {"limit": {"type": "integer", "x-mcp-header": "Limit"}}},
            "odd": {"type": "string", "x-mcp-header": "a b"},
            "none": {"type": "string", "x-mcp-header": "None"},
            "plain": {"type": "string"}
        }}});
        let arguments = json!({
            "tenant": "Müller", "deep": {"limit": 7}, "odd": "x", "none": null, "plain": "y"
        });
        let found = headers(&tool, arguments.as_object().unwrap());
        assert_eq!(found.len(), 2, "{found:?}");
        assert_eq!(found["mcp-param-tenant"], "=?base64?TcO8bGxlcg==?=");
        assert_eq!(found["mcp-param-limit"], "7");
    }
}
