//! Writes JSON into one buffer.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;

/// Writes a string. Stretches with nothing to escape are copied, not walked byte by byte.
pub(crate) fn string(out: &mut Vec<u8>, text: &str) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    for stretch in text.as_bytes().chunks(STRETCH_BYTES) {
        // Without a branch inside, the compiler compares many bytes at once.
        let plain = stretch.iter().fold(true, |plain, &byte| {
            plain & (byte >= 0x20) & (byte != b'"') & (byte != b'\\')
        });
        if plain {
            out.extend_from_slice(stretch);
        } else {
            stretch.iter().for_each(|&byte| escape(out, byte));
        }
    }
    out.push(b'"');
}

fn escape(out: &mut Vec<u8>, byte: u8) {
    match byte {
        b'"' => out.extend_from_slice(b"\\\""),
        b'\\' => out.extend_from_slice(b"\\\\"),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        0..0x20 => {
            let digit = |nibble: u8| {
                if nibble < 10 {
                    b'0' + nibble
                } else {
                    b'a' + nibble - 10
                }
            };
            out.extend_from_slice(b"\\u00");
            out.extend_from_slice(&[digit(byte >> 4), digit(byte & 0xf)]);
        }
        plain => out.push(plain),
    }
}

/// Writes bytes as base64.
pub(crate) fn base64(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    out.extend_from_slice(STANDARD.encode(bytes).as_bytes());
    out.push(b'"');
}

/// Writes any value whose serialisation cannot fail: JSON values, maps of them, numbers.
pub(crate) fn value(out: &mut Vec<u8>, value: &impl Serialize) {
    let start = out.len();
    if serde_json::to_writer(&mut *out, value).is_err() {
        out.truncate(start);
        out.extend_from_slice(b"null");
    }
}

/// Writes `,"name":` and a string, if there is one.
pub(crate) fn field(out: &mut Vec<u8>, name: &str, text: Option<&str>) {
    if let Some(text) = text {
        key(out, name);
        string(out, text);
    }
}

/// Writes `,"name":`.
pub(crate) fn key(out: &mut Vec<u8>, name: &str) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

/// Writes things between commas.
pub(crate) fn separated<T>(
    out: &mut Vec<u8>,
    items: impl IntoIterator<Item = T>,
    mut write: impl FnMut(&mut Vec<u8>, T),
) {
    let mut first = true;
    for item in items {
        if !first {
            out.push(b',');
        }
        first = false;
        write(out, item);
    }
}

const STRETCH_BYTES: usize = 64;

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;

    proptest! {
        #[test]
        fn a_string_reads_back(text: String, long in "[a-z\"\\\\\n\u{1}ü]{0,300}") {
            for text in [text, long] {
                let mut out = Vec::new();
                super::string(&mut out, &text);
                let back: String = serde_json::from_slice(&out).unwrap();
                assert_eq!(back, text);
            }
        }
    }
}
