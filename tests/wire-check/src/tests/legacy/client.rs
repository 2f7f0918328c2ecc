//! What a client says: requests, answers, events.

use serde_json::{Value, json};

use super::{LEGACY, NEVER, allowing, asked, event, request, since};
use crate::Revision::{R2024_11_05, R2025_06_18, R2025_11_25};

#[test]
fn answers_of_a_client_are_checked() {
    let answered = |method: &'static str, result: Value| {
        let message = json!({"jsonrpc": "2.0", "id": 1, "result": result});
        allowing(move |revision| revision.check_answer(method, &message))
    };
    let said = json!({"role": "assistant", "model": "m", "content": {"type": "text", "text": "x"}});
    assert_eq!(answered("sampling/createMessage", said), LEGACY);
    assert_eq!(
        answered("roots/list", json!({"roots": [{"uri": "file:///a"}]})),
        LEGACY
    );
    assert_eq!(answered("roots/list", json!({"root": []})), NEVER);
    let accepted = json!({"action": "accept", "content": {"score": 95.5}});
    assert_eq!(answered("elicitation/create", accepted), since(R2025_06_18));
    let several = json!({"action": "accept", "content": {"picks": ["a"]}});
    assert_eq!(answered("elicitation/create", several), [R2025_11_25]);
    assert_eq!(
        answered("elicitation/create", json!({"action": "ok"})),
        NEVER
    );
    assert_eq!(answered("ping", json!({})), LEGACY);
}

#[test]
fn requests_of_a_client_are_checked() {
    let info = json!({"name": "a", "version": "1"});
    let hello = |capabilities: Value| {
        let version = json!("2025-03-26");
        request(
            "initialize",
            json!({"protocolVersion": version, "capabilities": capabilities, "clientInfo": info}),
        )
    };
    let meta = json!({"progressToken": 1, "com.example/a": 1});
    for (message, first) in [
        (
            hello(json!({"roots": {"listChanged": true}, "extensions": {"a/b": {}}})),
            Some(R2024_11_05),
        ),
        (hello(json!({"elicitation": {}})), Some(R2025_06_18)),
        (hello(json!({"tasks": {"list": {}}})), Some(R2025_11_25)),
        (request("ping", json!({})), Some(R2024_11_05)),
        (request("ping", json!({"a": 1})), None),
        (
            request("tools/call", json!({"name": "t", "_meta": meta})),
            Some(R2024_11_05),
        ),
        (request("tools/call", json!({"tool": "t"})), None),
        (
            request("tools/call", json!({"name": "t", "inputResponses": {}})),
            None,
        ),
        (
            request("tools/list", json!({"cursor": "c"})),
            Some(R2024_11_05),
        ),
        (request("server/discover", json!({})), None),
        (request("elicitation/create", json!({})), None),
        (
            json!({"jsonrpc": "2.0", "id": null, "method": "ping"}),
            None,
        ),
        (json!({"id": 1, "method": "ping"}), None),
    ] {
        let expected = first.map(since).unwrap_or_default();
        assert_eq!(asked(&message), expected, "{message}");
    }
    let modern = json!({"_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}});
    assert_eq!(asked(&request("tools/list", modern)), NEVER);
}

#[test]
fn requests_about_features_and_events_of_a_client_are_checked() {
    let argument = json!({"name": "a", "value": ""});
    let prompt = json!({"type": "ref/prompt", "name": "p"});
    for (message, first) in [
        (
            request("logging/setLevel", json!({"level": "info"})),
            Some(R2024_11_05),
        ),
        (request("logging/setLevel", json!({"level": "warn"})), None),
        (
            request("resources/subscribe", json!({"uri": "a:b"})),
            Some(R2024_11_05),
        ),
        (
            request(
                "completion/complete",
                json!({"ref": prompt, "argument": argument}),
            ),
            Some(R2024_11_05),
        ),
        (
            request(
                "completion/complete",
                json!({"ref": prompt, "argument": argument, "context": {}}),
            ),
            Some(R2025_06_18),
        ),
        (
            event("notifications/initialized", json!({})),
            Some(R2024_11_05),
        ),
        (
            event("notifications/roots/list_changed", json!({})),
            Some(R2024_11_05),
        ),
        (
            event("notifications/cancelled", json!({"requestId": 1})),
            Some(R2024_11_05),
        ),
        (event("notifications/cancelled", json!({"id": 1})), None),
        (event("notifications/tools/list_changed", json!({})), None),
    ] {
        let expected = first.map(since).unwrap_or_default();
        assert_eq!(asked(&message), expected, "{message}");
    }
}
