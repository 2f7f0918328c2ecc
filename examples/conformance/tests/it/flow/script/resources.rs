//! Resources that are read, and one that is not there.

use serde_json::{Value, json};

use super::super::{Client, House};

pub(crate) async fn texts_bytes_and_patterns_are_read(_: &House, client: &mut Client) {
    let text = read(client, "test://static-text").await;
    assert_eq!(
        text["text"],
        "This is the content of the static text resource."
    );
    let picture = read(client, "test://static-binary").await;
    assert!(picture["blob"].as_str().unwrap().starts_with("iVBORw0KGgo"));
    let data = read(client, "test://template/123/data").await;
    assert_eq!(data["uri"], "test://template/123/data");
    assert!(data["text"].as_str().unwrap().contains("Data for ID: 123"));
    assert_eq!(read(client, "shelf://7").await["text"], "on the shelf");
}

pub(crate) async fn what_is_not_there_has_its_code(_: &House, client: &mut Client) {
    let uri = "test://not-there";
    let reply = client.request("resources/read", json!({"uri": uri})).await;
    let expected = if client.is_modern() { -32602 } else { -32002 };
    assert_eq!(reply.code(), expected);
    assert_eq!(reply.message()["error"]["data"]["uri"], uri);
}

async fn read(client: &mut Client, uri: &str) -> Value {
    let reply = client.request("resources/read", json!({"uri": uri})).await;
    reply.result()["contents"][0].clone()
}
