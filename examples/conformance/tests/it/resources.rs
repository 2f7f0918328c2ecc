//! Resources that are read, and one that is not there.

use serde_json::{Value, json};
use tollhouse::testing::TestReply;

use super::client;

#[tokio::test]
async fn texts_are_read() {
    let text = "This is the content of the static text resource.";
    let expected = json!([{"uri": "test://static-text", "mimeType": "text/plain", "text": text}]);
    assert_eq!(
        read("test://static-text").await.result()["contents"],
        expected
    );
    let watched = read("test://watched-resource").await;
    assert!(watched.result()["contents"][0]["text"].is_string());
}

#[tokio::test]
async fn bytes_are_read() {
    let reply = read("test://static-binary").await;
    let contents = &reply.result()["contents"][0];
    assert_eq!(contents["mimeType"], "image/png");
    assert!(
        contents["blob"]
            .as_str()
            .unwrap()
            .starts_with("iVBORw0KGgo")
    );
}

#[tokio::test]
async fn a_template_is_filled_in() {
    let reply = read("test://template/123/data").await;
    let contents = &reply.result()["contents"][0];
    assert_eq!(contents["uri"], "test://template/123/data");
    assert_eq!(contents["mimeType"], "application/json");
    assert_eq!(
        contents["text"],
        r#"{"id":"123","templateTest":true,"data":"Data for ID: 123"}"#
    );
}

#[tokio::test]
async fn what_is_not_there_is_an_error() {
    let uri = "test://nonexistent-resource-for-conformance-testing";
    let reply = read(uri).await;
    assert_eq!(reply.code(), -32602);
    assert_eq!(reply.message["error"]["data"]["uri"], Value::from(uri));
}

async fn read(uri: &str) -> TestReply {
    client()
        .request("resources/read", json!({"uri": uri}))
        .await
}
