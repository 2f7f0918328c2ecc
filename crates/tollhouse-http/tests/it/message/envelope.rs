//! Bodies that are no request of this protocol.

use serde_json::{Value, json};

use crate::language::{House, Request, Response};

#[tokio::test]
async fn case7_what_every_request_must_carry() {
    let house = House::open().await;
    let list = Request::rpc("tools/list", json!({}));
    for path in [
        "/params",
        "/params/_meta",
        "/params/_meta/io.modelcontextprotocol~1protocolVersion",
        "/params/_meta/io.modelcontextprotocol~1clientCapabilities",
    ] {
        house.say(&list.clone().cut(path)).await.assert(400, -32602);
    }
    let wrong = list.put(
        "/params/_meta/io.modelcontextprotocol~1clientCapabilities",
        json!([]),
    );
    house.say(&wrong).await.assert(400, -32602);
}

#[tokio::test]
async fn case7_e68_a_version_that_is_not_served() {
    let house = House::open().await;
    let path = "/params/_meta/io.modelcontextprotocol~1protocolVersion";
    for version in ["1900-01-01", "v999", "2025-11-25", ""] {
        let list = Request::rpc("tools/list", json!({})).put(path, json!(version));
        house.say(&list).await.assert(400, -32020);
        let list = list.with("MCP-Protocol-Version", version);
        let response = house.say(&list).await;
        response.assert(400, -32022);
        assert_eq!(response.at("/error/data/requested"), json!(version));
        let discovered = house.say(&Request::rpc("server/discover", json!({}))).await;
        let served = discovered.at("/result/supportedVersions");
        assert_eq!(response.at("/error/data/supported"), served);
    }
}

#[tokio::test]
async fn case7_e65_an_unknown_method_is_404_with_a_body() {
    let house = House::open().await;
    for method in [
        "nope",
        "ping",
        "initialize",
        "logging/setLevel",
        "resources/subscribe",
        "resources/unsubscribe",
        "tasks/list",
        "tasks/result",
        "rpc.discover",
        "",
    ] {
        let response = house.say(&Request::rpc(method, json!({}))).await;
        response.assert(404, -32601);
        assert_eq!(response.at("/id"), json!(1));
    }
}

#[tokio::test]
async fn case7_a_capability_that_the_client_lacks() {
    let house = House::open().await;
    let response = house.say(&Request::call("open", json!({}))).await;
    response.assert(400, -32021);
    let needed = response.at("/error/data/requiredCapabilities");
    assert!(needed.pointer("/elicitation").is_some(), "{needed}");
    assert_eq!(house.effects(), 0);
}

#[tokio::test]
async fn case7_e69_nobody_has_to_say_who_it_is() {
    let house = House::open().await;
    house
        .say(&Request::rpc("tools/list", json!({})))
        .await
        .assert(200, 0);
}

#[tokio::test]
async fn case9_bodies_that_are_no_json() {
    let house = House::open().await;
    let whole = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#;
    let twice = [whole, whole].concat();
    let (lines, cut) = ([whole, whole].join("\n"), whole.trim_end_matches('}'));
    let rest = [whole, " x"].concat();
    for body in [
        b"".as_slice(),
        b" \n",
        cut.as_bytes(),
        twice.as_bytes(),
        lines.as_bytes(),
        rest.as_bytes(),
        b"{\"jsonrpc\":\"2.0\",}",
        b"\xef\xbb\xbf{}",
        b"{'jsonrpc':'2.0'}",
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}",
        b"{\"jsonrpc\":\"2.0\",\"id\":\"\xc3\x28\",\"method\":\"a\"}",
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"params\":{\"name\":\"\xff\"}}",
    ] {
        refused(&house, body, -32700).await;
    }
    assert_eq!(house.effects(), 0);
}

#[tokio::test]
async fn case9_json_that_is_no_message() {
    let house = House::open().await;
    for body in [
        "null",
        "1",
        r#""text""#,
        "{}",
        "[]",
        r#"[{"jsonrpc":"2.0","id":1,"method":"tools/list"}]"#,
        r#"[{"jsonrpc":"2.0","id":1,"method":"a"},{"jsonrpc":"2.0","id":2,"method":"b"}]"#,
        r#"{"id":1,"method":"tools/list"}"#,
        r#"{"jsonrpc":"1.0","id":1,"method":"tools/list"}"#,
        r#"{"jsonrpc":"2.0","id":null,"method":"tools/list"}"#,
        r#"{"jsonrpc":"2.0","id":1.5,"method":"tools/list"}"#,
        r#"{"jsonrpc":"2.0","id":{},"method":"tools/list"}"#,
        r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"tools/list"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":7}"#,
        r#"{"jsonrpc":"2.0","id":1}"#,
    ] {
        refused(&house, body.as_bytes(), -32600).await;
    }
    assert_eq!(house.effects(), 0);
}

#[tokio::test]
async fn case9_an_array_is_never_a_message_whatever_is_in_it() {
    let house = House::open().await;
    let call = Request::call("echo", json!({"text": "hi"}));
    let meta = json!({"io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {}});
    let params = json!({"_meta": meta, "name": "echo", "arguments": {"text": "hi"}});
    let lined_up = json!(["2.0", 1, "tools/call", params]);
    house
        .say(&call.clone().body(lined_up.to_string()))
        .await
        .assert(400, -32600);
    let lined_up = json!(["2.0", 1, "tools/call", params, null, null]);
    house
        .say(&call.clone().body(lined_up.to_string()))
        .await
        .assert(400, -32600);
    let lined_up: Value =
        json!([meta, "echo", null, null, {"text": "hi"}, null, null, null, null, null]);
    let spoilt = call.clone().put("/params", lined_up);
    assert_eq!(house.say(&spoilt).await.status(), 400);
    let spoilt = call.put(
        "/params/_meta",
        json!(["2026-07-28", {}, null, null, null, null, null]),
    );
    assert_eq!(house.say(&spoilt).await.status(), 400);
    assert_eq!(house.effects(), 0);
}

#[tokio::test]
async fn case9_e59_a_response_is_not_taken() {
    let house = House::open().await;
    for body in [
        json!({"jsonrpc": "2.0", "id": 1, "result": {}}),
        json!({"jsonrpc": "2.0", "id": 1, "result": null}),
        json!({"jsonrpc": "2.0", "id": 1, "error": {"code": 1, "message": "no"}}),
    ] {
        let response: Response = house.say(&Request::message(&body)).await;
        response.assert(400, -32600);
    }
}

#[tokio::test]
async fn e23_the_id_comes_back_as_it_was_and_is_left_out_if_there_is_none() {
    let house = House::open().await;
    for id in [
        json!(0),
        json!(-5),
        json!(9_007_199_254_740_993_i64),
        json!("ü\n\"x"),
        json!(""),
    ] {
        let call = Request::call("echo", json!({"text": "hi"})).put("/id", id.clone());
        assert_eq!(house.say(&call).await.at("/id"), id);
        let refused = call.with("Mcp-Name", "other");
        assert_eq!(house.say(&refused).await.at("/id"), id);
    }
    let unreadable = house.say(&Request::bytes("{")).await;
    assert!(unreadable.json().pointer("/id").is_none());
}

/// Sends this under the headers of a good call.
async fn refused(house: &House, body: &[u8], code: i64) {
    let call = Request::call("echo", json!({"text": "hi"})).body(body);
    let response = house.say(&call).await;
    let text = String::from_utf8_lossy(body);
    assert_eq!((response.status(), response.code()), (400, code), "{text}");
}
