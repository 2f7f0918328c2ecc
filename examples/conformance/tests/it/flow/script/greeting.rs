//! First words, and signs of life.

use serde_json::json;
use tollhouse::Change;
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

pub(crate) async fn the_newest_words_are_understood_beside(house: &House, client: &mut Client) {
    if client.is_modern() {
        return;
    }
    let mut other = house.client();
    let versions = &other.aside("server/discover").await["supportedVersions"];
    assert!(versions.as_array().unwrap().contains(&json!("2026-07-28")));
    other.greet().await;
    let listed = other.aside("tools/list").await;
    assert!(listed["ttlMs"].is_number());
    let own = other.request("tools/list", json!({})).await.result();
    assert!(own["ttlMs"].is_null() && own["tools"].is_array());
    other.leave().await;
}

pub(crate) async fn a_session_is_known_by_its_headers(_: &House, client: &mut Client) {
    if !client.is_over_http() || client.is_modern() {
        return;
    }
    let (session, version) = ("mcp-session-id", "mcp-protocol-version");
    let another = match client.revision() {
        Revision::R2025_06_18 => "2025-11-25",
        _ => "2025-06-18",
    };
    for (name, value, status) in [
        (session, None, 400),
        (session, Some("no-such-session"), 404),
        (version, None, 200),
        (version, Some("1900-01-01"), 400),
        (version, Some("2026-07-28"), 400),
        (version, Some(another), 400),
    ] {
        let seen = client.knock(name, value).await;
        assert_eq!(seen, status, "{name} {value:?}");
    }
}

pub(crate) async fn clients_are_apart(house: &House, client: &mut Client) {
    let uri = "test://watched-resource";
    let mut other = house.client();
    other.greet().await;
    client.ask_for_lines("info").await;
    other.ask_for_lines("emergency").await;
    client.watch(&[uri]).await;
    other.watch(&[]).await;
    client.events();
    other.call("test_tool_with_logging", json!({})).await;
    house.hub().publish(&Change::Resource(uri.to_owned()));
    house.hub().publish(&Change::Tools);
    client.change("resources/updated").await;
    // The other one hears of no more than it asked for, or the talk would be refused.
    other.change("tools/list_changed").await;
    other.leave().await;
    client.unwatch_one(uri).await;
}
