//! Statuses, routes and methods.

use serde_json::json;

use crate::language::{House, Peer, Request};

#[tokio::test]
async fn e31_both_paths_answer_alike_and_no_other_does() {
    let house = House::open().await;
    for path in ["/mcp", "/", "/mcp?x=y"] {
        assert_eq!(house.say(&echo().to(path)).await.told(), "hi");
    }
    for path in [
        "/mcp/",
        "/MCP",
        "//mcp",
        "/mcp/../mcp",
        "/%6dcp",
        "/sse",
        "/*",
    ] {
        assert_eq!(house.say(&echo().to(path)).await.status(), 404, "{path}");
    }
    assert_eq!(house.effects(), 3);
}

#[tokio::test]
async fn e56_a_result_is_one_json_body() {
    let house = House::open().await;
    let response = house.say(&echo()).await;
    response.assert(200, 0);
    assert_eq!(response.head.header("cache-control"), Some("no-store"));
    let length = response.body.len().to_string();
    assert_eq!(
        response.head.header("content-length"),
        Some(length.as_str())
    );
}

#[tokio::test]
async fn e57_a_notification_is_accepted_without_a_body() {
    let house = House::open().await;
    for method in [
        "notifications/initialized",
        "notifications/cancelled",
        "notifications/x",
    ] {
        let params = json!({"requestId": 1});
        let told = Request::message(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
        let response = house.say(&told).await;
        assert_eq!(
            (response.status(), response.body.len()),
            (202, 0),
            "{method}"
        );
        assert_eq!(response.head.header("content-type"), None);
    }
}

#[tokio::test]
async fn e57_a_cancellation_told_by_somebody_else_ends_nothing() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    peer.send(Request::call("slow", json!({})).wire()).await;
    house.book.until(|page| page.begun == 1).await;
    let params = json!({"requestId": 1});
    let method = "notifications/cancelled";
    let told = Request::message(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    assert_eq!(house.say(&told).await.status(), 202);
    house.book.release();
    assert_eq!(peer.response().await.told(), "released");
}

#[tokio::test]
async fn e64_only_post_is_taken() {
    let house = House::open().await;
    for method in [
        "GET", "DELETE", "PUT", "PATCH", "OPTIONS", "TRACE", "QUERY", "post",
    ] {
        for path in ["/mcp", "/"] {
            let response = house.say(&Request::bare(method, path)).await;
            response.assert(405, -32600);
            assert_eq!(response.head.header("allow"), Some("POST"), "{method}");
            let with_body = house.say(&echo().verb(method).to(path)).await;
            assert_eq!(with_body.status(), 405);
        }
    }
    let head = house.say(&Request::bare("HEAD", "/mcp")).await;
    assert_eq!(
        (head.status(), head.head.header("allow")),
        (405, Some("POST"))
    );
    assert_eq!(house.effects(), 0);
}

#[tokio::test]
async fn e64_a_head_request_leaves_the_connection_in_order() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    assert_eq!(peer.say(&Request::bare("HEAD", "/mcp")).await.status(), 405);
    assert_eq!(
        peer.say(&Request::bare("HEAD", "/healthz")).await.status(),
        200
    );
    assert_eq!(peer.say(&echo()).await.told(), "hi");
}

#[tokio::test]
async fn e38_what_the_client_accepts_is_read_leniently() {
    let house = House::open().await;
    for accept in [
        "application/json, text/event-stream",
        "application/json,text/event-stream",
        "text/event-stream, application/json;q=0.9",
        "APPLICATION/JSON",
        "application/*",
        "*/*",
        "text/html, */*;q=0.1",
    ] {
        let response = house.say(&echo().with("Accept", accept)).await;
        assert_eq!(response.told(), "hi", "{accept}");
    }
    assert_eq!(house.say(&echo().without("Accept")).await.told(), "hi");
    let split = echo()
        .with("Accept", "text/html")
        .header("Accept", "application/json");
    assert_eq!(house.say(&split).await.told(), "hi");
}

#[tokio::test]
async fn e38_a_client_that_takes_neither_form_is_told_so() {
    let house = House::open().await;
    for accept in [
        "text/html",
        "application/xml, image/*",
        "",
        "application/jsonx",
        "json",
    ] {
        let response = house.say(&echo().with("Accept", accept)).await;
        response.assert(406, -32600);
    }
    assert_eq!(house.effects(), 0);
}

