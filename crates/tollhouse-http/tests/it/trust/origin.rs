//! Only pages of our own origins may call, and each may read its own responses alone.

use serde_json::json;
use tollhouse_http::Options;

use super::{everywhere, surfaces::preflight};
use crate::language::{House, Request, Response};

#[tokio::test]
async fn case2_foreign_origins_are_refused_and_told_nothing() {
    let house = House::open().await;
    let port = house.address.port();
    for origin in [
        "http://evil.example".to_owned(),
        format!("http://evil.example:{port}"),
        "null".to_owned(),
        String::new(),
        "http://localhost.evil.example".to_owned(),
        "http://localhost@evil.example".to_owned(),
        "http://localhost/".to_owned(),
        "http://localhost:".to_owned(),
        "https://localhost evil.example".to_owned(),
        "file://localhost".to_owned(),
        "localhost".to_owned(),
        "//localhost".to_owned(),
        "*".to_owned(),
    ] {
        for (method, route) in everywhere() {
            let request = call().verb(method).to(route).header("Origin", &origin);
            let request = request.header("Access-Control-Request-Method", "POST");
            let response = house.say(&request).await;
            assert_eq!(response.status(), 403, "{method} {route} {origin}");
            assert_no_sharing(&response);
            assert!(!response.text().contains("evil"), "reflects the origin");
        }
    }
    assert_eq!(house.effects(), 0);
}

#[tokio::test]
async fn case2_two_origins_are_none() {
    let house = House::open().await;
    let twice = call()
        .header("Origin", "http://localhost")
        .header("Origin", "http://localhost");
    assert_eq!(house.say(&twice).await.status(), 403);
    assert_eq!(house.effects(), 0);
}

#[tokio::test]
async fn case2_a_request_without_origin_is_processed() {
    let house = House::open().await;
    let response = house.say(&call()).await;
    assert_eq!(response.told(), "hi");
    assert_no_sharing(&response);
}

#[tokio::test]
async fn case2_an_origin_of_ours_is_named_exactly() {
    let options = Options::default()
        .host("tools.example.com")
        .origin("https://app.example.com");
    let house = House::with(options).await;
    let own = format!("http://127.0.0.1:{}", house.address.port());
    for origin in [
        own.as_str(),
        "http://localhost:6274",
        "https://localhost",
        "http://[::1]:1",
        "https://tools.example.com",
        "https://tools.example.com:8443",
        "https://app.example.com",
    ] {
        let response = house.say(&call().header("Origin", origin)).await;
        assert_eq!(response.told(), "hi", "{origin}");
        let head = &response.head;
        assert_eq!(head.header("access-control-allow-origin"), Some(origin));
        assert_eq!(head.header("vary"), Some("Origin"));
        assert_eq!(head.header("access-control-allow-credentials"), None);
        let exposed = head.header("access-control-expose-headers").unwrap();
        assert!(exposed.contains("WWW-Authenticate") && exposed.contains("Mcp-Session-Id"));
    }
    for origin in ["http://app.example.com", "https://app.example.com:8443"] {
        let response = house.say(&call().header("Origin", origin)).await;
        assert_eq!(response.status(), 403, "{origin}");
    }
}

#[tokio::test]
async fn case2_p28_where_callers_sign_in_pages_of_assistants_may_call() {
    let assistants = [
        "https://claude.ai",
        "https://claude.com",
        "https://chatgpt.com",
    ];
    let open = House::open().await;
    let guarded = House::with(super::guarded(super::resource())).await;
    for origin in assistants {
        let call = call().header("Origin", origin);
        assert_eq!(open.say(&call).await.status(), 403, "{origin}");
        let call = call.header("Authorization", "Bearer right");
        let response = guarded.say(&call).await;
        assert_eq!(response.told(), "hi");
        let head = &response.head;
        assert_eq!(head.header("access-control-allow-origin"), Some(origin));
        assert_eq!(head.header("vary"), Some("Origin"));
        let asked = preflight("/a/mcp").with("Origin", origin);
        let asked = asked.header("Access-Control-Request-Headers", "authorization");
        let granted = guarded.say(&asked).await;
        assert_eq!(granted.status(), 204);
        assert_eq!(
            granted.head.header("access-control-allow-origin"),
            Some(origin)
        );
        let granted = granted
            .head
            .header("access-control-allow-headers")
            .map(str::to_owned);
        assert_eq!(granted.as_deref(), Some("authorization"));
    }
    for origin in [
        "http://claude.ai",
        "https://evil.claude.ai",
        "https://claude.ai:8443",
    ] {
        let call = call().header("Origin", origin);
        let call = call.header("Authorization", "Bearer right");
        assert_eq!(guarded.say(&call).await.status(), 403, "{origin}");
    }
}

