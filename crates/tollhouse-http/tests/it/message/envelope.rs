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
async fn case9_bodies_that_are_no_message() {
    let house = House::open().await;
    let call = Request::call("echo", json!({"text": "hi"}));
    let (good, rest) = (
        "{\"jsonrpc\":\"2.0\"",
        ",\"id\":1,\"method\":\"tools/call\"}",
    );
    for (body, code) in [
        (b"".to_vec(), -32700),
        (b" \n".to_vec(), -32700),
        (good.into(), -32700),
        (format!("{good},}}").into(), -32700),
        (format!("{good}{rest}{good}{rest}").into(), -32700),
        (format!("{good}{rest}\n{good}{rest}").into(), -32700),
        (format!("{good}{rest} x").into(), -32700),
        (b"\xef\xbb\xbf{}".to_vec(), -32700),
        (
            b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}".to_vec(),
            -32700,
        ),
        (
            b"{\"jsonrpc\":\"2.0\",\"id\":\"\xc3\x28\",\"method\":\"a\"}".to_vec(),
            -32700,
        ),
        (
            b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"params\":{\"name\":\"\xff\"}}"
                .to_vec(),
            -32700,
        ),
        (b"{'jsonrpc':'2.0'}".to_vec(), -32700),
        (b"null".to_vec(), -32600),
        (b"1".to_vec(), -32600),
        (b"\"text\"".to_vec(), -32600),
        (b"{}".to_vec(), -32600),
        (b"[]".to_vec(), -32600),
        (format!("[{good}{rest}]").into(), -32600),
        (format!("[{good}{rest},{good}{rest}]").into(), -32600),
        (
            b"{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"tools/list\"}".to_vec(),
            -32600,
        ),
        (b"{\"id\":1,\"method\":\"tools/list\"}".to_vec(), -32600),
        (
            b"{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"tools/list\"}".to_vec(),
            -32600,
        ),
        (
            b"{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"tools/list\"}".to_vec(),
            -32600,
        ),
        (
            b"{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"tools/list\"}".to_vec(),
            -32600,
        ),
        (
            b"{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"tools/list\"}".to_vec(),
            -32600,
        ),
        (
            b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":7}".to_vec(),
            -32600,
        ),
        (b"{\"jsonrpc\":\"2.0\",\"id\":1}".to_vec(), -32600),
    ] {
        let text = String::from_utf8_lossy(&body).into_owned();
        let response = house.say(&call.clone().body(body)).await;
        assert_eq!((response.status(), response.code()), (400, code), "{text}");
    }
    assert_eq!(house.effects(), 0);
}

#[tokio::test]
#[ignore = "the core takes the parts of a message from an array too"]
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
