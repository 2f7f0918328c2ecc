//! Text, failures, progress, log lines, schemas and changes.

use serde_json::json;
use tollhouse::{Frame, Received};

use super::{bare_client, client};

#[tokio::test]
async fn a_text_comes_without_arguments() {
    let reply = client()
        .request("tools/call", json!({"name": "test_simple_text"}))
        .await;
    assert_eq!(reply.text(), "This is a simple text response for testing.");
}

#[tokio::test]
async fn an_error_is_for_the_model() {
    let reply = client().call("test_error_handling", json!({})).await;
    assert!(reply.is_error());
    assert_eq!(
        reply.text(),
        "This tool intentionally returns an error for testing"
    );
}

#[tokio::test(start_paused = true)]
async fn progress_is_told_in_three_steps() {
    let client = client().with_meta("progressToken", json!("progress-test-1"));
    let reply = client.call("test_tool_with_progress", json!({})).await;
    let told: Vec<_> = reply.events.iter().map(|event| &event["params"]).collect();
    let progress: Vec<_> = told
        .iter()
        .map(|params| params["progress"].as_f64())
        .collect();
    assert_eq!(progress, [Some(0.0), Some(50.0), Some(100.0)]);
    assert!(
        told.iter()
            .all(|params| params["progressToken"] == "progress-test-1")
    );
    assert!(
        told.iter()
            .all(|params| params["total"].as_f64() == Some(100.0))
    );
}

#[tokio::test(start_paused = true)]
async fn log_lines_come_only_to_those_who_asked() {
    for tool in ["test_logging_tool", "test_tool_with_logging"] {
        let reply = client().call(tool, json!({})).await;
        assert!(reply.events.is_empty() && !reply.is_error());
        let listener = client().with_meta("io.modelcontextprotocol/logLevel", json!("info"));
        let reply = listener.call(tool, json!({})).await;
        let lines: Vec<_> = reply
            .events
            .iter()
            .map(|event| &event["params"]["data"])
            .collect();
        assert_eq!(
            lines,
            [
                "Tool execution started",
                "Tool processing data",
                "Tool execution completed",
            ]
        );
    }
}

#[tokio::test]
async fn a_missing_capability_is_refused_before_the_start() {
    let reply = bare_client()
        .call("test_missing_capability", json!({}))
        .await;
    assert_eq!((reply.status, reply.code()), (400, -32021));
    let required = &reply.message["error"]["data"]["requiredCapabilities"];
    assert!(required["sampling"].is_object());
}

#[tokio::test]
async fn the_header_parameter_takes_any_text() {
    for value in ["Hello", "SGVsbG8=", "=?base64?SGVsbG8="] {
        let reply = client()
            .call("test_header_parameter", json!({"value": value}))
            .await;
        assert_eq!(reply.text(), value);
    }
}

#[tokio::test]
async fn the_schema_of_2020_12_is_obeyed() {
    let tool = "json_schema_2020_12_tool";
    let good = json!({"name": "Ada", "contactMethod": "phone", "phone": "1"});
    assert!(!client().call(tool, good).await.is_error());
    let bad = json!({"name": "Ada", "contactMethod": "phone", "email": "a@b.example"});
    assert!(client().call(tool, bad).await.is_error());
}

#[tokio::test]
async fn changes_reach_those_who_listen_for_them() {
    for (tool, wanted, method) in [
        (
            "test_trigger_tool_change",
            "toolsListChanged",
            "notifications/tools/list_changed",
        ),
        (
            "test_trigger_prompt_change",
            "promptsListChanged",
            "notifications/prompts/list_changed",
        ),
    ] {
        let client = bare_client();
        let listen = json!({
            "jsonrpc": "2.0",
            "id": 1_753_000_000_000_u64,
            "method": "subscriptions/listen",
            "params": {"notifications": {wanted: true}, "_meta": meta()},
        });
        let Received::Exchange(mut stream) = client.open(&listen.to_string()) else {
            panic!("listening is refused");
        };
        let first = event(stream.next().await);
        assert_eq!(first["method"], "notifications/subscriptions/acknowledged");
        assert!(!client.call(tool, json!({})).await.is_error());
        let second = event(stream.next().await);
        assert_eq!(second["method"], method);
        let id = &second["params"]["_meta"]["io.modelcontextprotocol/subscriptionId"];
        assert!(!id.is_null());
    }
}

fn meta() -> serde_json::Value {
    json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    })
}

fn event(frame: Option<Frame>) -> serde_json::Value {
    match frame {
        Some(Frame::Event(message)) => serde_json::from_slice(&message).unwrap(),
        other => panic!("{other:?}"),
    }
}
