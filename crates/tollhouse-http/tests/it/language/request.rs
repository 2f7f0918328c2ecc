//! A request, right in every part until a test spoils one.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

/// An HTTP request as it will stand on the wire.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    method: String,
    target: String,
    protocol: &'static str,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    has_length: bool,
}

impl Request {
    /// A tool call with id 1.
    pub(crate) fn call(tool: &str, arguments: Value) -> Self {
        let params = [("name", json!(tool)), ("arguments", arguments)];
        let params = params.map(|(name, value)| (name.to_owned(), value));
        Self::rpc("tools/call", params.into_iter().collect()).header("Mcp-Name", tool)
    }

    /// A request with id 1, the `_meta` that it must have, and the headers that say the same.
    pub(crate) fn rpc(method: &str, mut params: Value) -> Self {
        let fields = params.as_object_mut().unwrap();
        let meta = fields.entry("_meta").or_insert_with(|| json!({}));
        let meta = meta.as_object_mut().unwrap();
        meta.entry("io.modelcontextprotocol/protocolVersion")
            .or_insert_with(|| json!(VERSION));
        meta.entry("io.modelcontextprotocol/clientCapabilities")
            .or_insert_with(|| json!({}));
        Self::message(&json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}))
            .header("MCP-Protocol-Version", VERSION)
            .header("Mcp-Method", method)
    }

    /// Any JSON, without the headers that repeat it.
    pub(crate) fn message(message: &Value) -> Self {
        Self::bytes(message.to_string())
    }

    /// Any bytes.
    pub(crate) fn bytes(body: impl Into<Vec<u8>>) -> Self {
        Self {
            method: "POST".to_owned(),
            target: "/mcp".to_owned(),
            protocol: "HTTP/1.1",
            headers: Vec::new(),
            body: body.into(),
            has_length: true,
        }
        .header("Host", "localhost")
        .header("Content-Type", "application/json")
        .header("Accept", "application/json, text/event-stream")
    }

    /// Without a body.
    pub(crate) fn bare(method: &str, target: &str) -> Self {
        let mut request = Self::bytes("")
            .without("Content-Type")
            .verb(method)
            .to(target);
        request.has_length = false;
        request
    }

    pub(crate) fn verb(mut self, method: &str) -> Self {
        self.method = method.to_owned();
        self
    }

    pub(crate) fn to(mut self, target: &str) -> Self {
        self.target = target.to_owned();
        self
    }

    /// With a query, behind one that is there.
    pub(crate) fn ask(mut self, query: &str) -> Self {
        let mark = if self.target.contains('?') { '&' } else { '?' };
        self.target = format!("{}{mark}{query}", self.target);
        self
    }

    /// Where it goes.
    pub(crate) fn target(&self) -> &str {
        &self.target
    }

    pub(crate) fn protocol(mut self, protocol: &'static str) -> Self {
        self.protocol = protocol;
        self
    }

    /// One header more, also if there is one of that name.
    pub(crate) fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers
            .push((name.to_owned(), value.as_ref().to_vec()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    /// This value in place of all others of that name.
    pub(crate) fn with(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.without(name).header(name, value)
    }

    /// The body in another form, the headers as they are.
    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// The body's JSON with one value put in place of another; `null` in the path's place is added.
    pub(crate) fn put(self, pointer: &str, value: Value) -> Self {
        let mut message: Value = serde_json::from_slice(&self.body).unwrap();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = message
            .pointer_mut(parent)
            .unwrap()
            .as_object_mut()
            .unwrap();
        parent.insert(name.replace("~1", "/"), value);
        self.body(message.to_string())
    }

    /// The body's JSON without one value.
    pub(crate) fn cut(self, pointer: &str) -> Self {
        let mut message: Value = serde_json::from_slice(&self.body).unwrap();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = message
            .pointer_mut(parent)
            .unwrap()
            .as_object_mut()
            .unwrap();
        parent.shift_remove(&name.replace("~1", "/")).unwrap();
        self.body(message.to_string())
    }

    /// A token for progress, so that events may come.
    pub(crate) fn watched(self) -> Self {
        self.put("/params/_meta/progressToken", json!("token"))
    }

    pub(crate) fn has_body(&self) -> bool {
        self.method != "HEAD"
    }

    pub(crate) fn content(&self) -> &[u8] {
        &self.body
    }

    /// Everything before the body.
    pub(crate) fn head(&self) -> Vec<u8> {
        let mut out = format!("{} {} {}\r\n", self.method, self.target, self.protocol).into_bytes();
        for (name, value) in &self.headers {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(value);
            out.extend_from_slice(b"\r\n");
        }
        if self.has_length {
            out.extend_from_slice(format!("Content-Length: {}\r\n", self.body.len()).as_bytes());
        }
        out.extend_from_slice(b"\r\n");
        out
    }

    pub(crate) fn wire(&self) -> Vec<u8> {
        [self.head(), self.body.clone()].concat()
    }

    /// The same request, its body in chunks of this size.
    pub(crate) fn chunked(&self, size: usize) -> Vec<u8> {
        let mut request = self.clone().header("Transfer-Encoding", "chunked");
        request.has_length = false;
        let mut out = request.head();
        for chunk in self.body.chunks(size) {
            out.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
            out.extend_from_slice(chunk);
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b"0\r\n\r\n");
        out
    }
}

/// A header value in the form that carries any text.
pub(crate) fn wrapped(text: &str) -> String {
    format!("=?base64?{}?=", STANDARD.encode(text))
}

pub(crate) const VERSION: &str = "2026-07-28";
