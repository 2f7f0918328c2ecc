//! Digests of JSON: the same for the same data, in whatever order it was written.

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// SHA-256 of several parts, none of which can be taken for a piece of another.
pub(crate) fn of(parts: &[&[u8]]) -> [u8; 32] {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part);
    }
    digest.finalize().into()
}

/// Writes JSON with sorted keys, so that their order does not matter.
pub(crate) fn canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut names: Vec<&String> = map.keys().collect();
            names.sort_unstable();
            out.push('{');
            for (place, name) in names.into_iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                out.push_str(&Value::String(name.clone()).to_string());
                out.push(':');
                canonical(map.get(name).unwrap_or(&Value::Null), out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                canonical(item, out);
            }
            out.push(']');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

/// The digest of one value.
pub(crate) fn json(value: &Value) -> [u8; 32] {
    let mut text = String::new();
    canonical(value, &mut text);
    of(&[text.as_bytes()])
}

/// A digest as text: hexadecimal digits.
pub(crate) fn hex(digest: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(digest.len() * 2);
    for byte in digest {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{canonical, json as digest, of};

    #[test]
    fn order_does_not_matter_and_types_do() {
        let one = json!({"a": [1, {"c": null, "b": "x"}], "d": true});
        let two = json!({"d": true, "a": [1, {"b": "x", "c": null}]});
        assert_eq!(digest(&one), digest(&two));
        assert_ne!(digest(&json!({"a": 1})), digest(&json!({"a": "1"})));
        let mut text = String::new();
        canonical(&two, &mut text);
        assert_eq!(text, r#"{"a":[1,{"b":"x","c":null}],"d":true}"#);
    }

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(of(&[b"ab", b"c"]), of(&[b"a", b"bc"]));
        assert_ne!(of(&[b"ab"]), of(&[b"ab", b""]));
    }
}
