//! Calls: what tools answer, and how failures are told.

use serde_json::json;
use tollhouse_wire_check::Revision;

use super::super::{Client, House};

pub(crate) async fn content_of_every_kind(_: &House, client: &mut Client) {
    let plain = client
        .request("tools/call", json!({"name": "test_simple_text"}))
        .await;
    assert_eq!(plain.text(), "This is a simple text response for testing.");
    for (tool, kinds, first) in [
        ("test_image_content", &["image"][..], Revision::R2024_11_05),
        (
            "test_embedded_resource",
            &["resource"],
            Revision::R2024_11_05,
        ),
        (
            "test_multiple_content_types",
            &["text", "image", "resource"],
            Revision::R2024_11_05,
        ),
        ("test_audio_content", &["audio"], Revision::R2025_03_26),
        ("shelf_link", &["resource_link"], Revision::R2025_06_18),
    ] {
        let reply = client.call(tool, json!({})).await;
        let result = reply.result();
        let content = result["content"].as_array().unwrap();
        let told: Vec<&str> = content
            .iter()
            .filter_map(|block| block["type"].as_str())
            .collect();
        if client.revision() >= first {
            assert_eq!(told, kinds, "{tool}");
        } else {
            // Something that the client knows stands in its place.
            assert!(!told.is_empty() && told != kinds, "{tool}: {told:?}");
        }
    }
}

pub(crate) async fn failures_are_told(_: &House, client: &mut Client) {
    let failed = client.call("test_error_handling", json!({})).await;
    assert!(failed.is_error());
    assert_eq!(
        failed.text(),
        "This tool intentionally returns an error for testing"
    );
    let tool = "json_schema_2020_12_tool";
    let bad = client
        .call(
            tool,
            json!({"contactMethod": "phone", "email": "a@b.example"}),
        )
        .await;
    assert!(
        bad.is_error() && bad.text().contains("phone"),
        "{}",
        bad.message()
    );
    let good = client
        .call(tool, json!({"contactMethod": "phone", "phone": "1"}))
        .await;
    assert!(!good.is_error());
    let unknown = client.call("no_such_tool", json!({})).await;
    assert_eq!(unknown.code(), -32602);
    let unknown = client.misspeak("no/such/method", json!({})).await;
    assert_eq!(unknown.code(), -32601);
    if client.is_over_http() {
        let expected = if client.is_modern() { 404 } else { 200 };
        assert_eq!(unknown.status(), Some(expected));
    }
}

pub(crate) async fn data_is_for_programs_and_models(_: &House, client: &mut Client) {
    for (tool, data, first) in [
        ("shelf_object", json!({"n": 1}), Revision::R2025_06_18),
        ("shelf_list", json!([1, 2]), Revision::R2026_07_28),
    ] {
        let reply = client.call(tool, json!({})).await;
        let told: serde_json::Value = serde_json::from_str(&reply.text()).unwrap();
        assert_eq!(told, data);
        let expected = Some(&data).filter(|_| client.revision() >= first);
        assert_eq!(reply.result().get("structuredContent"), expected, "{tool}");
    }
    let marked = client.call("shelf_marked", json!({})).await.result();
    let meta = marked["content"][0].get("_meta");
    assert_eq!(meta.is_some(), client.revision() >= Revision::R2025_06_18);
}

pub(crate) async fn calls_run_side_by_side(_: &House, client: &mut Client) {
    let slow = json!({"name": "test_tool_with_progress"});
    let first = client.start("tools/call", slow).await;
    let mut quick = Vec::new();
    for _ in 0..SIDE_BY_SIDE {
        let params = json!({"name": "test_simple_text"});
        quick.push(client.start("tools/call", params).await);
    }
    for id in quick.iter().rev() {
        let reply = client.finish(id).await;
        assert_eq!(reply.text(), "This is a simple text response for testing.");
    }
    assert!(
        client.is_open(&first),
        "the slow one came before the quick ones"
    );
    let reply = client.finish(&first).await;
    assert_eq!(reply.text(), "Progress was told in three steps.");
}

const SIDE_BY_SIDE: usize = 5;