#[tokio::test]
async fn case1_case2_the_hosts_of_public_urls_are_ours() {
    let house = House::with(super::guarded(super::resource())).await;
    let call = call().header("Authorization", "Bearer right");
    let named = call.clone().with("Host", "tools.example.com");
    assert_eq!(house.say(&named).await.told(), "hi");
    let own = named.header("Origin", "https://tools.example.com");
    assert_eq!(house.say(&own).await.told(), "hi");
    for host in ["example.com", "login.example.com", "docs.example.com"] {
        let foreign = call.clone().with("Host", host);
        assert_eq!(house.say(&foreign).await.status(), 403, "{host}");
        let foreign = call.clone().header("Origin", format!("https://{host}"));
        assert_eq!(house.say(&foreign).await.status(), 403, "{host}");
    }
}

#[tokio::test]
async fn case2_refusals_and_streams_can_be_read_by_their_page_too() {
    let house = House::open().await;
    let origin = "http://localhost:6274";
    let refused = call().with("Content-Type", "text/plain");
    let unknown = Request::rpc("nope", json!({}));
    let stream = Request::call("count", json!({"steps": 1})).watched();
    for request in [
        refused,
        unknown,
        stream,
        call().to("/nowhere"),
        call().verb("GET"),
    ] {
        let response = house.say(&request.header("Origin", origin)).await;
        let allowed = response.head.header("access-control-allow-origin");
        assert_eq!(allowed, Some(origin), "{}", response.status());
        assert_eq!(response.head.header("vary"), Some("Origin"));
    }
}

#[tokio::test]
async fn case2_a_preflight_is_answered_for_what_was_asked() {
    let house = House::open().await;
    let origin = "http://localhost:6274";
    let asked = "content-type, MCP-Protocol-Version,mcp-param-region, x-evil";
    let preflight = Request::bare("OPTIONS", "/mcp")
        .header("Origin", origin)
        .header("Access-Control-Request-Method", "POST")
        .header("Access-Control-Request-Headers", asked);
    let response = house.say(&preflight).await;
    let head = &response.head;
    assert_eq!(head.status, 204);
    assert_eq!(head.header("access-control-allow-origin"), Some(origin));
    assert_eq!(
        head.header("access-control-allow-headers"),
        Some("content-type, mcp-protocol-version, mcp-param-region")
    );
    assert_eq!(
        head.header("access-control-allow-methods"),
        Some("GET, POST, DELETE")
    );
    assert_eq!(
        head.header("vary"),
        Some("Origin, Access-Control-Request-Headers")
    );
    assert_eq!(head.header("access-control-allow-credentials"), None);
}

#[tokio::test]
async fn case2_options_without_a_preflights_header_is_only_a_wrong_method() {
    let house = House::open().await;
    let request = Request::bare("OPTIONS", "/mcp").header("Origin", "http://localhost");
    let response = house.say(&request).await;
    assert_eq!(response.status(), 405);
    assert_eq!(response.head.header("allow"), Some("POST"));
}

fn call() -> Request {
    Request::call("echo", json!({"text": "hi"}))
}

#[track_caller]
fn assert_no_sharing(response: &Response) {
    let mut names = response.head.names();
    assert!(!names.any(|name| name.starts_with("access-control-")));
}
