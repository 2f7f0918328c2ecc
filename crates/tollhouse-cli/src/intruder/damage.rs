//! Tokens in the hands of who cannot sign: changed, cut, and declared to need no signature.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Map, Value};

/// Each with what was done to it; nothing for what is no signed token.
pub(super) fn all(token: &str) -> Vec<(String, String)> {
    let parts: Vec<&str> = token.split('.').collect();
    let &[head, payload, signature] = parts.as_slice() else {
        return Vec::new();
    };
    let (Some(header), Some(claims)) = (read(head), read(payload)) else {
        return Vec::new();
    };
    let changed = |mut object: Map<String, Value>, key: &str, value: Value| {
        object.insert(key.to_owned(), value);
        URL_SAFE_NO_PAD.encode(Value::Object(object).to_string())
    };
    let none = changed(header.clone(), "alg", "none".into());
    let symmetric = changed(header, "alg", "HS256".into());
    let another = changed(claims.clone(), "sub", "somebody-else".into());
    let longer = changed(claims, "exp", 4_102_444_800_u64.into());
    [
        ("alg none", format!("{none}.{payload}.")),
        (
            "alg none, signature kept",
            format!("{none}.{payload}.{signature}"),
        ),
        (
            "alg HS256, signature kept",
            format!("{symmetric}.{payload}.{signature}"),
        ),
        ("signature cut off", format!("{head}.{payload}.")),
        (
            "another subject, signature kept",
            format!("{head}.{another}.{signature}"),
        ),
        (
            "a later end, signature kept",
            format!("{head}.{longer}.{signature}"),
        ),
    ]
    .map(|(what, token)| (what.to_owned(), token))
    .to_vec()
}

fn read(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}
