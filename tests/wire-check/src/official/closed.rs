//! A schema closed against members that it does not name.
//!
//! Objects stay open where the protocol invites additions: in `_meta`, in the schemas of tools, and where a
//! definition says so itself.

use serde_json::{Map, Value, json};

use crate::Revision;

/// The definitions of a revision, closed.
pub(super) fn closed(revision: Revision, mut definitions: Value) -> Value {
    let published = definitions.clone();
    for (name, definition) in definitions.as_object_mut().into_iter().flatten() {
        flatten(definition, &published);
        if revision <= Revision::R2025_06_18 {
            add_envelope(name, definition);
        }
    }
    for (first, last, pointer, schema) in amendments() {
        if (first..=last).contains(&revision) {
            amend(&mut definitions, pointer, schema);
        }
    }
    for (name, definition) in definitions.as_object_mut().into_iter().flatten() {
        if !OPEN.contains(&name.as_str()) {
            close(definition);
        }
    }
    definitions
}

/// Makes one object of the parts of an `allOf`: closed parts would each refuse what the others name.
fn flatten(schema: &mut Value, definitions: &Value) {
    let Some(map) = schema.as_object_mut() else {
        return;
    };
    if let Some(Value::Array(parts)) = map.remove("allOf") {
        for part in &parts {
            let named = part.get("$ref").and_then(Value::as_str);
            let mut part = named
                .and_then(|name| definitions.pointer(name.trim_start_matches("#/$defs")))
                .unwrap_or(part)
                .clone();
            flatten(&mut part, definitions);
            join(map, &part);
        }
    }
    if let Some(Value::Object(properties)) = map.get_mut("properties") {
        for property in properties.values_mut() {
            flatten(property, definitions);
        }
    }
}

/// Adds the members that a part names, and those that it demands.
fn join(map: &mut Map<String, Value>, part: &Value) {
    map.insert("type".to_owned(), json!("object"));
    if let Some(Value::Object(properties)) = part.get("properties") {
        let all = map.entry("properties").or_insert_with(|| json!({}));
        if let Some(all) = all.as_object_mut() {
            all.extend(properties.clone());
        }
    }
    if let Some(Value::Array(required)) = part.get("required") {
        let all = map.entry("required").or_insert_with(|| json!([]));
        if let Some(all) = all.as_array_mut() {
            all.extend(required.clone());
            all.sort_by_key(ToString::to_string);
            all.dedup();
        }
    }
}

/// Makes a whole message of a request or a notification. Until 2025-06-18 their definitions leave out what
/// every message has.
fn add_envelope(name: &str, definition: &mut Value) {
    if definition.pointer("/properties/method/const").is_none() {
        return;
    }
    let token = json!({"progressToken": {"$ref": "#/$defs/ProgressToken"}});
    let (names, required, meta) = if name.ends_with("Request") {
        let names = json!({"jsonrpc": {"const": "2.0"}, "id": {"$ref": "#/$defs/RequestId"}});
        (names, json!(["jsonrpc", "id"]), token)
    } else {
        let names = json!({"jsonrpc": {"const": "2.0"}});
        (names, json!(["jsonrpc"]), json!({}))
    };
    let meta = json!({"type": "object", "properties": meta, "additionalProperties": {}});
    join(
        definition.as_object_mut().unwrap_or(&mut Map::new()),
        &json!({"properties": names, "required": required}),
    );
    if let Some(Value::Object(params)) = definition.pointer_mut("/properties/params") {
        params.remove("additionalProperties");
        join(params, &json!({"properties": {"_meta": meta}}));
    }
}

/// Lets an object have only the members that it names.
fn close(schema: &mut Value) {
    let Some(map) = schema.as_object_mut() else {
        return;
    };
    let names = map.get("properties").and_then(Value::as_object);
    if names.is_some_and(|names| !names.is_empty()) {
        map.entry("additionalProperties").or_insert(json!(false));
    }
    for (keyword, part) in map.iter_mut() {
        match (keyword.as_str(), part) {
            ("properties", Value::Object(properties)) => {
                let inner = properties.iter_mut().filter(|(name, _)| *name != "_meta");
                inner.for_each(|(_, property)| close(property));
            }
            ("anyOf", Value::Array(ways)) => ways.iter_mut().for_each(close),
            ("items" | "additionalProperties", part) => close(part),
            _ => {}
        }
    }
}

/// Puts a schema where the pointer leads, if there is a place for it.
fn amend(definitions: &mut Value, pointer: &str, schema: Value) {
    let Some((place, name)) = pointer.rsplit_once('/') else {
        return;
    };
    if let Some(Value::Object(place)) = definitions.pointer_mut(place) {
        place.insert(name.to_owned(), schema);
    }
}

/// What the text of the specification has and its schema has not, or has otherwise; each with the first and
/// the last revision that it holds for.
fn amendments() -> [(Revision, Revision, &'static str, Value); 9] {
    use Revision::{R2024_11_05, R2025_06_18, R2025_11_25, R2026_07_28};
    let settings = json!({"type": "object", "additionalProperties": {"type": "object"}});
    let plain = json!({"type": ["string", "number", "boolean"]});
    let several = json!({"type": "array", "items": {"type": "string"}});
    let field = json!({"anyOf": [plain, several]});
    let empty = json!({"type": "object", "properties": {"_meta": {"type": "object"}}});
    let (client, server) = (
        "/ClientCapabilities/properties/extensions",
        "/ServerCapabilities/properties/extensions",
    );
    let (input, output) = (
        "/Tool/properties/inputSchema/additionalProperties",
        "/Tool/properties/outputSchema/additionalProperties",
    );
    let answer = "/ElicitResult/properties/content/additionalProperties";
    let pattern = "/StringSchema/properties/pattern";
    [
        // Extensions may be declared in a handshake too (SEP-2133).
        (R2024_11_05, R2025_11_25, client, settings.clone()),
        (R2024_11_05, R2025_11_25, server, settings),
        // The schema of a tool may use every word of JSON Schema.
        (R2024_11_05, R2025_11_25, input, json!({})),
        (R2024_11_05, R2025_11_25, output, json!({})),
        (R2024_11_05, R2025_11_25, "/EmptyResult", empty),
        // A form may ask for any number, so an answer may be one.
        (R2025_06_18, R2025_06_18, answer, plain),
        (R2025_11_25, R2025_11_25, answer, field.clone()),
        (R2026_07_28, R2026_07_28, answer, field),
        (R2025_11_25, R2026_07_28, pattern, json!({"type": "string"})),
    ]
}

/// Where the protocol invites further members.
const OPEN: [&str; 5] = [
    "MetaObject",
    "NotificationMetaObject",
    "RequestMetaObject",
    "ResultMetaObject",
    "SubscriptionsListenResultMetaObject",
];
