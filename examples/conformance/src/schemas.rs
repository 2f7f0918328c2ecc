//! Tools whose schemas matter more than what they answer.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use tollhouse::{Builder, tool};

#[derive(Deserialize, JsonSchema)]
struct Routed {
    /// Any text; over HTTP it stands in a header as well
    #[schemars(extend("x-mcp-header" = "Value"))]
    value: String,
}

pub(crate) fn add(builder: Builder) -> Builder {
    let header = tool(
        "test_header_parameter",
        "Answers an argument that a header repeats.",
        async |given: Routed| given.value,
    );
    let schema = tool(
        "json_schema_2020_12_tool",
        "Has an input schema with many words of JSON Schema 2020-12.",
        async || "The arguments fit the schema.",
    );
    builder
        .tool(header.read_only())
        .tool(schema.read_only().input_schema(contact()))
}

/// A person who can be reached by phone or by mail.
fn contact() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
            },
        },
        "properties": {
            "name": {"type": "string"},
            "address": {"$ref": "#/$defs/address"},
            "contactMethod": {"type": "string", "enum": ["phone", "email"]},
            "phone": {"type": "string"},
            "email": {"type": "string"},
        },
        "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
        "if": {
            "properties": {"contactMethod": {"const": "phone"}},
            "required": ["contactMethod"],
        },
        "then": {"required": ["phone"]},
        "else": {"required": ["email"]},
        "additionalProperties": false,
    })
}
