//! Every fixture, called in memory through the real protocol and the real road.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may panic"
)]

use serde_json::{Value, json};
use tollhouse::testing::{TestReply, TestServer};

mod cancelling;
mod content;
mod flow;
mod listing;
mod prompts;
mod resources;
mod rounds;
mod tools;

/// A client with the capabilities that the suite declares.
fn client() -> TestServer {
    let capabilities = json!({"sampling": {}, "elicitation": {}, "roots": {"listChanged": true}});
    bare_client().able(capabilities)
}

/// A client without capabilities.
fn bare_client() -> TestServer {
    TestServer::new(tollhouse_conformance::server().unwrap()).showing(tollhouse_wire_check::check)
}

/// An answer to a form.
fn accept(content: &Value) -> Value {
    json!({"action": "accept", "content": content})
}

/// An answer of the user's model.
fn said(text: &str) -> Value {
    json!({
        "role": "assistant",
        "content": {"type": "text", "text": text},
        "model": "test-model",
        "stopReason": "endTurn",
    })
}

fn roots() -> Value {
    json!({"roots": [{"uri": "file:///test/root", "name": "Test Root"}]})
}

fn asked(reply: &TestReply) -> Vec<&str> {
    let asked = reply.result()["inputRequests"].as_object();
    asked
        .into_iter()
        .flat_map(|asked| asked.keys().map(String::as_str))
        .collect()
}
