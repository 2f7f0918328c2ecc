//! One message from a server, read strictly: whatever is not JSON-RPC 2.0 is told, and goes no further.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::{Map, Value, value::RawValue};

use super::trouble::Refused;

/// A message from a server.
#[derive(Debug)]
pub(super) enum Frame {
    /// To the request with this number. An error may come without one.
    Answer(Option<u64>, Result<Map<String, Value>, Refused>),
    /// A request of the server, with its id as it wrote it.
    Asked(Box<RawValue>, String, Value),
    /// A notification.
    Told(String, Value),
}

/// A name that stands twice is refused by what is derived here.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    jsonrpc: Cow<'a, str>,
    #[serde(borrow)]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    method: Option<Cow<'a, str>>,
    params: Option<Value>,
    result: Option<Map<String, Value>>,
    error: Option<Refused>,
}

/// Reads one message, or says what is wrong with it.
pub(super) fn read(bytes: &[u8]) -> Result<Frame, String> {
    let envelope: Envelope<'_> =
        serde_json::from_slice(bytes).map_err(|error| wrong(&error.to_string(), bytes))?;
    if envelope.jsonrpc != "2.0" {
        return Err(wrong("jsonrpc is not \"2.0\"", bytes));
    }
    let params = envelope.params.unwrap_or_default();
    let number = envelope.id.map(|id| id.get().parse::<u64>());
    match (envelope.method, envelope.result, envelope.error) {
        (Some(method), None, None) => Ok(match envelope.id {
            Some(id) => Frame::Asked(id.to_owned(), method.into_owned(), params),
            None => Frame::Told(method.into_owned(), params),
        }),
        (None, Some(result), None) => match number {
            Some(Ok(number)) => Ok(Frame::Answer(Some(number), Ok(result))),
            _ => Err(wrong("no request has its id", bytes)),
        },
        (None, None, Some(error)) => match number {
            Some(Err(_)) => Err(wrong("no request has its id", bytes)),
            number => Ok(Frame::Answer(number.and_then(Result::ok), Err(error))),
        },
        _ => Err(wrong(
            "it is not one of request, notification, result and error",
            bytes,
        )),
    }
}

fn wrong(what: &str, bytes: &[u8]) -> String {
    format!(
        "the server sent what is no message of the protocol: {what}\n  {}",
        excerpt(bytes)
    )
}

/// The beginning of what came, on one line.
pub(super) fn excerpt(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes.get(..EXCERPT_BYTES).unwrap_or(bytes));
    let more = if bytes.len() > EXCERPT_BYTES {
        "…"
    } else {
        ""
    };
    format!("{}{more}", text.trim().replace(['\n', '\r', '\t'], " "))
}

const EXCERPT_BYTES: usize = 200;

#[cfg(test)]
mod tests {
    use super::{Frame, read};

    #[test]
    fn each_kind_is_read() {
        let read = |text: &str| read(text.as_bytes()).unwrap();
        let answer = read(r#"{"jsonrpc":"2.0","id":7,"result":{"a":1}}"#);
        assert!(matches!(answer, Frame::Answer(Some(7), Ok(_))));
        let error = r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no"}}"#;
        assert!(matches!(read(error), Frame::Answer(None, Err(_))));
        let asked = read(r#"{"jsonrpc":"2.0","id":"x","method":"ping"}"#);
        assert!(matches!(asked, Frame::Asked(id, ..) if id.get() == "\"x\""));
        let told = read(r#"{"jsonrpc":"2.0","method":"notifications/message","params":{}}"#);
        assert!(matches!(told, Frame::Told(..)));
    }

    #[test]
    fn whatever_else_is_refused() {
        for text in [
            "",
            "hello",
            "[]",
            "null",
            r#"{"id":1,"result":{}}"#,
            r#"{"jsonrpc":"1.0","id":1,"result":{}}"#,
            r#"{"jsonrpc":"2.0","id":1}"#,
            r#"{"jsonrpc":"2.0","id":"1","result":{}}"#,
            r#"{"jsonrpc":"2.0","result":{}}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":[]}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":{},"error":{"code":1,"message":""}}"#,
            r#"{"jsonrpc":"2.0","id":1,"id":2,"result":{}}"#,
            r#"{"jsonrpc":"2.0","id":1,"error":{"code":"1","message":""}}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":{}} {}"#,
            &format!(
                r#"{{"jsonrpc":"2.0","id":1,"result":{{"a":{}"#,
                "[".repeat(1_000_000)
            ),
        ] {
            let told = read(text.as_bytes()).unwrap_err();
            assert!(told.len() < 600, "{told}");
        }
    }
}
