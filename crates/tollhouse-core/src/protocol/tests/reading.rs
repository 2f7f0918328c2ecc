//! Reads what a server sends back into our words.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::{Map, Value};

use crate::{
    Annotations, Body, Content, Contents, Effect, Extras, Icon, Message, Parameter, Prompt,
    Resource, Role, Template, Theme, Tool,
};

pub(super) fn text(value: &Value, name: &str) -> Option<String> {
    value[name].as_str().map(str::to_owned)
}

pub(super) fn needed(value: &Value, name: &str) -> String {
    text(value, name).unwrap_or_else(|| panic!("{value} has no {name}"))
}

pub(super) fn list<T>(value: &Value, name: &str, read: fn(&Value) -> T) -> Vec<T> {
    value[name]
        .as_array()
        .into_iter()
        .flatten()
        .map(read)
        .collect()
}

pub(super) fn meta(value: &Value) -> Option<Map<String, Value>> {
    value["_meta"].as_object().cloned()
}

fn bytes(value: &Value, name: &str) -> Bytes {
    STANDARD.decode(needed(value, name)).unwrap().into()
}

pub(super) fn content(block: &Value) -> Content {
    let content = match needed(block, "type").as_str() {
        "text" => Content::Text(needed(block, "text")),
        "image" => Content::Image {
            data: bytes(block, "data"),
            mime_type: needed(block, "mimeType"),
        },
        "audio" => Content::Audio {
            data: bytes(block, "data"),
            mime_type: needed(block, "mimeType"),
        },
        "resource" => Content::Embedded(contents(&block["resource"])),
        "resource_link" => return Content::Link(Box::new(resource(block))),
        other => panic!("no such content: {other}"),
    };
    let extras = Extras {
        annotations: annotations(block),
        meta: meta(block),
    };
    if extras == Extras::default() {
        content
    } else {
        content.noted(extras)
    }
}

pub(super) fn contents(value: &Value) -> Contents {
    Contents {
        uri: needed(value, "uri"),
        mime_type: text(value, "mimeType"),
        body: match text(value, "text") {
            Some(text) => Body::Text(text),
            None => Body::Blob(bytes(value, "blob")),
        },
        meta: meta(value).map(Box::new),
    }
}

pub(super) fn message(value: &Value) -> Message {
    Message {
        role: role(&value["role"]),
        content: content(&value["content"]),
    }
}

fn role(value: &Value) -> Role {
    match value.as_str() {
        Some("user") => Role::User,
        Some("assistant") => Role::Assistant,
        other => panic!("no such role: {other:?}"),
    }
}

fn annotations(value: &Value) -> Annotations {
    let wire = &value["annotations"];
    Annotations {
        audience: list(wire, "audience", role),
        priority: wire["priority"].as_f64(),
        last_modified: text(wire, "lastModified"),
    }
}

fn icon(value: &Value) -> Icon {
    Icon {
        mime_type: text(value, "mimeType"),
        sizes: list(value, "sizes", |size| size.as_str().unwrap().to_owned()),
        theme: text(value, "theme").map(|theme| match theme.as_str() {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            other => panic!("no such theme: {other}"),
        }),
        ..Icon::new(&needed(value, "src"))
    }
}

pub(super) fn resource(value: &Value) -> Resource {
    Resource {
        uri: needed(value, "uri"),
        name: needed(value, "name"),
        title: text(value, "title"),
        description: text(value, "description"),
        mime_type: text(value, "mimeType"),
        size_bytes: value["size"].as_u64(),
        icons: list(value, "icons", icon),
        annotations: annotations(value),
        meta: meta(value),
        ..Resource::default()
    }
}

pub(super) fn template(value: &Value) -> Template {
    Template {
        uri_template: needed(value, "uriTemplate"),
        name: needed(value, "name"),
        title: text(value, "title"),
        description: text(value, "description"),
        mime_type: text(value, "mimeType"),
        icons: list(value, "icons", icon),
        annotations: annotations(value),
        meta: meta(value),
        ..Template::default()
    }
}

pub(super) fn prompt(value: &Value) -> Prompt {
    Prompt {
        name: needed(value, "name"),
        title: text(value, "title"),
        description: text(value, "description"),
        parameters: list(value, "arguments", |value| Parameter {
            name: needed(value, "name"),
            title: text(value, "title"),
            description: text(value, "description"),
            required: value["required"] == true,
            completes: false,
        }),
        icons: list(value, "icons", icon),
        meta: meta(value),
        ..Prompt::default()
    }
}

/// Hints that are absent have the values that the protocol gives them.
pub(super) fn tool(value: &Value) -> Tool {
    let hint = |name: &str, default| value["annotations"][name].as_bool().unwrap_or(default);
    let effect = match (hint("readOnlyHint", false), hint("destructiveHint", true)) {
        (true, _) => Effect::Read,
        (false, false) => Effect::Write,
        (false, true) => Effect::Destroy,
    };
    let input = value["inputSchema"].clone();
    Tool {
        title: text(value, "title"),
        output: value.get("outputSchema").cloned(),
        effect,
        idempotent: hint("idempotentHint", false),
        open_world: hint("openWorldHint", true),
        icons: list(value, "icons", icon),
        meta: meta(value),
        ..Tool::new(&needed(value, "name"), &needed(value, "description"), input)
    }
}