#[tokio::test]
async fn e38_a_client_that_takes_only_streams_gets_one() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    peer.send(echo().with("Accept", "text/event-stream").wire())
        .await;
    let head = peer.head().await;
    assert_eq!((head.status, head.is_stream()), (200, true));
    let message = peer.event().await.unwrap();
    assert_eq!(
        message.pointer("/result/content/0/text"),
        Some(&json!("hi"))
    );
    assert_eq!(peer.event().await, None);
}

#[tokio::test]
async fn e38_a_client_that_takes_no_streams_cannot_listen() {
    let house = House::open().await;
    let filter = json!({"notifications": {"toolsListChanged": true}});
    let listen = Request::rpc("subscriptions/listen", filter);
    let response = house.say(&listen.with("Accept", "application/json")).await;
    response.assert(406, -32600);
    assert_eq!(response.at("/id"), json!(1));
}

#[tokio::test]
async fn e39_headers_without_end_are_refused() {
    let house = House::open().await;
    let long = echo().header("X-Long", "x".repeat(70_000));
    assert_eq!(house.say(&long).await.status(), 431);
    let many = (0..200).fold(echo(), |request, number| {
        request.header(&format!("X-{number}"), "y")
    });
    assert_eq!(house.say(&many).await.status(), 431);
    let far = echo().to(&format!("/mcp?{}", "x".repeat(70_000)));
    assert!(matches!(house.say(&far).await.status(), 414 | 431));
    assert_eq!(house.effects(), 0);
}

#[tokio::test]
async fn e63_no_session_is_made_and_none_is_looked_at() {
    let house = House::open().await;
    let discover = Request::rpc("server/discover", json!({}));
    let counted = Request::call("count", json!({"steps": 2})).watched();
    for request in [echo(), discover, counted, Request::bare("GET", "/mcp")] {
        let request = request
            .header("Mcp-Session-Id", "stolen")
            .header("Last-Event-ID", "7");
        let response = house.say(&request).await;
        assert_eq!(response.head.header("mcp-session-id"), None);
        assert!(!response.text().contains("stolen"));
        assert!(!response.text().lines().any(|line| line.starts_with("id:")));
    }
    assert_eq!(house.effects(), 2);
}

#[tokio::test]
async fn e29_a_panic_in_a_tool_is_an_error_of_that_call_alone() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    let response = peer.say(&Request::call("boom", json!({}))).await;
    response.assert(200, 0);
    assert_eq!(response.at("/result/isError"), json!(true));
    let told = response.told();
    let id = told.strip_prefix("internal error (id ").unwrap();
    let id = id.strip_suffix(')').unwrap();
    assert!(id.len() >= 8 && id.bytes().all(|digit| digit.is_ascii_hexdigit()));
    assert_eq!(peer.say(&echo()).await.told(), "hi", "the connection lives");
    let streamed = Request::call("boom", json!({}))
        .watched()
        .with("Accept", "text/event-stream");
    peer.send(streamed.wire()).await;
    assert_eq!(peer.head().await.status, 200);
    let message = peer.event().await.unwrap();
    assert_eq!(message.pointer("/result/isError"), Some(&json!(true)));
    assert!(!message.to_string().contains("secret"));
    assert_eq!(peer.event().await, None);
    assert_eq!(peer.say(&echo()).await.told(), "hi", "the connection lives");
}

#[tokio::test]
async fn e56_a_tool_that_asks_gets_its_answer_in_the_next_request() {
    let house = House::open().await;
    let able = json!({"elicitation": {}});
    let capabilities = "/params/_meta/io.modelcontextprotocol~1clientCapabilities";
    let ask = Request::call("ask", json!({})).put(capabilities, able);
    let asked = house.say(&ask).await;
    asked.assert(200, 0);
    assert_eq!(asked.at("/result/resultType"), json!("input_required"));
    let answers = json!({"colour": {"action": "accept", "content": {"colour": "red"}}});
    let again = ask
        .put("/params/inputResponses", answers)
        .put("/params/requestState", asked.at("/result/requestState"));
    assert_eq!(house.say(&again).await.told(), "accepted");
}

fn echo() -> Request {
    Request::call("echo", json!({"text": "hi"}))
}
