//! What a server says: results, errors, questions, events.

use serde_json::{Value, json};

use super::{LEGACY, NEVER, asked, event, replied, request, said, since};
use crate::Revision::{self, R2024_11_05, R2025_03_26, R2025_06_18, R2025_11_25, R2026_07_28};

#[test]
fn blocks_of_content_came_one_by_one() {
    let of = |block: Value| json!({"content": [block]});
    let link = json!({"type": "resource_link", "uri": "a:b", "name": "b"});
    let sound = json!({"type": "audio", "data": "AAAA", "mimeType": "audio/wav"});
    for (block, first) in [
        (json!({"type": "text", "text": "x"}), R2024_11_05),
        (
            json!({"type": "image", "data": "AAAA", "mimeType": "image/png"}),
            R2024_11_05,
        ),
        (sound, R2025_03_26),
        (link, R2025_06_18),
        (
            json!({"type": "text", "text": "x", "_meta": {}}),
            R2025_06_18,
        ),
        (
            json!({"type": "text", "text": "x", "annotations": {"priority": 1}}),
            R2024_11_05,
        ),
        (
            json!({"type": "text", "text": "x", "annotations": {"lastModified": "2025-01-01T00:00:00Z"}}),
            R2025_06_18,
        ),
    ] {
        assert_eq!(
            replied("tools/call", &of(block.clone())),
            since(first),
            "{block}"
        );
        let message = json!({"messages": [{"role": "user", "content": block}]});
        assert_eq!(replied("prompts/get", &message), since(first), "{block}");
    }
    let misspelt = json!({"type": "text", "text": "x", "annotation": {}});
    assert_eq!(replied("tools/call", &of(misspelt)), NEVER);
}

#[test]
fn results_of_tools_grew() {
    for (result, first) in [
        (json!({"content": []}), Some(R2024_11_05)),
        (
            json!({"content": [], "isError": true, "_meta": {"a": 1}}),
            Some(R2024_11_05),
        ),
        (
            json!({"content": [], "structuredContent": {}}),
            Some(R2025_06_18),
        ),
        (json!({"content": [], "structuredContent": [1]}), None),
        (json!({"content": [], "resultType": "complete"}), None),
        (json!({"content": [], "is_error": true}), None),
        (
            json!({"resultType": "input_required", "inputRequests": {}}),
            None,
        ),
        (
            json!({"content": [], "_meta": {"io.modelcontextprotocol/serverInfo": {}}}),
            None,
        ),
    ] {
        let expected = first.map(since).unwrap_or_default();
        assert_eq!(replied("tools/call", &result), expected, "{result}");
    }
    let task = json!({"task": {
        "taskId": "t", "status": "working", "ttl": null,
        "createdAt": "2025-11-25T00:00:00Z", "lastUpdatedAt": "2025-11-25T00:00:00Z",
    }});
    assert_eq!(replied("tools/call", &task), [R2025_11_25]);
    assert_eq!(replied("tasks/get", &task["task"]), [R2025_11_25]);
}

#[test]
fn tools_were_described_ever_better() {
    let tool = |more: Value| {
        let mut tool = json!({"name": "t", "inputSchema": {"type": "object", "$defs": {}}});
        let members = more.as_object().unwrap().clone();
        tool.as_object_mut().unwrap().extend(members);
        json!({"tools": [tool]})
    };
    for (more, first) in [
        (json!({}), Some(R2024_11_05)),
        (
            json!({"annotations": {"readOnlyHint": true}}),
            Some(R2025_03_26),
        ),
        (json!({"annotations": {"readOnly": true}}), None),
        (json!({"title": "T"}), Some(R2025_06_18)),
        (json!({"_meta": {}}), Some(R2025_06_18)),
        (
            json!({"outputSchema": {"type": "object"}}),
            Some(R2025_06_18),
        ),
        (json!({"outputSchema": {"type": "array"}}), None),
        (
            json!({"icons": [{"src": "https://a.example/i.png"}]}),
            Some(R2025_11_25),
        ),
        (
            json!({"execution": {"taskSupport": "optional"}}),
            Some(R2025_11_25),
        ),
        (json!({"inputSchema": {"type": "string"}}), None),
    ] {
        let expected = first.map(since).unwrap_or_default();
        assert_eq!(
            replied("tools/list", &tool(more.clone())),
            expected,
            "{more}"
        );
    }
    let listed = json!({"tools": [], "nextCursor": "", "ttlMs": 0});
    assert_eq!(replied("tools/list", &listed), NEVER);
}

