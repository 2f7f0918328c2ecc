//! Whatever the server says is what the protocol has: each reply and each event here is checked against the
//! official schema.

use serde_json::{Map, Value, json};
use tollhouse_core::{
    Server,
    testing::{TestReply, TestServer},
};
use tollhouse_wire_check::{check_event, check_reply, check_request};

mod asks;
mod content;
mod errors;
mod events;
mod fixture;
mod guesses;
mod lists;

/// A client that checks every message, its own too.
#[derive(Clone, Debug)]
struct Client {
    server: TestServer,
    meta: Map<String, Value>,
}

impl Client {
    fn new(server: Server) -> Self {
        let mut meta = Map::new();
        meta.insert(VERSION.to_owned(), json!("2026-07-28"));
        meta.insert(CAPABILITIES.to_owned(), json!({}));
        Self {
            server: TestServer::new(server),
            meta,
        }
    }

    fn able(self, capabilities: Value) -> Self {
        self.with_meta(CAPABILITIES, capabilities)
    }

    fn with_meta(mut self, name: &str, value: Value) -> Self {
        self.meta.insert(name.to_owned(), value);
        self
    }

    fn message(&self, method: &str, mut params: Value) -> Value {
        params["_meta"] = json!(self.meta);
        json!({"jsonrpc": "2.0", "id": ID, "method": method, "params": params})
    }

    /// Sends a good request.
    async fn request(&self, method: &str, params: Value) -> TestReply {
        let message = self.message(method, params);
        check_request(&message);
        self.send(method, &message).await
    }

    /// Sends any request; what comes back is checked all the same.
    async fn send(&self, method: &str, message: &Value) -> TestReply {
        let reply = self.server.send(&message.to_string()).await;
        reply.events.iter().for_each(check_event);
        check_reply(method, &reply.message);
        assert_eq!(reply.message["id"], message["id"]);
        reply
    }

    async fn call(&self, tool: &str) -> TestReply {
        let params = json!({"name": tool, "arguments": {}});
        self.request("tools/call", params).await
    }
}

const ID: &str = "wire";
const VERSION: &str = "io.modelcontextprotocol/protocolVersion";
const CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";
const LEVEL: &str = "io.modelcontextprotocol/logLevel";
