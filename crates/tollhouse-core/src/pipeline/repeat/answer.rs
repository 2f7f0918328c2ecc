//! A tool's answer as a text to be kept, and back: what is read is what was written, to the last digit.

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};
use bytes::Bytes;
use serde_json::{Map, Number, Value, json};

use crate::{
    Annotations, Body, Content, Contents, Extras, Icon, Refusal, Reported, Resource, Role, Theme,
    Trust, ctx::Others, ids, ledger::Answer,
};

mod judged;

/// An answer that was kept, and how it was judged.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) reported: Reported,
    /// How much of it others wrote, and by which rules; nothing of what the server itself says.
    pub(super) judged: Option<(Others, Trust)>,
}

/// What is kept of an answer, of which others wrote so much by these rules.
pub(super) fn written(reported: &Reported, (others, trust): (Others, &Trust)) -> Answer {
    let content: Vec<Value> = reported.content.iter().map(content).collect();
    let text = json!({
        "content": content,
        "structured": reported.structured.as_ref().map(exact),
        "is_error": reported.is_error,
        "meta": reported.meta.as_ref().map(exact_map),
        "judged": judged::written(others, trust),
    })
    .to_string();
    if text.len() <= BYTES_MAX {
        Answer::Kept(text)
    } else {
        Answer::Gone(text.len() as u64)
    }
}

/// The answer once more, marked as what it is.
pub(super) fn read(answer: Answer) -> Result<Kept, Refusal> {
    let mut kept = match answer {
        Answer::Kept(text) => parse(&text).ok_or_else(|| {
            let id = ids::error_id();
            tracing::error!(
                id,
                "a kept answer cannot be read: another release wrote it, or it is damaged"
            );
            Refusal::Internal(id)
        })?,
        Answer::Gone(bytes) => Kept {
            reported: Reported::text(format!(
                "This was done before and is not done again. Its answer had {bytes} bytes and is not kept any longer: \
                 read what you need anew."
            )),
            judged: None,
        },
    };
    let meta = kept.reported.meta.get_or_insert_default();
    meta.insert(REPLAYED.to_owned(), Value::Bool(true));
    Ok(kept)
}

fn parse(text: &str) -> Option<Kept> {
    let value: Value = serde_json::from_str(text).ok()?;
    let pieces = value.get("content")?.as_array()?.iter();
    let reported = Reported {
        content: pieces.map(piece).collect::<Option<_>>()?,
        structured: some(value.get("structured")).map(inexact),
        is_error: value.get("is_error")?.as_bool()?,
        meta: map(value.get("meta")),
    };
    let judged = Some(judged::read(value.get("judged")?)?);
    Some(Kept { reported, judged })
}

fn content(content: &Content) -> Value {
    match content {
        Content::Text(text) => json!({"text": text}),
        Content::Image { data, mime_type } => {
            json!({"image": BASE64.encode(data), "mime_type": mime_type})
        }
        Content::Audio { data, mime_type } => {
            json!({"audio": BASE64.encode(data), "mime_type": mime_type})
        }
        Content::Link(resource) => json!({"link": link(resource)}),
        Content::Embedded(contents) => json!({"embedded": embedded(contents)}),
        Content::Noted(noted) => json!({
            "noted": self::content(content.bare()),
            "annotations": annotations(&noted.extras().annotations),
            "meta": noted.extras().meta.as_ref().map(exact_map),
        }),
    }
}

fn piece(value: &Value) -> Option<Content> {
    let bytes = |name| Some(Bytes::from(BASE64.decode(value.get(name)?.as_str()?).ok()?));
    let mime_type = || text(value, "mime_type");
    if let Some(plain) = text(value, "text") {
        return Some(Content::Text(plain));
    }
    if let (Some(data), Some(mime_type)) = (bytes("image"), mime_type()) {
        return Some(Content::Image { data, mime_type });
    }
    if let (Some(data), Some(mime_type)) = (bytes("audio"), mime_type()) {
        return Some(Content::Audio { data, mime_type });
    }
    if let Some(linked) = value.get("link") {
        return Some(Content::Link(Box::new(linked_to(linked)?)));
    }
    if let Some(inside) = value.get("embedded") {
        return Some(Content::Embedded(contents(inside)?));
    }
    let extras = Extras {
        annotations: noted_as(value.get("annotations")?),
        meta: map(value.get("meta")),
    };
    Some(piece(value.get("noted")?)?.noted(extras))
}

fn link(resource: &Resource) -> Value {
    let icons = resource.icons.iter().map(|icon| {
        let theme = icon.theme.map(|theme| theme == Theme::Dark);
        json!({"src": icon.src, "mime_type": icon.mime_type, "sizes": icon.sizes, "is_dark": theme})
    });
    json!({
        "uri": resource.uri,
        "name": resource.name,
        "title": resource.title,
        "description": resource.description,
        "mime_type": resource.mime_type,
        "size_bytes": resource.size_bytes,
        "icons": icons.collect::<Vec<_>>(),
        "annotations": annotations(&resource.annotations),
        "meta": resource.meta.as_ref().map(exact_map),
    })
}

