//! The headers that repeat the body must say the same.

use serde_json::json;

use crate::language::{House, Request, VERSION, wrapped};

#[tokio::test]
async fn case5_a_header_that_differs_from_the_body_has_no_effect() {
    let house = House::open().await;
    let item = json!({"project": "a", "number": 1});
    let delete = Request::call("delete_item", item);
    let echo = Request::call("echo", json!({"text": "hi"}));
    for spoilt in [
        delete.clone().with("Mcp-Name", "echo"),
        echo.with("Mcp-Name", "delete_item"),
        delete.clone().with("Mcp-Method", "tools/list"),
        Request::rpc("tools/list", json!({})).with("Mcp-Method", "tools/call"),
        delete.clone().with("MCP-Protocol-Version", "2025-11-25"),
        delete.clone().without("Mcp-Name"),
        delete.clone().without("Mcp-Method"),
        delete.clone().without("MCP-Protocol-Version"),
    ] {
        let response = house.say(&spoilt).await;
        response.assert(400, -32020);
        assert_eq!(response.at("/id"), json!(1));
    }
    let named = delete.with("Mcp-Name", "echo").put("/id", json!("a-1"));
    let response = house.say(&named).await;
    response.assert(400, -32020);
    assert_eq!(response.at("/id"), json!("a-1"));
    assert_eq!(house.effects(), 0);
}

#[tokio::test]
async fn e35_prompts_and_resources_are_named_too() {
    let house = House::open().await;
    let prompt = Request::rpc("prompts/get", json!({"name": "greet"}));
    let resource = Request::rpc("resources/read", json!({"uri": "note:hello"}));
    for unnamed in [&prompt, &resource] {
        house.say(unnamed).await.assert(400, -32020);
        let other = unnamed.clone().header("Mcp-Name", "other");
        house.say(&other).await.assert(400, -32020);
    }
    let prompt = house.say(&prompt.header("Mcp-Name", "greet")).await;
    prompt.assert(200, 0);
    for name in ["note:hello".to_owned(), wrapped("note:hello")] {
        let resource = resource.clone().header("Mcp-Name", name);
        house.say(&resource).await.assert(200, 0);
    }
    let unknown = Request::rpc("resources/read", json!({"uri": "note:grüße"}));
    let unknown = unknown.header("Mcp-Name", wrapped("note:grüße"));
    let told = house.say(&unknown).await;
    assert_eq!(told.code(), -32602, "{}", told.told());
}

#[tokio::test]
async fn e36_names_of_headers_have_no_case_and_values_no_outer_space() {
    let house = House::open().await;
    let call = Request::call("echo", json!({"text": "hi"}));
    let bare = call
        .clone()
        .without("MCP-Protocol-Version")
        .without("Mcp-Method")
        .without("Mcp-Name");
    let shouted = bare
        .clone()
        .header("MCP-PROTOCOL-VERSION", VERSION)
        .header("mcp-method", "tools/call")
        .header("mCP-nAME", "echo");
    assert_eq!(house.say(&shouted).await.told(), "hi");
    let spaced = bare
        .header("MCP-Protocol-Version", format!(" \t{VERSION} \t"))
        .header("Mcp-Method", "  tools/call\t")
        .header("Mcp-Name", "\techo ");
    assert_eq!(house.say(&spaced).await.told(), "hi");
    let cased = call.clone().with("Mcp-Name", "Echo");
    house.say(&cased).await.assert(400, -32020);
    let cased = call.with("Mcp-Method", "Tools/Call");
    house.say(&cased).await.assert(400, -32020);
}

#[tokio::test]
async fn e37_a_name_may_be_wrapped() {
    let house = House::open().await;
    let call = Request::call("echo", json!({"text": "hi"}));
    let plain = call.clone().with("Mcp-Name", wrapped("echo"));
    assert_eq!(house.say(&plain).await.told(), "hi");
    for wrong in [
        wrapped("delete_item").as_str(),
        "=?base64?ZWNobw?=",
        "=?base64?ZWNo!!bw==?=",
        "=?base64?/w==?=",
        "=?BASE64?ZWNobw==?=",
        "=?base64?ZWNobw==",
        "ZWNobw==?=",
        "=?base64??=",
    ] {
        let call = call.clone().with("Mcp-Name", wrong);
        house.say(&call).await.assert(400, -32020);
    }
    assert_eq!(house.effects(), 1);
}

#[tokio::test]
async fn e41_a_header_that_stands_twice_is_refused_even_if_both_agree() {
    let house = House::open().await;
    let call = Request::call("echo", json!({"text": "hi"}));
    for (name, value) in [
        ("MCP-Protocol-Version", VERSION),
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", "echo"),
        ("mcp-name", "delete_item"),
    ] {
        house
            .say(&call.clone().header(name, value))
            .await
            .assert(400, -32020);
    }
    assert_eq!(house.effects(), 0);
}

#[tokio::test]
async fn e40_notifications_have_no_headers_to_check() {
    let house = House::open().await;
    let told = Request::message(&json!({"jsonrpc": "2.0", "method": "notifications/any"}));
    let response = house.say(&told).await;
    assert_eq!((response.status(), response.body.len()), (202, 0));
}
