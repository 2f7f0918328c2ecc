//! What is listed: everything that the suite asks for, each with a description, the plainest tool first.

use serde_json::{Value, json};

use super::bare_client;

#[tokio::test]
async fn all_fixtures_are_listed() {
    for (method, list, key, expected) in [
        ("tools/list", "tools", "name", TOOLS.as_slice()),
        ("resources/list", "resources", "uri", RESOURCES.as_slice()),
        (
            "resources/templates/list",
            "resourceTemplates",
            "uriTemplate",
            TEMPLATES.as_slice(),
        ),
        ("prompts/list", "prompts", "name", PROMPTS.as_slice()),
    ] {
        let reply = bare_client().request(method, json!({})).await;
        let items = reply.result()[list].as_array().unwrap();
        let names = items.iter().filter_map(|item| item[key].as_str());
        let names: Vec<&str> = names.filter(|name| !is_own(name)).collect();
        assert_eq!(names, expected);
        let described = |item: &Value| {
            item["description"]
                .as_str()
                .is_some_and(|it| !it.is_empty())
        };
        assert!(items.iter().all(described));
    }
}

#[tokio::test]
async fn the_words_of_json_schema_are_listed_as_they_are() {
    let schema = input_schema("json_schema_2020_12_tool").await;
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    assert_eq!(schema["$defs"]["address"]["$anchor"], "addressDef");
    assert_eq!(schema["properties"]["address"]["$ref"], "#/$defs/address");
    assert_eq!(schema["allOf"][0]["anyOf"][0]["required"], json!(["phone"]));
    assert_eq!(
        schema["if"]["properties"]["contactMethod"]["const"],
        "phone"
    );
    assert_eq!(schema["then"]["required"], json!(["phone"]));
    assert_eq!(schema["else"]["required"], json!(["email"]));
    assert_eq!(schema["additionalProperties"], false);
}

#[tokio::test]
async fn the_header_parameter_is_a_plain_string() {
    let schema = input_schema("test_header_parameter").await;
    let value = &schema["properties"]["value"];
    assert_eq!(
        (&value["type"], &value["x-mcp-header"]),
        (&json!("string"), &json!("Value"))
    );
}

/// What the server adds by itself to read on in long results is no fixture.
fn is_own(name: &str) -> bool {
    name == "read_more" || name.starts_with("tollhouse://results/")
}

async fn input_schema(tool: &str) -> Value {
    let reply = bare_client().request("tools/list", json!({})).await;
    let tools = reply.result()["tools"].as_array().unwrap();
    let found = tools.iter().find(|listed| listed["name"] == tool).unwrap();
    found["inputSchema"].clone()
}

const TOOLS: [&str; 31] = [
    "test_simple_text",
    "test_reconnection",
    "test_error_handling",
    "test_tool_with_progress",
    "test_tool_with_logging",
    "test_logging_tool",
    "test_trigger_tool_change",
    "test_trigger_prompt_change",
    "test_image_content",
    "test_audio_content",
    "test_embedded_resource",
    "test_multiple_content_types",
    "test_input_required_result_elicitation",
    "test_input_required_result_sampling",
    "test_input_required_result_list_roots",
    "test_input_required_result_request_state",
    "test_input_required_result_multiple_inputs",
    "test_input_required_result_multi_round",
    "test_input_required_result_tampered_state",
    "test_input_required_result_capabilities",
    "test_missing_capability",
    "test_streaming_elicitation",
    "test_sampling",
    "test_elicitation",
    "test_elicitation_sep1034_defaults",
    "test_elicitation_sep1330_enums",
    "test_cancellable",
    "test_cancellations",
    "test_cancellable_begun",
    "test_header_parameter",
    "json_schema_2020_12_tool",
];

const RESOURCES: [&str; 3] = [
    "test://static-text",
    "test://static-binary",
    "test://watched-resource",
];

const TEMPLATES: [&str; 1] = ["test://template/{id}/data"];

const PROMPTS: [&str; 5] = [
    "test_simple_prompt",
    "test_prompt_with_arguments",
    "test_prompt_with_embedded_resource",
    "test_prompt_with_image",
    "test_input_required_result_prompt",
];
