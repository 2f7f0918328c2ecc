//! First words, and signs of life.

use serde_json::json;
use tollhouse_wire_check::Revision;

use super::super::{Client, House};

pub(crate) async fn what_the_server_can_is_said(house: &House, client: &mut Client) {
    let mut other = house.client();
    let welcome = other.greet().await;
    let can = &welcome["capabilities"];
    for what in ["tools", "resources", "prompts"] {
        assert_eq!(can[what]["listChanged"], true, "{what}");
    }
    assert_eq!(can["resources"]["subscribe"], true);
    assert!(can["logging"].is_object());
    let completes = client.revision() >= Revision::R2025_03_26;
    assert_eq!(can["completions"].is_object(), completes);
    // Nobody asked for extensions.
    assert!(can["extensions"].is_null() || client.is_modern());
    let info = match client.is_modern() {
        true => &welcome["_meta"]["io.modelcontextprotocol/serverInfo"],
        false => &welcome["serverInfo"],
    };
    assert_eq!(info["name"], "tollhouse-conformance");
    other.leave().await;
}

pub(crate) async fn versions_are_agreed_on(house: &House, client: &mut Client) {
    let mut other = house.client();
    if client.is_modern() {
        let versions = &other.greet().await["supportedVersions"];
        assert!(versions.as_array().unwrap().contains(&json!("2026-07-28")));
    } else if client.revision() == Revision::R2025_11_25 {
        // What nobody has is answered with the newest that has a handshake.
        other.greet_wishing("2099-01-01").await;
    } else {
        other.greet().await;
    }
    other.leave().await;
    if !client.is_modern() {
        let info = json!({"name": "flow", "version": "1.0.0"});
        let version = client.revision().name();
        let hello = json!({"protocolVersion": version, "capabilities": {}, "clientInfo": info});
        assert_eq!(client.misspeak("initialize", hello).await.code(), -32600);
    }
}

pub(crate) async fn pings_are_answered(_: &House, client: &mut Client) {
    if client.is_modern() {
        for gone in [
            "ping",
            "logging/setLevel",
            "resources/subscribe",
            "initialize",
        ] {
            assert_eq!(
                client.misspeak(gone, json!({})).await.code(),
                -32601,
                "{gone}"
            );
        }
    } else {
        assert_eq!(client.request("ping", json!({})).await.result(), json!({}));
    }
}
