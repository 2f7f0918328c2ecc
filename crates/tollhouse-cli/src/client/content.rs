//! The result of a tool, for people: its text, and what stands in place of everything else.

use serde_json::{Map, Value};

use super::plain;

/// What is shown of a result.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) text: String,
    pub(crate) has_failed: bool,
}

impl Shown {
    pub(crate) fn of(result: &Map<String, Value>) -> Self {
        let content = result.get("content").and_then(Value::as_array);
        let blocks: Vec<&Value> = content.into_iter().flatten().collect();
        let has_text = blocks.iter().any(|block| is_text(block));
        let mut parts: Vec<String> = blocks.iter().map(|block| shown(block)).collect();
        if let (false, Some(structured)) = (has_text, result.get("structuredContent")) {
            parts.push(format!("{structured:#}"));
        }
        Self {
            text: parts.join("\n"),
            has_failed: result.get("isError") == Some(&Value::Bool(true)),
        }
    }
}

fn is_text(block: &Value) -> bool {
    text(block, "/type") == Some("text")
}

fn shown(block: &Value) -> String {
    let kind = text(block, "/type").unwrap_or("nothing");
    match kind {
        "text" => text(block, "/text").unwrap_or_default().to_owned(),
        "image" | "audio" => binary(block, "/mimeType", "/data"),
        "resource" => match text(block, "/resource/text") {
            Some(text) => text.to_owned(),
            None => binary(block, "/resource/mimeType", "/resource/blob"),
        },
        "resource_link" => {
            let uri = text(block, "/uri").unwrap_or_default();
            let name = text(block, "/title").or_else(|| text(block, "/name"));
            plain::line(&format!("[{}: {uri}]", name.unwrap_or("resource")))
        }
        other => plain::line(&format!("[{other}]")),
    }
}

fn binary(block: &Value, kind: &str, data: &str) -> String {
    let kind = text(block, kind).unwrap_or("application/octet-stream");
    let data = text(block, data).unwrap_or_default().trim_end_matches('=');
    // Four letters stand for three bytes.
    plain::line(&format!("[{kind}, {}]", size(data.len() * 3 / 4)))
}

/// 512 B, 12 KiB, 1.5 MiB.
pub(crate) fn size(bytes: usize) -> String {
    const KIB: usize = 1024;
    const MIB: usize = 1024 * KIB;
    match bytes {
        0..KIB => format!("{bytes} B"),
        KIB..MIB => format!("{} KiB", bytes.div_ceil(KIB)),
        _ => format!("{}.{} MiB", bytes / MIB, bytes % MIB * 10 / MIB),
    }
}

fn text<'a>(block: &'a Value, pointer: &str) -> Option<&'a str> {
    block.pointer(pointer)?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{Shown, size};

    fn shown(result: &Value) -> String {
        Shown::of(result.as_object().unwrap()).text
    }

    #[test]
    fn each_kind_of_content_is_shown() {
        let result = json!({"content": [
            {"type": "text", "text": "one\ntwo"},
            {"type": "image", "mimeType": "image/png", "data": "QUJD"},
            {"type": "resource", "resource": {"uri": "a:b", "text": "inside"}},
            {"type": "resource", "resource": {"uri": "a:b", "blob": "QUI="}},
            {"type": "resource_link", "uri": "a:b", "name": "b"},
            {"type": "hologram"}
        ], "structuredContent": {"a": 1}});
        assert_eq!(
            shown(&result),
            "one\ntwo\n[image/png, 3 B]\ninside\n[application/octet-stream, 2 B]\n[b: a:b]\n[hologram]"
        );
    }

    #[test]
    fn without_text_what_is_structured_is_shown() {
        let result = json!({"content": [], "structuredContent": {"a": [1]}});
        assert_eq!(shown(&result), "{\n  \"a\": [\n    1\n  ]\n}");
        assert_eq!(shown(&json!({})), "");
    }

    #[test]
    fn sizes_are_short() {
        let sizes = [0, 1023, 1024, 12_000, 1_600_000].map(size);
        assert_eq!(sizes, ["0 B", "1023 B", "1 KiB", "12 KiB", "1.5 MiB"]);
    }
}
