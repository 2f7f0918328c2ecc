//! The first words that a client sends, and their end.

use reqwest::{
    Method, Url,
    header::{ACCEPT, CONTENT_TYPE, HeaderName},
};
use serde_json::json;

use super::fetch::{Answer, Asker, Failed, Question};
use crate::client::revision;

/// The greeting that most clients send, whatever the newest revision is.
pub(super) fn greeting(url: &Url) -> Question {
    let message = json!({
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {
            "protocolVersion": REVISION,
            "capabilities": {},
            "clientInfo": {"name": "tollhouse", "version": env!("CARGO_PKG_VERSION")}
        }
    });
    post(url, &message.to_string())
}

/// What a client sends that knows no greeting any more.
pub(super) fn discovery(url: &Url) -> Question {
    let message = json!({
        "jsonrpc": "2.0",
        "id": 1,
        "method": "server/discover",
        "params": {"_meta": {
            "io.modelcontextprotocol/protocolVersion": revision::NEWEST,
            "io.modelcontextprotocol/clientCapabilities": {}
        }}
    });
    post(url, &message.to_string())
        .with(VERSION, revision::NEWEST)
        .with(HeaderName::from_static("mcp-method"), "server/discover")
}

/// Asks, and ends the session that the server may have begun with its answer.
pub(super) async fn knock(asker: &Asker, url: &Url, question: Question) -> Result<Answer, Failed> {
    let answer = asker.ask(question).await?;
    if let Some(session) = answer.header(&SESSION) {
        let goodbye = Question::other(Method::DELETE, url.clone())
            .with(SESSION, session)
            .with(VERSION, REVISION);
        // Who keeps it has it; nothing depends on that.
        drop(asker.ask(goodbye).await);
    }
    Ok(answer)
}

fn post(url: &Url, body: &str) -> Question {
    Question::other(Method::POST, url.clone())
        .with(CONTENT_TYPE, "application/json")
        .with(ACCEPT, "application/json, text/event-stream")
        .body(body.to_owned())
}

pub(super) const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
const REVISION: &str = "2025-11-25";
