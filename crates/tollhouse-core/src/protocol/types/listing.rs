//! Tools, resources, templates and prompts, as lists show them. Rendered once per catalogue.

use serde_json::{Map, Value, json};

use super::write;
use crate::{Effect, Prompt, Resource, Template, Tool};

/// Writes one tool. Its schemas are written as they were given, every keyword of them.
pub(crate) fn tool(out: &mut Vec<u8>, tool: &Tool) {
    name(out, &tool.name, tool.title.as_deref());
    write::field(out, "description", Some(&tool.description));
    write::key(out, "inputSchema");
    write::value(out, &tool.input);
    if let Some(schema) = &tool.output {
        write::key(out, "outputSchema");
        write::value(out, schema);
    }
    write::key(out, "annotations");
    write::value(out, &annotations(tool));
    if let Some(icons) = &tool.icons {
        write::key(out, "icons");
        write::value(out, icons);
    }
    meta(out, tool.meta.as_ref());
    out.push(b'}');
}

/// Hints that follow from what the tool really does (MCP, `ToolAnnotations`).
fn annotations(tool: &Tool) -> Value {
    let mut hints = Map::new();
    hints.insert(
        "readOnlyHint".to_owned(),
        json!(tool.effect == Effect::Read),
    );
    if tool.effect != Effect::Read {
        hints.insert(
            "destructiveHint".to_owned(),
            json!(tool.effect == Effect::Destroy),
        );
        hints.insert("idempotentHint".to_owned(), json!(tool.idempotent));
    }
    hints.insert("openWorldHint".to_owned(), json!(tool.open_world));
    Value::Object(hints)
}

/// Writes one resource.
pub(crate) fn resource(out: &mut Vec<u8>, resource: &Resource) {
    out.push(b'{');
    resource_fields(out, resource);
    out.push(b'}');
}

/// Writes the fields of a resource, without braces.
pub(crate) fn resource_fields(out: &mut Vec<u8>, resource: &Resource) {
    out.extend_from_slice(br#""uri":"#);
    write::string(out, &resource.uri);
    write::field(out, "name", Some(&resource.name));
    write::field(out, "title", resource.title.as_deref());
    write::field(out, "description", resource.description.as_deref());
    write::field(out, "mimeType", resource.mime_type.as_deref());
    if let Some(size) = resource.size_bytes {
        write::key(out, "size");
        write::value(out, &size);
    }
    meta(out, resource.meta.as_ref());
}

/// Writes one template.
pub(crate) fn template(out: &mut Vec<u8>, template: &Template) {
    name(out, &template.name, template.title.as_deref());
    write::field(out, "uriTemplate", Some(&template.uri_template));
    write::field(out, "description", template.description.as_deref());
    write::field(out, "mimeType", template.mime_type.as_deref());
    meta(out, template.meta.as_ref());
    out.push(b'}');
}

/// Writes one prompt.
pub(crate) fn prompt(out: &mut Vec<u8>, prompt: &Prompt) {
    name(out, &prompt.name, prompt.title.as_deref());
    write::field(out, "description", prompt.description.as_deref());
    if !prompt.parameters.is_empty() {
        write::key(out, "arguments");
        out.push(b'[');
        write::separated(out, &prompt.parameters, |out, parameter| {
            name(out, &parameter.name, None);
            write::field(out, "description", parameter.description.as_deref());
            write::key(out, "required");
            write::value(out, &parameter.required);
            out.push(b'}');
        });
        out.push(b']');
    }
    meta(out, prompt.meta.as_ref());
    out.push(b'}');
}

fn name(out: &mut Vec<u8>, name: &str, title: Option<&str>) {
    out.extend_from_slice(br#"{"name":"#);
    write::string(out, name);
    write::field(out, "title", title);
}

fn meta(out: &mut Vec<u8>, meta: Option<&Map<String, Value>>) {
    if let Some(meta) = meta {
        write::key(out, "_meta");
        write::value(out, meta);
    }
}
