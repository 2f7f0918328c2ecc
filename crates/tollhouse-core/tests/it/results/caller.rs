//! A caller of either era, and the tools that have much to say.

use bytes::Bytes;
use serde_json::{Value, json};
use tollhouse_core::{
    Builder, Frame, Json, Known, Limits, Principal, Received, Reported, Server, Session, tool,
};

/// How many bytes a model reads of an answer: 8,000 tokens, and the five parts in a hundred that are allowed.
pub(super) const BYTES_MAX: usize = 8_000 * 4 * 105 / 100;

/// One user, in a session or without.
pub(super) struct Caller {
    server: Server,
    principal: Principal,
    session: Option<Session>,
}

impl Caller {
    /// The same user in both eras.
    pub(super) fn both(server: &Server, subject: &str) -> [Self; 2] {
        [
            Self::new(server, subject),
            Self::new(server, subject).in_a_session(),
        ]
    }

    pub(super) fn new(server: &Server, subject: &str) -> Self {
        Self {
            server: server.clone(),
            principal: Principal::new(subject, []),
            session: None,
        }
    }

    pub(super) fn in_role(mut self, role: &str) -> Self {
        self.principal = self.principal.in_roles([role.to_owned()]);
        self
    }

    fn in_a_session(mut self) -> Self {
        let body = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
            "protocolVersion": "2025-11-25", "capabilities": {},
            "clientInfo": {"name": "it", "version": "1"}}});
        let body = Bytes::from(body.to_string());
        let received = self
            .server
            .receive(&body, None, &self.principal, Known::Nothing);
        let Received::Opened(session, _) = received else {
            unreachable!("a session opens");
        };
        self.session = Some(session);
        self
    }

    /// The whole message that comes back.
    pub(super) async fn raw(&self, method: &str, mut params: Value) -> Vec<u8> {
        if self.session.is_none() {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": {}});
        }
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        let body = Bytes::from(body.to_string());
        let known = self.session.as_ref().map_or(Known::Nothing, Known::Session);
        let received = self.server.receive(&body, None, &self.principal, known);
        let Received::Exchange(mut exchange) = received else {
            unreachable!("a request has an exchange");
        };
        loop {
            match exchange.next().await {
                Some(Frame::Last(last)) => return last.body.to_vec(),
                Some(_) => {}
                None => unreachable!("a request has a reply"),
            }
        }
    }

    pub(super) async fn ask(&self, method: &str, params: Value) -> Value {
        serde_json::from_slice(&self.raw(method, params).await).unwrap()
    }

    /// What a tool says. No part of it that a model reads is longer than it may be.
    pub(super) async fn call(&self, tool: &str, arguments: Value) -> Value {
        let message = self
            .ask("tools/call", json!({"name": tool, "arguments": arguments}))
            .await;
        let result = message["result"].clone();
        let texts = texts(&result);
        assert!(texts <= BYTES_MAX, "{texts} bytes of text");
        let data = result["structuredContent"].to_string().len();
        assert!(data <= BYTES_MAX, "{data} bytes of data");
        result
    }

    /// What a result said, and all pages behind it, one after the other.
    pub(super) async fn pages(&self, first: &Value) -> (String, usize) {
        let mut whole = String::new();
        let mut cursor = told(first)["cursor"].clone();
        let mut pages = 0;
        while cursor.is_string() {
            let page = self.call("read_more", json!({"cursor": cursor})).await;
            assert_eq!(page.get("isError"), None, "{page}");
            whole.push_str(page["content"][0]["text"].as_str().unwrap());
            let next = told(&page)["cursor"].clone();
            assert_ne!(next, cursor);
            cursor = next;
            pages += 1;
        }
        (whole, pages)
    }
}

/// How many bytes the texts of a result have as they are written.
pub(super) fn texts(result: &Value) -> usize {
    let pieces = result["content"].as_array().into_iter().flatten();
    let texts = pieces.filter_map(|piece| piece.get("text"));
    texts.map(|text| text.to_string().len() - 2).sum()
}

/// What programs are told of what is missing.
pub(super) fn told(result: &Value) -> &Value {
    &result["_meta"]["dev.tollhouse/truncated"]
}

#[derive(serde::Deserialize, schemars::JsonSchema)]
pub(super) struct Much {
    /// How many bytes, about
    bytes: usize,
    /// At most this many
    #[serde(default)]
    #[expect(dead_code, reason = "a model is told of it")]
    limit: Option<usize>,
}

/// A text of numbered lines, with letters of more than one byte.
pub(super) fn lines(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 64);
    let mut number = 0;
    while text.len() < bytes {
        number += 1;
        text.push_str(&format!("{number}: \"grüße\"\tfrom line {number} ☃\n"));
        if number % 7 == 0 {
            text.push('\n');
        }
    }
    text
}

pub(super) fn rows(bytes: usize) -> Vec<Value> {
    let row = |id: usize| json!({"id": id, "status": "open", "say": "\"grüße\" ☃ | =1+1"});
    (0..bytes / 55).map(row).collect()
}

/// A server with tools that say as much as they are asked for.
pub(super) fn server() -> Builder {
    let text = tool("text", "Says much.", |much: Much| async move {
        lines(much.bytes)
    });
    let list = tool("list", "Gives many rows.", |much: Much| async move {
        Reported {
            structured: Some(json!({"rows": rows(much.bytes), "truncated": false})),
            ..Reported::default()
        }
    });
    let strict = tool("strict", "Gives at least 1,000.", |much: Much| async move {
        Json(AtLeast(vec![7; much.bytes]))
    });
    let blob = tool("blob", "Gives a picture.", |much: Much| async move {
        let data = Bytes::from(vec![7; much.bytes]);
        vec![tollhouse_core::Content::Image {
            data,
            mime_type: "image/png".to_owned(),
        }]
    });
    let own = tool(
        "own",
        "For some.",
        |much: Much| async move { lines(much.bytes) },
    );
    Server::builder("much")
        // What is read on takes many calls.
        .limits(Limits::NONE)
        .tool(text.read_only())
        .tool(list.read_only())
        .tool(strict.read_only())
        .tool(blob.read_only())
        .tool(own.read_only().roles(["clerk"]))
}

#[derive(serde::Serialize, schemars::JsonSchema)]
struct AtLeast(#[schemars(length(min = 100_000))] Vec<u64>);