#[test]
fn resources_and_prompts_were_described_ever_better() {
    let icons = json!([{"src": "https://a.example/i.png"}]);
    let resource = |name: &str, value: &Value| json!({"resources": [{"uri": "a:b", "name": "b", "size": 1, name: value}]});
    let template = |name: &str, value: &Value| json!({"resourceTemplates": [{"uriTemplate": "a:{b}", "name": "b", name: value}]});
    let prompt = |name: &str, value: &Value| json!({"prompts": [{"name": "b", "arguments": [{"name": "c"}], name: value}]});
    for (name, value, first) in [
        ("description", json!("d"), R2024_11_05),
        ("title", json!("t"), R2025_06_18),
        ("_meta", json!({}), R2025_06_18),
        ("icons", icons, R2025_11_25),
    ] {
        assert_eq!(
            replied("resources/list", &resource(name, &value)),
            since(first),
            "{name}"
        );
        let templates = template(name, &value);
        assert_eq!(
            replied("resources/templates/list", &templates),
            since(first),
            "{name}"
        );
        assert_eq!(
            replied("prompts/list", &prompt(name, &value)),
            since(first),
            "{name}"
        );
    }
    let read = json!({"contents": [{"uri": "a:b", "text": "x"}]});
    assert_eq!(replied("resources/read", &read), LEGACY);
    let marked = json!({"contents": [{"uri": "a:b", "text": "x", "_meta": {}}]});
    assert_eq!(replied("resources/read", &marked), since(R2025_06_18));
    let titled = json!({"prompts": [{"name": "b", "arguments": [{"name": "c", "title": "C"}]}]});
    assert_eq!(replied("prompts/list", &titled), since(R2025_06_18));
}

#[test]
fn a_handshake_is_of_its_revision() {
    let hello = |revision: Revision, capabilities: Value, info: Value| json!({"protocolVersion": revision.name(), "capabilities": capabilities, "serverInfo": info});
    let info = json!({"name": "a", "version": "1"});
    for revision in LEGACY {
        let plain = hello(
            revision,
            json!({"tools": {"listChanged": true}}),
            info.clone(),
        );
        assert_eq!(replied("initialize", &plain), [revision]);
        let completes = hello(revision, json!({"completions": {}}), info.clone());
        let passes = revision >= R2025_03_26;
        assert_eq!(
            replied("initialize", &completes),
            [revision][usize::from(!passes)..]
        );
        let titled = hello(
            revision,
            json!({}),
            json!({"name": "a", "version": "1", "title": "A"}),
        );
        let passes = revision >= R2025_06_18;
        assert_eq!(
            replied("initialize", &titled),
            [revision][usize::from(!passes)..]
        );
        let site = json!({"name": "a", "version": "1", "websiteUrl": "https://a.example"});
        let passes = revision >= R2025_11_25;
        let sited = hello(revision, json!({}), site);
        assert_eq!(
            replied("initialize", &sited),
            [revision][usize::from(!passes)..]
        );
        let misspelt = hello(revision, json!({"tool": {}}), info.clone());
        assert_eq!(replied("initialize", &misspelt), NEVER);
    }
    assert_eq!(
        replied("initialize", &hello(R2026_07_28, json!({}), info)),
        NEVER
    );
}

#[test]
fn empty_results_are_empty() {
    for method in [
        "ping",
        "logging/setLevel",
        "resources/subscribe",
        "resources/unsubscribe",
    ] {
        assert_eq!(replied(method, &json!({})), LEGACY, "{method}");
        assert_eq!(
            replied(method, &json!({"_meta": {"a": 1}})),
            LEGACY,
            "{method}"
        );
        assert_eq!(replied(method, &json!({"ok": true})), NEVER, "{method}");
        assert_eq!(
            replied(method, &json!({"resultType": "complete"})),
            NEVER,
            "{method}"
        );
    }
    let completion = json!({"completion": {"values": ["a"], "total": 1, "hasMore": false}});
    assert_eq!(replied("completion/complete", &completion), LEGACY);
    assert_eq!(
        replied("completion/complete", &json!({"completion": {}})),
        NEVER
    );
    assert_eq!(replied("server/discover", &json!({})), NEVER);
}

