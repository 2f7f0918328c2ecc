//! A talk may be good in each message and bad in their order.

use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value, json};

use crate::{Conversation, Revision};

fn request(id: i64, method: &str, params: Value) -> Value {
    let mut message = event(method, params);
    message["id"] = json!(id);
    message
}

fn result(id: i64, result: Value) -> Value {
    let mut message = json!({"jsonrpc": "2.0", "id": id});
    message["result"] = result;
    message
}

fn event(method: &str, params: Value) -> Value {
    let mut message = bare(method);
    message["params"] = params;
    message
}

fn bare(method: &str) -> Value {
    json!({"jsonrpc": "2.0", "method": method})
}

/// A talk in which the handshake is done.
fn begun(client: &Value, server: &Value) -> Conversation {
    let info = json!({"name": "a", "version": "1"});
    let mut talk = Conversation::new(Revision::R2025_11_25);
    let hello =
        json!({"protocolVersion": "2025-11-25", "capabilities": client, "clientInfo": info});
    talk.client(&request(0, "initialize", hello));
    let welcome =
        json!({"protocolVersion": "2025-11-25", "capabilities": server, "serverInfo": info});
    talk.server(&result(0, welcome));
    talk.client(&bare("notifications/initialized"));
    talk
}

#[track_caller]
fn refused(talk: &Conversation, says: impl Fn(&mut Conversation)) {
    let mut talk = talk.clone();
    let heard = catch_unwind(AssertUnwindSafe(|| says(&mut talk)));
    assert!(heard.is_err());
}

#[test]
fn the_handshake_comes_first_and_once() {
    let fresh = Conversation::new(Revision::R2025_11_25);
    let list = request(1, "tools/list", json!({}));
    refused(&fresh, |talk| talk.client(&list));
    refused(&fresh, |talk| {
        talk.server(&request(1, "roots/list", json!({})))
    });
    let mut talk = begun(&json!({}), &json!({}));
    let info = json!({"name": "a", "version": "1"});
    let again = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": info});
    refused(&talk, |talk| {
        talk.client(&request(1, "initialize", again.clone()))
    });
    talk.client(&list);
}

#[test]
fn every_request_has_one_answer() {
    let mut talk = begun(&json!({}), &json!({}));
    refused(&talk, |talk| talk.server(&result(7, json!({}))));
    talk.client(&request(7, "ping", json!({})));
    refused(&talk, |talk| talk.end());
    refused(&talk, |talk| talk.server(&result(7, json!({"tools": []}))));
    let text = json!({"jsonrpc": "2.0", "id": "7", "result": {}});
    refused(&talk, |talk| talk.server(&text));
    talk.server(&result(7, json!({})));
    talk.end();
    refused(&talk, |talk| talk.server(&result(7, json!({}))));
    refused(&talk, |talk| talk.client(&request(7, "ping", json!({}))));
}

#[test]
fn nothing_follows_a_cancelled_request() {
    let mut talk = begun(&json!({}), &json!({}));
    talk.client(&request(1, "tools/call", json!({"name": "slow"})));
    talk.client(&event("notifications/cancelled", json!({"requestId": 1})));
    talk.end();
    refused(&talk, |talk| {
        talk.server(&result(1, json!({"content": []})))
    });
}

#[test]
fn a_client_is_asked_what_it_can() {
    let ask = request(1, "roots/list", json!({}));
    refused(&begun(&json!({}), &json!({})), |talk| talk.server(&ask));
    let mut talk = begun(&json!({"roots": {}, "elicitation": {}}), &json!({}));
    talk.server(&ask);
    refused(&talk, |talk| talk.server(&ask));
    talk.client(&result(1, json!({"roots": []})));
    let url =
        json!({"mode": "url", "message": "m", "elicitationId": "e", "url": "https://a.example"});
    refused(&talk, |talk| {
        talk.server(&request(2, "elicitation/create", url.clone()))
    });
}

#[test]
fn progress_has_a_token_and_grows() {
    let mut talk = begun(&json!({}), &json!({}));
    let told = |progress: i64| {
        let params = json!({"progressToken": "t", "progress": progress});
        event("notifications/progress", params)
    };
    refused(&talk, |talk| talk.server(&told(1)));
    let params = json!({"name": "slow", "_meta": {"progressToken": "t"}});
    talk.client(&request(1, "tools/call", params));
    talk.server(&told(1));
    talk.server(&told(2));
    refused(&talk, |talk| talk.server(&told(2)));
    talk.server(&result(1, json!({"content": []})));
    refused(&talk, |talk| talk.server(&told(3)));
}

