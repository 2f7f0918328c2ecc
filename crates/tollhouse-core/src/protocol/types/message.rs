//! Whole messages: results around an id, and errors.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{revision::Revision, write};
use crate::{
    Capabilities, Capability, Refusal,
    fence::{self, Label},
    protocol::Id,
};

/// Writes the members of a `_meta`: where a result comes from, then what its source says of it.
pub(crate) fn labelled<'a>(
    out: &mut Vec<u8>,
    label: &str,
    theirs: impl Iterator<Item = (&'a String, &'a Value)>,
) {
    write::string(out, Label::KEY);
    out.push(b':');
    out.extend_from_slice(label.as_bytes());
    // Nobody else may say so.
    for (name, value) in theirs.filter(|(name, _)| *name != Label::KEY) {
        out.push(b',');
        write::string(out, name);
        out.push(b':');
        write::value(out, value);
    }
}

/// Begins `{"jsonrpc":"2.0","id":…,"result":{`; the caller closes both braces.
pub(crate) fn result(out: &mut Vec<u8>, id: &Id) {
    out.extend_from_slice(br#"{"jsonrpc":"2.0","id":"#);
    out.extend_from_slice(id.json());
    out.extend_from_slice(br#","result":{"#);
}

/// Writes an error under this code. Without an id that could be read, the member is left out.
pub(crate) fn error(out: &mut Vec<u8>, id: Option<&Id>, code: i32, refusal: &Refusal) {
    let data = match refusal {
        Refusal::UnsupportedVersion(asked) => {
            let supported = Revision::ALL.map(Revision::name);
            Some(json!({"supported": supported, "requested": asked}))
        }
        Refusal::MissingCapability(missing) => {
            Some(json!({"requiredCapabilities": capabilities(*missing)}))
        }
        Refusal::Forbidden(scopes) => Some(json!({"requiredScopes": scopes})),
        Refusal::UnknownResource(uri) => Some(json!({"uri": uri})),
        _ => None,
    };
    let data = data.map(|mut data| {
        fence::value(&mut data);
        data
    });
    error_with(out, id, (code, &refusal.text()), data.as_ref());
}

/// Writes an error of this code and text.
pub(crate) fn error_with(
    out: &mut Vec<u8>,
    id: Option<&Id>,
    (code, text): (i32, &str),
    data: Option<&Value>,
) {
    out.extend_from_slice(br#"{"jsonrpc":"2.0""#);
    if let Some(id) = id {
        write::key(out, "id");
        out.extend_from_slice(id.json());
    }
    out.extend_from_slice(br#","error":{"code":"#);
    out.extend_from_slice(code.to_string().as_bytes());
    write::field(out, "message", Some(text));
    if let Some(data) = data {
        write::key(out, "data");
        write::value(out, data);
    }
    out.extend_from_slice(b"}}");
}

/// Writes a notification.
pub(crate) fn notification(method: &str, params: &Value) -> Bytes {
    let mut out = Vec::with_capacity(128);
    out.extend_from_slice(br#"{"jsonrpc":"2.0""#);
    write::field(&mut out, "method", Some(method));
    write::key(&mut out, "params");
    write::value(&mut out, params);
    out.push(b'}');
    out.into()
}

/// A set of capabilities in the shape in which clients declare theirs.
fn capabilities(set: Capabilities) -> Value {
    let mut wire = Map::new();
    for (capability, outer, inner) in NAMES {
        if set.has(capability) {
            let entry = wire.entry(outer).or_insert_with(|| json!({}));
            if let (Some(inner), Some(entry)) = (inner, entry.as_object_mut()) {
                entry.insert(inner.to_owned(), json!({}));
            }
        }
    }
    Value::Object(wire)
}

const NAMES: [(Capability, &str, Option<&str>); 6] = [
    (Capability::Form, "elicitation", Some("form")),
    (Capability::Url, "elicitation", Some("url")),
    (Capability::Sampling, "sampling", None),
    (Capability::SamplingTools, "sampling", Some("tools")),
    (Capability::SamplingContext, "sampling", Some("context")),
    (Capability::Roots, "roots", None),
];
