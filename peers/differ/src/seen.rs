//! What a reply is, in a few words: status, kind of content, and what became of the request.

use serde_json::Value;

/// The reply in a few words, such as `200 json result`.
pub(crate) fn told(raw: &[u8]) -> String {
    let Some(head) = Head::of(raw) else {
        return "no reply".to_owned();
    };
    let body = head.body(raw);
    let (body, open) = match body.strip_suffix(STILL_OPEN) {
        Some(body) => (body.to_vec(), " open"),
        None => (body, ""),
    };
    let kind = match head.header("content-type").as_deref() {
        _ if body.is_empty() && open.is_empty() => "empty",
        Some(kind) if kind.starts_with("application/json") => "json",
        Some(kind) if kind.starts_with("text/event-stream") => "sse",
        Some(kind) if kind.starts_with("text/plain") => "text",
        _ => "other",
    };
    let outcome = match kind {
        "json" => {
            serde_json::from_slice(&body).map_or("no JSON".to_owned(), |message| outcome(&message))
        }
        "sse" => events(&body),
        _ => "none".to_owned(),
    };
    format!("{} {kind} {outcome}{open}", head.status)
}

/// The first lines of a reply.
#[derive(Debug)]
pub(crate) struct Head {
    status: u16,
    headers: Vec<(String, String)>,
    length: usize,
}

impl Head {
    pub(crate) fn of(raw: &[u8]) -> Option<Self> {
        let end = raw.windows(4).position(|window| window == b"\r\n\r\n")?;
        let text = std::str::from_utf8(raw.get(..end)?).ok()?;
        let mut lines = text.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers = headers
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        Some(Self {
            status,
            headers,
            length: end + 4,
        })
    }

    pub(crate) fn header(&self, name: &str) -> Option<String> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    }

    /// The body, out of its chunks.
    fn body(&self, raw: &[u8]) -> Vec<u8> {
        let body = raw.get(self.length..).unwrap_or_default();
        if self.header("transfer-encoding").as_deref() != Some("chunked") {
            return body.to_vec();
        }
        let (mut body, open) = match body.strip_suffix(STILL_OPEN) {
            Some(body) => (body, STILL_OPEN),
            None => (body, b"".as_slice()),
        };
        let mut whole = Vec::new();
        while let Some((chunk, rest)) = chunk(body) {
            whole.extend_from_slice(chunk);
            body = rest;
        }
        whole.extend_from_slice(open);
        whole
    }
}

/// The first chunk, and what follows it; none for the last.
fn chunk(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = body.windows(2).position(|window| window == b"\r\n")?;
    let line = std::str::from_utf8(body.get(..end)?).ok()?;
    let length = usize::from_str_radix(line.trim(), 16).ok()?;
    let start = end + 2;
    let chunk = body.get(start..start + length)?;
    let rest = body.get(start + length + 2..).unwrap_or_default();
    (length > 0).then_some((chunk, rest))
}

/// What became of a request that is answered by a stream: its last message says.
fn events(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body).replace("\r\n", "\n");
    let data = text.lines().filter_map(|line| line.strip_prefix("data:"));
    let mut messages = data.filter_map(|data| serde_json::from_str(data.trim()).ok());
    let last = messages.next_back();
    last.map_or("none".to_owned(), |message: Value| outcome(&message))
}

/// A result, a failure of a tool, an error with its code, or something else.
fn outcome(message: &Value) -> String {
    if let Some(batch) = message.as_array() {
        let all: Vec<String> = batch.iter().map(outcome).collect();
        return format!("[{}]", all.join(", "));
    }
    let id = match message.get("id") {
        None => " without id",
        Some(Value::Null) => " with null id",
        Some(_) => "",
    };
    match (message.get("result"), message.pointer("/error/code")) {
        (Some(result), None) if result.get("isError") == Some(&Value::Bool(true)) => {
            format!("failure{id}")
        }
        (Some(_), None) => format!("result{id}"),
        (None, Some(code)) => format!("error {code}{id}"),
        _ => "something else".to_owned(),
    }
}

/// Stands behind what came over a connection that did not end.
pub(crate) const STILL_OPEN: &[u8] = b"\0still open\0";

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn replies_are_told_in_a_few_words() {
        for (raw, expected) in [
            ("", "no reply"),
            ("HTTP/1.1 202 Accepted\r\n\r\n", "202 empty none"),
            (
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"id\":1,\"result\":{}}",
                "200 json result",
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"id\":1,\"result\":{\"isError\":true}}",
                "200 json failure",
            ),
            (
                "HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\n\r\n{\"error\":{\"code\":-32700}}",
                "400 json error -32700 without id",
            ),
            (
                "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n\
                 1c\r\ndata: {\"id\":1,\"result\":{}}\n\n\r\n0\r\n\r\n",
                "200 sse result",
            ),
            (
                "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n: a\n\n\0still open\0",
                "200 sse none open",
            ),
            (
                "HTTP/1.1 422 No\r\nContent-Type: text/plain\r\n\r\nno",
                "422 text none",
            ),
        ] {
            assert_eq!(told(raw.as_bytes()), expected, "{raw}");
        }
    }
}
