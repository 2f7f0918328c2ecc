//! Tools, resources, templates and prompts, as lists show them. Rendered once per catalogue.

use serde_json::{Map, Value, json};

use super::{revision::Revision, write};
use crate::{Annotations, Effect, Icon, Prompt, Resource, Role, Template, Theme, Tool};

/// Writes one tool. Its schemas are written as they were given, every keyword of them.
pub(crate) fn tool(out: &mut Vec<u8>, tool: &Tool, revision: Revision) {
    name(out, &tool.name, tool.title.as_deref(), revision);
    write::field(out, "description", Some(&tool.description));
    write::key(out, "inputSchema");
    schema(out, &tool.input, revision);
    if let Some(schema) = tool
        .output
        .as_ref()
        .filter(|schema| may_show(schema, revision))
    {
        write::key(out, "outputSchema");
        self::schema(out, schema, revision);
    }
    if revision.has_audio() {
        write::key(out, "annotations");
        write::value(out, &hints(tool));
    }
    icons(out, &tool.icons, revision);
    meta(out, tool.meta.as_ref(), revision);
    out.push(b'}');
}

/// Writes a schema. Before any root was allowed, each property was described by an object, and clients of
/// then drop the whole list for one that is not; `true` and `false` can be said as objects, too.
fn schema(out: &mut Vec<u8>, schema: &Value, revision: Revision) {
    let properties = schema.get("properties").and_then(Value::as_object);
    let is_plain = properties.is_none_or(|properties| !properties.values().any(Value::is_boolean));
    if revision.has_any_result() || is_plain {
        return write::value(out, schema);
    }
    let mut schema = schema.clone();
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    for property in properties.into_iter().flat_map(Map::values_mut) {
        match property {
            Value::Bool(true) => *property = json!({}),
            Value::Bool(false) => *property = json!({"not": {}}),
            _ => {}
        }
    }
    write::value(out, &schema);
}

/// Whether a revision lets a result have this schema: objects came first, the rest later.
fn may_show(schema: &Value, revision: Revision) -> bool {
    let is_object = schema.get("type").and_then(Value::as_str) == Some("object");
    revision.has_any_result() || (revision.has_titles() && is_object)
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
pub(crate) fn resource(out: &mut Vec<u8>, resource: &Resource, revision: Revision) {
    out.push(b'{');
    resource_fields(out, resource, revision);
    out.push(b'}');
}

/// Writes the fields of a resource, without braces.
pub(crate) fn resource_fields(out: &mut Vec<u8>, resource: &Resource, revision: Revision) {
    out.extend_from_slice(br#""uri":"#);
    write::string(out, &resource.uri);
    write::field(out, "name", Some(&resource.name));
    title(out, resource.title.as_deref(), revision);
    write::field(out, "description", resource.description.as_deref());
    write::field(out, "mimeType", resource.mime_type.as_deref());
    if let Some(size) = resource.size_bytes {
        write::key(out, "size");
        write::value(out, &size);
    }
    icons(out, &resource.icons, revision);
    annotations(out, &resource.annotations, revision);
    meta(out, resource.meta.as_ref(), revision);
}

/// Writes one template.
pub(crate) fn template(out: &mut Vec<u8>, template: &Template, revision: Revision) {
    name(out, &template.name, template.title.as_deref(), revision);
    write::field(out, "uriTemplate", Some(&template.uri_template));
    write::field(out, "description", template.description.as_deref());
    write::field(out, "mimeType", template.mime_type.as_deref());
    icons(out, &template.icons, revision);
    annotations(out, &template.annotations, revision);
    meta(out, template.meta.as_ref(), revision);
    out.push(b'}');
}

/// Writes one prompt.
pub(crate) fn prompt(out: &mut Vec<u8>, prompt: &Prompt, revision: Revision) {
    name(out, &prompt.name, prompt.title.as_deref(), revision);
    write::field(out, "description", prompt.description.as_deref());
    if !prompt.parameters.is_empty() {
        write::key(out, "arguments");
        out.push(b'[');
        write::separated(out, &prompt.parameters, |out, parameter| {
            name(out, &parameter.name, parameter.title.as_deref(), revision);
            write::field(out, "description", parameter.description.as_deref());
            write::key(out, "required");
            write::value(out, &parameter.required);
            out.push(b'}');
        });
        out.push(b']');
    }
    icons(out, &prompt.icons, revision);
    meta(out, prompt.meta.as_ref(), revision);
    out.push(b'}');
}

fn name(out: &mut Vec<u8>, name: &str, title: Option<&str>, revision: Revision) {
    out.extend_from_slice(br#"{"name":"#);
    write::string(out, name);
    self::title(out, title, revision);
}

fn title(out: &mut Vec<u8>, title: Option<&str>, revision: Revision) {
    write::field(out, "title", title.filter(|_| revision.has_titles()));
}

/// Writes `_meta`, if there is one.
pub(crate) fn meta(out: &mut Vec<u8>, meta: Option<&Map<String, Value>>, revision: Revision) {
    if let Some(meta) = meta.filter(|_| revision.has_titles()) {
        write::key(out, "_meta");
        write::value(out, meta);
    }
}

/// Writes the annotations, if they say something. A priority beyond the protocol's range is brought into it.
pub(crate) fn annotations(out: &mut Vec<u8>, annotations: &Annotations, revision: Revision) {
    let mut wire = Map::new();
    if !annotations.audience.is_empty() {
        let audience = annotations.audience.iter().map(|role| role_name(*role));
        wire.insert("audience".to_owned(), audience.collect());
    }
    if let Some(priority) = annotations.priority.filter(|priority| !priority.is_nan()) {
        wire.insert("priority".to_owned(), json!(priority.clamp(0.0, 1.0)));
    }
    let time = annotations.last_modified.as_ref();
    if let Some(time) = time.filter(|_| revision.has_titles()) {
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
fn icons(out: &mut Vec<u8>, icons: &[Icon], revision: Revision) {
    if !icons.is_empty() && revision.has_icons() {
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
