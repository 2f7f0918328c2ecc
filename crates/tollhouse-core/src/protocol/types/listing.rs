//! Tools, resources, templates and prompts, as lists show them. Rendered once per catalogue.

use serde_json::{Map, Value, json};

use super::write;
use crate::{Annotations, Effect, Icon, Prompt, Resource, Role, Template, Theme, Tool};

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
    write::value(out, &hints(tool));
    icons(out, &tool.icons);
    meta(out, tool.meta.as_ref());
    out.push(b'}');
}

/// Hints that follow from what the tool really does (MCP, `ToolAnnotations`).
fn hints(tool: &Tool) -> Value {
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
    icons(out, &resource.icons);
    annotations(out, &resource.annotations);
    meta(out, resource.meta.as_ref());
}

/// Writes one template.
pub(crate) fn template(out: &mut Vec<u8>, template: &Template) {
    name(out, &template.name, template.title.as_deref());
    write::field(out, "uriTemplate", Some(&template.uri_template));
    write::field(out, "description", template.description.as_deref());
    write::field(out, "mimeType", template.mime_type.as_deref());
    icons(out, &template.icons);
    annotations(out, &template.annotations);
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
            name(out, &parameter.name, parameter.title.as_deref());
            write::field(out, "description", parameter.description.as_deref());
            write::key(out, "required");
            write::value(out, &parameter.required);
            out.push(b'}');
        });
        out.push(b']');
    }
    icons(out, &prompt.icons);
    meta(out, prompt.meta.as_ref());
    out.push(b'}');
}

fn name(out: &mut Vec<u8>, name: &str, title: Option<&str>) {
    out.extend_from_slice(br#"{"name":"#);
    write::string(out, name);
    write::field(out, "title", title);
}

/// Writes `_meta`, if there is one.
pub(crate) fn meta(out: &mut Vec<u8>, meta: Option<&Map<String, Value>>) {
    if let Some(meta) = meta {
        write::key(out, "_meta");
        write::value(out, meta);
    }
}

/// Writes the annotations, if they say something. A priority beyond the protocol's range is brought into it.
pub(crate) fn annotations(out: &mut Vec<u8>, annotations: &Annotations) {
    let mut wire = Map::new();
    if !annotations.audience.is_empty() {
        let audience = annotations.audience.iter().map(|role| role_name(*role));
        wire.insert("audience".to_owned(), audience.collect());
    }
    if let Some(priority) = annotations.priority.filter(|priority| !priority.is_nan()) {
        wire.insert("priority".to_owned(), json!(priority.clamp(0.0, 1.0)));
    }
    if let Some(time) = &annotations.last_modified {
        wire.insert("lastModified".to_owned(), json!(time));
    }
    if !wire.is_empty() {
        write::key(out, "annotations");
        write::value(out, &wire);
    }
}

pub(crate) const fn role_name(role: Role) -> &'static str {
    match role {
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}

/// Writes `icons`, if there are some.
fn icons(out: &mut Vec<u8>, icons: &[Icon]) {
    if !icons.is_empty() {
        write::key(out, "icons");
        write::value(out, &icons.iter().map(icon).collect::<Value>());
    }
}

/// One icon, as lists and the server's own description show it.
pub(crate) fn icon(icon: &Icon) -> Value {
    let mut wire = Map::new();
    wire.insert("src".to_owned(), json!(icon.src));
    if let Some(mime_type) = &icon.mime_type {
        wire.insert("mimeType".to_owned(), json!(mime_type));
    }
    if !icon.sizes.is_empty() {
        wire.insert("sizes".to_owned(), json!(icon.sizes));
    }
    if let Some(theme) = icon.theme {
        let theme = match theme {
            Theme::Light => "light",
            Theme::Dark => "dark",
        };
        wire.insert("theme".to_owned(), json!(theme));
    }
    Value::Object(wire)
}
