//! What is told before a result, and calls that get none.

use serde_json::{Value, json};
use tollhouse_wire_check::Revision;

use super::super::{Client, House};

pub(crate) async fn progress_grows(_: &House, client: &mut Client) {
    client.events();
    let meta = json!({"progressToken": "steps"});
    let params = json!({"name": "test_tool_with_progress", "_meta": meta});
    let reply = client.request("tools/call", params).await;
    assert_eq!(reply.text(), "Progress was told in three steps.");
    let told = client.events();
    let steps: Vec<_> = told
        .iter()
        .map(|event| event["params"]["progress"].as_f64())
        .collect();
    assert_eq!(steps, [Some(0.0), Some(50.0), Some(100.0)]);
    let speaks = client.revision() >= Revision::R2025_03_26;
    for event in &told {
        assert_eq!(event["params"]["progressToken"], "steps");
        assert_eq!(event["params"]["message"].is_string(), speaks);
    }
    // Nobody asked this time.
    client.call("test_tool_with_progress", json!({})).await;
    assert_eq!(methods(&client.events()), [""; 0]);
}

pub(crate) async fn lines_come_when_asked_for(_: &House, client: &mut Client) {
    client.ask_for_lines("error").await;
    client.events();
    client.call("test_tool_with_logging", json!({})).await;
    assert_eq!(methods(&client.events()), [""; 0]);
    client.ask_for_lines("info").await;
    client.call("test_tool_with_logging", json!({})).await;
    let told = client.events();
    let lines: Vec<&Value> = told.iter().map(|event| &event["params"]["data"]).collect();
    let expected = [
        "Tool execution started",
        "Tool processing data",
        "Tool execution completed",
    ];
    assert_eq!(lines, expected);
    let bad = json!({"level": "loud"});
    if !client.is_modern() {
        assert_eq!(
            client.misspeak("logging/setLevel", bad).await.code(),
            -32602
        );
    }
}

pub(crate) async fn a_cancelled_call_is_not_answered(_: &House, client: &mut Client) {
    let before = cancellations(client).await;
    let meta = json!({"progressToken": "begun"});
    let params = json!({"name": "test_cancellable", "_meta": meta});
    let id = client.start("tools/call", params).await;
    client.event("notifications/progress").await;
    client.cancel(&id).await;
    for _ in 0..TRIES_MAX {
        if cancellations(client).await > before {
            // An answer that came all the same would be refused by now, or when the client leaves.
            return;
        }
    }
    panic!("the call does not end");
}

pub(crate) async fn strange_cancellations_change_nothing(_: &House, client: &mut Client) {
    if client.is_modern() && client.is_over_http() {
        // There a request is cancelled by leaving it.
        return;
    }
    for id in [json!(1), json!(987_654), json!("no such")] {
        let params = json!({"requestId": id});
        client.notify("notifications/cancelled", Some(params)).await;
    }
    let reply = client.call("test_simple_text", json!({})).await;
    assert!(!reply.is_error());
}

pub(crate) async fn a_reply_is_resumed(_: &House, client: &mut Client) {
    if !client.is_over_http() || client.is_modern() {
        return;
    }
    client.events();
    let meta = json!({"progressToken": 77});
    let params = json!({"name": "test_tool_with_progress", "_meta": meta});
    let id = client.start("tools/call", params).await;
    assert_eq!(
        client.event("notifications/progress").await["progress"],
        0.0
    );
    client.come_back(&id).await;
    // Once more, before anything new was told.
    client.come_back(&id).await;
    assert_eq!(
        client.event("notifications/progress").await["progress"],
        50.0
    );
    let reply = client.finish(&id).await;
    assert_eq!(reply.text(), "Progress was told in three steps.");
    // Nothing came twice, and nothing was lost.
    assert_eq!(client.events().len(), 1);
}

async fn cancellations(client: &mut Client) -> u64 {
    let reply = client.call("test_cancellations", json!({})).await;
    reply.text().parse().unwrap()
}

fn methods(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .filter_map(|event| event["method"].as_str())
        .collect()
}

const TRIES_MAX: usize = 1000;