#[test]
fn questions_are_of_their_revision() {
    let message = json!({"role": "user", "content": {"type": "text", "text": "x"}});
    let sample = request(
        "sampling/createMessage",
        json!({"messages": [message], "maxTokens": 1}),
    );
    assert_eq!(said(&sample), LEGACY);
    assert_eq!(said(&request("roots/list", json!({}))), LEGACY);
    assert_eq!(said(&request("ping", json!({}))), LEGACY);
    let mut tools = sample;
    tools["params"]["tools"] = json!([]);
    assert_eq!(said(&tools), [R2025_11_25]);
    let form = |field: Value| {
        let schema = json!({"type": "object", "properties": {"f": field}});
        request(
            "elicitation/create",
            json!({"message": "m", "requestedSchema": schema}),
        )
    };
    for (field, first) in [
        (
            json!({"type": "string", "format": "email"}),
            Some(R2025_06_18),
        ),
        (
            json!({"type": "string", "enum": ["a"], "enumNames": ["A"]}),
            Some(R2025_06_18),
        ),
        (
            json!({"type": "boolean", "default": true}),
            Some(R2025_06_18),
        ),
        (json!({"type": "string", "default": "a"}), Some(R2025_11_25)),
        (json!({"type": "string", "pattern": "a"}), Some(R2025_11_25)),
        (
            json!({"type": "string", "oneOf": [{"const": "a", "title": "A"}]}),
            Some(R2025_11_25),
        ),
        (
            json!({"type": "array", "items": {"type": "string", "enum": ["a"]}}),
            Some(R2025_11_25),
        ),
        (json!({"type": "object"}), None),
    ] {
        let expected = first.map(since).unwrap_or_default();
        assert_eq!(said(&form(field.clone())), expected, "{field}");
    }
    let mut moded = form(json!({"type": "string"}));
    moded["params"]["mode"] = json!("form");
    assert_eq!(said(&moded), [R2025_11_25]);
    assert_eq!(said(&request("tools/list", json!({}))), NEVER);
}

#[test]
fn events_are_of_their_revision() {
    let progress = json!({"progressToken": 1, "progress": 0.5, "total": 1});
    let mut told = progress.clone();
    told["message"] = json!("half");
    for (message, first) in [
        (event("notifications/progress", progress), Some(R2024_11_05)),
        (event("notifications/progress", told), Some(R2025_03_26)),
        (
            event(
                "notifications/message",
                json!({"level": "info", "data": {}}),
            ),
            Some(R2024_11_05),
        ),
        (
            event("notifications/message", json!({"level": "info"})),
            None,
        ),
        (
            event("notifications/tools/list_changed", json!({})),
            Some(R2024_11_05),
        ),
        (
            event("notifications/resources/updated", json!({"uri": "a:b"})),
            Some(R2024_11_05),
        ),
        (
            event("notifications/resources/updated", json!({"url": "a:b"})),
            None,
        ),
        (
            event(
                "notifications/elicitation/complete",
                json!({"elicitationId": "e"}),
            ),
            Some(R2025_11_25),
        ),
        (event("notifications/initialized", json!({})), None),
        (
            event(
                "notifications/tools/list_changed",
                json!({"_meta": {"io.modelcontextprotocol/subscriptionId": 1}}),
            ),
            None,
        ),
    ] {
        let expected = first.map(since).unwrap_or_default();
        assert_eq!(said(&message), expected, "{message}");
    }
}

#[test]
fn batches_are_of_one_revision() {
    let ping = request("ping", json!({}));
    let answer = json!({"jsonrpc": "2.0", "id": 1, "result": {}});
    let begun = event("notifications/initialized", json!({}));
    let info = json!({"name": "a", "version": "1"});
    let params = json!({"protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": info});
    let hello = request("initialize", params);
    assert_eq!(asked(&json!([ping, begun])), [R2025_03_26]);
    assert_eq!(said(&json!([answer, answer])), [R2025_03_26]);
    assert_eq!(asked(&hello), LEGACY);
    for bad in [
        json!([]),
        json!([ping, answer]),
        json!([hello]),
        json!([[ping]]),
        json!([1]),
    ] {
        assert_eq!(asked(&bad), NEVER, "{bad}");
    }
}
