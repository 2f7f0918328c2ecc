//! Content blocks, resource contents, prompt messages and asks, as the wire has them.

use serde_json::{Value, json};

use super::{listing, revision::Revision, write};
use crate::{
    Ask, Body, Content, Contents, Message, Output, Question, Resource, Role, schema::form,
};

/// Writes one content block. What a revision has no block for comes as one that it has.
pub(crate) fn block(out: &mut Vec<u8>, content: &Content, revision: Revision) {
    match content.bare() {
        Content::Text(text) => {
            out.extend_from_slice(br#"{"type":"text","text":"#);
            write::string(out, text);
        }
        Content::Image { data, mime_type } => binary(out, "image", data, mime_type),
        Content::Audio { data, mime_type } if !revision.has_audio() => {
            let sound = Contents::blob("attachment:audio", mime_type, data.clone());
            embedded(out, &sound, revision);
        }
        Content::Audio { data, mime_type } => binary(out, "audio", data, mime_type),
        Content::Embedded(contents) => embedded(out, contents, revision),
        Content::Link(resource) if !revision.has_titles() => {
            out.extend_from_slice(br#"{"type":"text","text":"#);
            write::string(out, &spoken(resource));
            listing::annotations(out, &resource.annotations, revision);
        }
        Content::Link(resource) => {
            out.extend_from_slice(br#"{"type":"resource_link","#);
            listing::resource_fields(out, resource, revision);
        }
        // What is bare has no notes.
        Content::Noted(_) => {}
    }
    if let Content::Noted(noted) = content {
        let extras = noted.extras();
        listing::annotations(out, &extras.annotations, revision);
        listing::meta(out, extras.meta.as_ref(), revision);
    }
    out.push(b'}');
}

fn embedded(out: &mut Vec<u8>, contents: &Contents, revision: Revision) {
    out.extend_from_slice(br#"{"type":"resource","resource":"#);
    self::contents(out, contents, revision);
}

/// A link as a text that a model can follow.
fn spoken(resource: &Resource) -> String {
    let about = resource.description.as_ref();
    let about = about.map_or_else(String::new, |about| format!(": {about}"));
    format!("[{}]({}){about}", resource.name, resource.uri)
}

fn binary(out: &mut Vec<u8>, kind: &str, data: &[u8], mime_type: &str) {
    out.extend_from_slice(br#"{"type":""#);
    out.extend_from_slice(kind.as_bytes());
    out.extend_from_slice(br#"","data":"#);
    write::base64(out, data);
    write::field(out, "mimeType", Some(mime_type));
}

/// About how many bytes a block takes.
fn size(content: &Content) -> usize {
    64 + match content.bare() {
        Content::Text(text) => text.len(),
        Content::Image { data, .. } | Content::Audio { data, .. } => data.len() * 4 / 3,
        Content::Link(_) | Content::Embedded(_) | Content::Noted(_) => 256,
    }
}

/// About how long an output will be, so that its buffer is made once.
pub(crate) fn roomy(output: &Output) -> usize {
    let text = match output {
        Output::Tool(reported) => reported.content.iter().map(size).sum(),
        _ => 0,
    };
    text + 320
}

/// Suggestions, as every revision has them.
pub(crate) fn completion(values: &[String], total: Option<u64>) -> Value {
    let shown = u64::try_from(values.len()).unwrap_or(u64::MAX);
    let more = total.is_some_and(|total| total > shown);
    json!({"values": values, "total": total.unwrap_or(shown), "hasMore": more})
}

/// Writes what stands in a resource.
pub(crate) fn contents(out: &mut Vec<u8>, contents: &Contents, revision: Revision) {
    out.extend_from_slice(br#"{"uri":"#);
    write::string(out, &contents.uri);
    write::field(out, "mimeType", contents.mime_type.as_deref());
    match &contents.body {
        Body::Text(text) => write::field(out, "text", Some(text)),
        Body::Blob(bytes) => {
            write::key(out, "blob");
            write::base64(out, bytes);
        }
    }
    listing::meta(out, contents.meta.as_deref(), revision);
    out.push(b'}');
}

/// Writes one message of a prompt.
pub(crate) fn message(out: &mut Vec<u8>, message: &Message, revision: Revision) {
    out.extend_from_slice(match message.role {
        Role::User => br#"{"role":"user","content":"#.as_slice(),
        Role::Assistant => br#"{"role":"assistant","content":"#.as_slice(),
    });
    block(out, &message.content, revision);
    out.push(b'}');
}

/// Writes one ask as `"key":{"method":…,"params":…}`.
pub(crate) fn ask(out: &mut Vec<u8>, ask: &Ask) {
    write::string(out, &ask.key);
    out.push(b':');
    write::value(out, &question(&ask.question));
}

/// A question as a request has it, without its envelope.
pub(crate) fn question(question: &Question) -> Value {
    match question {
        Question::Form { message, schema } => json!({
            "method": "elicitation/create",
            "params": {"mode": "form", "message": message, "requestedSchema": form::form(schema)},
        }),
        Question::Url { message, url } => json!({
            "method": "elicitation/create",
            "params": {"mode": "url", "message": message, "url": url},
        }),
        Question::Sampling(params) => json!({"method": "sampling/createMessage", "params": params}),
        Question::Roots => json!({"method": "roots/list"}),
    }
}