#[test]
fn lines_are_as_grave_as_was_asked_for() {
    let line = |level: &str| event("notifications/message", json!({"level": level, "data": 1}));
    refused(&begun(&json!({}), &json!({})), |talk| {
        talk.server(&line("info"))
    });
    let mut talk = begun(&json!({}), &json!({"logging": {}}));
    talk.server(&line("info"));
    talk.client(&request(1, "logging/setLevel", json!({"level": "warning"})));
    talk.server(&result(1, json!({})));
    talk.server(&line("error"));
    refused(&talk, |talk| talk.server(&line("info")));
}

#[test]
fn changes_are_told_to_those_who_want_them() {
    let tools = bare("notifications/tools/list_changed");
    refused(&begun(&json!({}), &json!({"tools": {}})), |talk| {
        talk.server(&tools)
    });
    let mut talk = begun(
        &json!({}),
        &json!({"tools": {"listChanged": true}, "resources": {"subscribe": true}}),
    );
    talk.server(&tools);
    let updated = event("notifications/resources/updated", json!({"uri": "a:b"}));
    refused(&talk, |talk| talk.server(&updated));
    talk.client(&request(1, "resources/subscribe", json!({"uri": "a:b"})));
    talk.server(&result(1, json!({})));
    talk.server(&updated);
    talk.client(&request(2, "resources/unsubscribe", json!({"uri": "a:b"})));
    talk.server(&result(2, json!({})));
    refused(&talk, |talk| talk.server(&updated));
}

#[test]
fn a_modern_stream_is_acknowledged_first() {
    let mut talk = Conversation::new(Revision::R2026_07_28);
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let filter = json!({"toolsListChanged": true});
    let params = json!({"notifications": filter, "_meta": meta});
    talk.client(&request(5, "subscriptions/listen", params));
    let of = json!({"io.modelcontextprotocol/subscriptionId": 5});
    let told = |what: &str, more: Value| {
        let mut params = more;
        params["_meta"] = of.clone();
        event(&format!("notifications/{what}"), params)
    };
    refused(&talk, |talk| {
        talk.server(&told("tools/list_changed", json!({})))
    });
    let acknowledged = told(
        "subscriptions/acknowledged",
        json!({"notifications": filter}),
    );
    talk.server(&acknowledged);
    refused(&talk, |talk| talk.server(&acknowledged));
    talk.server(&told("tools/list_changed", json!({})));
    refused(&talk, |talk| {
        talk.server(&told("prompts/list_changed", json!({})))
    });
    refused(&talk, |talk| {
        talk.server(&event(
            "notifications/message",
            json!({"level": "info", "data": 1}),
        ));
    });
}

#[test]
fn only_a_modern_stream_is_cancelled_by_the_server_and_not_twice() {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let mut talk = Conversation::new(Revision::R2026_07_28);
    let filter = json!({"toolsListChanged": true});
    talk.client(&request(
        1,
        "subscriptions/listen",
        json!({"notifications": filter, "_meta": meta}),
    ));
    talk.client(&request(2, "tools/list", json!({"_meta": meta})));
    let cancelled = |id: i64| event("notifications/cancelled", json!({"requestId": id}));
    refused(&talk, |talk| talk.server(&cancelled(2)));
    talk.clone().server(&cancelled(1));
    talk.client(&cancelled(1));
    refused(&talk, |talk| talk.server(&cancelled(1)));
}

#[test]
fn a_batch_is_heard_item_by_item() {
    let info = json!({"name": "a", "version": "1"});
    let mut talk = Conversation::new(Revision::R2025_03_26);
    let hello = json!({"protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": info});
    talk.client(&request(0, "initialize", hello));
    let welcome = json!({"protocolVersion": "2025-03-26", "capabilities": {}, "serverInfo": info});
    talk.server(&result(0, welcome));
    talk.client(&json!([
        request(1, "ping", json!({})),
        request(2, "ping", json!({}))
    ]));
    talk.server(&json!([result(2, json!({})), result(1, json!({}))]));
    talk.end();
    refused(&talk, |talk| talk.server(&json!([result(2, json!({}))])));
}
