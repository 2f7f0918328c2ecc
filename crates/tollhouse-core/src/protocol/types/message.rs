//! Whole messages: results around an id, and errors.

use serde_json::{Map, Value, json};

use super::write;
use crate::{Capabilities, Capability, Refusal, protocol::Id};

/// Begins `{"jsonrpc":"2.0","id":…,"result":{`; the caller closes both braces.
pub(crate) fn result(out: &mut Vec<u8>, id: &Id) {
    out.extend_from_slice(br#"{"jsonrpc":"2.0","id":"#);
    out.extend_from_slice(id.json());
    out.extend_from_slice(br#","result":{"#);
}

/// Writes an error. Without an id that could be read, the member is left out.
pub(crate) fn error(out: &mut Vec<u8>, id: Option<&Id>, refusal: &Refusal, versions: &[&str]) {
    out.extend_from_slice(br#"{"jsonrpc":"2.0""#);
    if let Some(id) = id {
        write::key(out, "id");
        out.extend_from_slice(id.json());
    }
    out.extend_from_slice(br#","error":{"code":"#);
    out.extend_from_slice(refusal.row().code.to_string().as_bytes());
    write::field(out, "message", Some(&refusal.text()));
    let data = match refusal {
        Refusal::UnsupportedVersion(asked) => {
            Some(json!({"supported": versions, "requested": asked}))
        }
        Refusal::MissingCapability(missing) => {
            Some(json!({"requiredCapabilities": capabilities(*missing)}))
        }
        Refusal::UnknownResource(uri) => Some(json!({"uri": uri})),
        _ => None,
    };
    if let Some(data) = data {
        write::key(out, "data");
        write::value(out, &data);
    }
    out.extend_from_slice(b"}}");
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
