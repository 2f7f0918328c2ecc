//! Pictures, sounds and embedded resources.

use serde_json::json;

use super::client;

#[tokio::test]
async fn a_picture_and_a_sound_are_encoded() {
    for (tool, kind, mime_type, start) in [
        ("test_image_content", "image", "image/png", "iVBORw0KGgo"),
        ("test_audio_content", "audio", "audio/wav", "UklGR"),
    ] {
        let reply = client().call(tool, json!({})).await;
        let piece = &reply.result()["content"][0];
        assert_eq!(
            (&piece["type"], &piece["mimeType"]),
            (&json!(kind), &json!(mime_type))
        );
        assert!(piece["data"].as_str().unwrap().starts_with(start));
    }
}

#[tokio::test]
async fn a_resource_is_embedded() {
    let reply = client().call("test_embedded_resource", json!({})).await;
    assert_eq!(
        reply.result()["content"],
        json!([{"type": "resource", "resource": {
            "uri": "test://embedded-resource",
            "mimeType": "text/plain",
            "text": "This is an embedded resource content.",
        }}])
    );
}

#[tokio::test]
async fn kinds_of_content_are_mixed() {
    let reply = client()
        .call("test_multiple_content_types", json!({}))
        .await;
    assert_eq!(reply.text(), "Multiple content types test:");
    let content = reply.result()["content"].as_array().unwrap();
    let kinds: Vec<_> = content.iter().map(|piece| &piece["type"]).collect();
    assert_eq!(kinds, ["text", "image", "resource"]);
    assert_eq!(
        content[2]["resource"],
        json!({
            "uri": "test://mixed-content-resource",
            "mimeType": "application/json",
            "text": r#"{"test":"data","value":123}"#,
        })
    );
}