fn linked_to(value: &Value) -> Option<Resource> {
    let icon = |icon: &Value| {
        Some(Icon {
            src: text(icon, "src")?,
            mime_type: text(icon, "mime_type"),
            sizes: texts(icon.get("sizes")),
            theme: icon
                .get("is_dark")
                .and_then(Value::as_bool)
                .map(|is_dark| if is_dark { Theme::Dark } else { Theme::Light }),
        })
    };
    let icons = value.get("icons")?.as_array()?.iter();
    Some(Resource {
        uri: text(value, "uri")?,
        name: text(value, "name")?,
        title: text(value, "title"),
        description: text(value, "description"),
        mime_type: text(value, "mime_type"),
        size_bytes: value.get("size_bytes").and_then(Value::as_u64),
        icons: icons.map(icon).collect::<Option<_>>()?,
        annotations: noted_as(value.get("annotations")?),
        meta: map(value.get("meta")),
        ..Resource::default()
    })
}

fn embedded(contents: &Contents) -> Value {
    let (text, blob) = match &contents.body {
        Body::Text(text) => (Some(text), None),
        Body::Blob(bytes) => (None, Some(BASE64.encode(bytes))),
    };
    json!({
        "uri": contents.uri,
        "mime_type": contents.mime_type,
        "text": text,
        "blob": blob,
        "meta": contents.meta.as_deref().map(exact_map),
    })
}

fn contents(value: &Value) -> Option<Contents> {
    let body = match text(value, "text") {
        Some(text) => Body::Text(text),
        None => Body::Blob(BASE64.decode(value.get("blob")?.as_str()?).ok()?.into()),
    };
    Some(Contents {
        uri: text(value, "uri")?,
        mime_type: text(value, "mime_type"),
        body,
        meta: map(value.get("meta")).map(Box::new),
    })
}

fn annotations(annotations: &Annotations) -> Value {
    let audience = annotations.audience.iter();
    json!({
        "for_user": audience.map(|role| *role == Role::User).collect::<Vec<_>>(),
        "priority": annotations.priority.map(|priority| exact(&json!(priority))),
        "last_modified": annotations.last_modified,
    })
}

fn noted_as(value: &Value) -> Annotations {
    let audience = value.get("for_user").and_then(Value::as_array);
    let role = |is_user: &Value| {
        if is_user == &Value::Bool(true) {
            Role::User
        } else {
            Role::Assistant
        }
    };
    Annotations {
        audience: audience.into_iter().flatten().map(role).collect(),
        priority: some(value.get("priority"))
            .map(inexact)
            .and_then(|priority| priority.as_f64()),
        last_modified: text(value, "last_modified"),
    }
}

/// The same, with numbers that have a point as texts: a reader of JSON may be off in their last digit.
fn exact(value: &Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => json!({POINT: number.to_string()}),
        Value::Array(items) => items.iter().map(exact).collect(),
        Value::Object(map) if map.len() == 1 && map.contains_key(POINT) => {
            json!({POINT: exact_map(map)})
        }
        Value::Object(map) => exact_map(map),
        plain => plain.clone(),
    }
}

fn exact_map(map: &Map<String, Value>) -> Value {
    let map = map.iter().map(|(name, value)| (name.clone(), exact(value)));
    Value::Object(map.collect())
}

fn inexact(value: &Value) -> Value {
    match value {
        Value::Array(items) => items.iter().map(inexact).collect(),
        Value::Object(map) => match map.get(POINT) {
            Some(Value::String(digits)) if map.len() == 1 => {
                let number = digits.parse().ok().and_then(Number::from_f64);
                number.map_or(Value::Null, Value::Number)
            }
            Some(Value::Object(inside)) if map.len() == 1 => Value::Object(inexact_map(inside)),
            _ => Value::Object(inexact_map(map)),
        },
        plain => plain.clone(),
    }
}

fn inexact_map(map: &Map<String, Value>) -> Map<String, Value> {
    let map = map.iter();
    map.map(|(name, value)| (name.clone(), inexact(value)))
        .collect()
}

fn map(value: Option<&Value>) -> Option<Map<String, Value>> {
    some(value)?.as_object().map(inexact_map)
}

fn some(value: Option<&Value>) -> Option<&Value> {
    value.filter(|value| !value.is_null())
}

fn text(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(str::to_owned)
}

fn texts(value: Option<&Value>) -> Vec<String> {
    let texts = value.and_then(Value::as_array).into_iter().flatten();
    texts.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// No name that anybody gives a field; one who does is written so that it is told apart.
const POINT: &str = "\0";
/// A mark beside an answer that was given before.
const REPLAYED: &str = "dev.tollhouse/replayed";
/// Several times what a model reads at once; answers are as good as never larger.
const BYTES_MAX: usize = 256 * 1024;

#[cfg(test)]
mod tests;
