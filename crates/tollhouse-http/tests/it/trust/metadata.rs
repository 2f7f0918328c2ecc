//! The documents that tell clients where to sign in, and which resource a request is for.

use serde_json::{Value, json};
use tollhouse_http::Options;

use super::{Porter, at, guarded, resource};
use crate::language::{House, Request, Response};

#[tokio::test]
async fn a8_rs02_p52_each_public_url_has_its_document_and_the_host_has_the_first() {
    let house = House::with(guarded(resource())).await;
    for (path, url) in [
        ("/mcp", "https://tools.example.com/mcp"),
        ("/a/mcp", "https://tools.example.com/a/mcp"),
        ("", "https://tools.example.com/mcp"),
    ] {
        let response = house.say(&document(path)).await;
        assert_eq!(response.status(), 200);
        let head = &response.head;
        assert_eq!(head.header("content-type"), Some("application/json"));
        assert_eq!(head.header("cache-control"), Some("public, max-age=600"));
        assert_eq!(
            parsed(&response),
            json!({
                "resource": url,
                "authorization_servers": ["https://login.example.com/"],
                "scopes_supported": ["orders:read"],
                "bearer_methods_supported": ["header"],
                "resource_name": "Orders",
                "resource_documentation": "https://docs.example.com/orders",
            })
        );
    }
    for path in ["/b/mcp", "/mcp2", "/mcp/", "/a", "/"] {
        assert_eq!(house.say(&document(path)).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn rs14_rs15_what_is_not_said_has_no_field_and_no_resource_asks_for_offline_access() {
    let resource = at(&["https://tools.example.com/mcp"])
        .authorization_server("https://login.example.com")
        .scopes(["offline_access", "two words", ""]);
    let house = House::with(guarded(resource)).await;
    assert_eq!(
        parsed(&house.say(&document("/mcp")).await),
        json!({
            "resource": "https://tools.example.com/mcp",
            "authorization_servers": ["https://login.example.com"],
            "bearer_methods_supported": ["header"],
        })
    );
    let challenge = challenge(&house.say(&call()).await);
    assert!(!challenge.contains("scope"), "{challenge}");
}

#[tokio::test]
async fn rs03_the_challenge_leads_to_the_document_of_the_same_resource() {
    let resource = at(&[]).authorization_server("https://login.example.com");
    let house = House::with(guarded(resource)).await;
    let port = house.address.port();
    for host in ["localhost", "127.0.0.1"] {
        let origin = format!("http://{host}:{port}");
        let host = format!("{host}:{port}");
        let turned_away = house.say(&call().with("Host", &host)).await;
        let challenge = challenge(&turned_away);
        let path = "/.well-known/oauth-protected-resource/mcp";
        let expected = format!(r#"resource_metadata="{origin}{path}""#);
        assert!(challenge.contains(&expected), "{challenge}");
        let found = house
            .say(&Request::bare("GET", path).with("Host", &host))
            .await;
        assert_eq!(parsed(&found)["resource"], format!("{origin}/mcp"));
    }
}

#[tokio::test]
async fn w32_what_a_proxy_or_a_liar_adds_changes_no_document_and_no_challenge() {
    let house = House::with(guarded(resource())).await;
    let port = house.address.port();
    let documents = ["/mcp", "/a/mcp", ""].map(document);
    let requests = documents.into_iter().chain([call(), call().to("/a/mcp")]);
    for request in requests {
        let plain = house.say(&request).await;
        for (name, value) in [
            ("X-Forwarded-Host", "evil.example"),
            ("X-Forwarded-Proto", "http"),
            ("X-Forwarded-Port", "81"),
            ("X-Forwarded-Prefix", "/evil"),
            ("X-Forwarded-For", "203.0.113.7"),
            ("X-Original-URL", "/evil"),
            ("X-Real-IP", "203.0.113.7"),
            ("Forwarded", "host=evil.example;proto=http"),
            ("X-Forwarded-Server", "evil.example"),
        ] {
            let told = house.say(&request.clone().header(name, value)).await;
            assert_same(&plain, &told, name);
        }
        for host in [
            "LOCALHOST",
            "127.0.0.1",
            "tools.example.com",
            "Tools.Example.com:443",
        ] {
            let told = house.say(&request.clone().with("Host", host)).await;
            assert_same(&plain, &told, host);
        }
        let foreign = request.with("Host", format!("evil.example:{port}"));
        let refused = house.say(&foreign).await;
        assert_eq!(refused.status(), 403);
        assert!(!refused.text().contains("evil"));
    }
}

#[tokio::test]
async fn w34_a_document_is_the_same_bytes_every_time() {
    let house = House::with(guarded(resource())).await;
    let first = house.say(&document("/a/mcp")).await;
    for request in [
        document("/a/mcp"),
        document("/a/mcp").header("Authorization", "Bearer right"),
        document("/a/mcp").header("Cookie", "a=b"),
        document("/a/mcp").header("Origin", "http://evil.example"),
        document("/a/mcp").header("MCP-Protocol-Version", "1999-01-01"),
        document("/a/mcp").ask("resource=https://evil.example"),
    ] {
        assert_same(&first, &house.say(&request).await, &format!("{request:?}"));
    }
    let head = house.say(&document("/a/mcp").verb("HEAD")).await;
    assert_eq!(head.status(), 200);
    let length = first.body.len().to_string();
    assert_eq!(head.head.header("content-length"), Some(length.as_str()));
}

#[tokio::test]
async fn p29_w34_every_page_may_read_the_documents_and_nothing_else() {
    let house = House::with(guarded(resource())).await;
    for origin in [
        "https://claude.ai",
        "http://evil.example",
        "null",
        "http://localhost:6274",
    ] {
        for path in ["/mcp", "/a/mcp", ""] {
            let read = house.say(&document(path).header("Origin", origin)).await;
            assert_eq!(read.status(), 200);
            assert_open(&read);
            let asked = document(path)
                .verb("OPTIONS")
                .header("Origin", origin)
                .header("Access-Control-Request-Method", "GET")
                .header("Access-Control-Request-Headers", "mcp-protocol-version");
            let granted = house.say(&asked).await;
            assert_eq!(granted.status(), 204);
            assert_open(&granted);
            let head = &granted.head;
            assert_eq!(
                head.header("access-control-allow-methods"),
                Some("GET, HEAD, OPTIONS")
            );
            assert_eq!(head.header("access-control-allow-headers"), Some("*"));
        }
    }
    for method in ["POST", "PUT", "DELETE"] {
        let refused = house.say(&document("/mcp").verb(method)).await;
        assert_eq!(refused.status(), 405);
        assert_eq!(refused.head.header("allow"), Some("GET, HEAD, OPTIONS"));
    }
    for request in [call(), document("/b/mcp"), document("/mcp/")] {
        let refused = house
            .say(&request.header("Origin", "http://evil.example"))
            .await;
        assert_eq!(refused.status(), 403);
        assert_eq!(refused.head.header("access-control-allow-origin"), None);
    }
}

#[tokio::test]
async fn a8_where_nobody_signs_in_elsewhere_there_is_no_document() {
    for options in [Options::default(), Options::default().authenticate(Porter)] {
        let house = House::with(options).await;
        for path in ["/mcp", ""] {
            let response = house.say(&document(path)).await;
            assert_eq!(response.status(), 404);
            let foreign = document(path).header("Origin", "http://evil.example");
            assert_eq!(house.say(&foreign).await.status(), 403);
        }
    }
}

#[tokio::test]
async fn w12_case29_a_token_is_good_at_the_resource_that_it_was_made_for_and_at_no_other() {
    let a = "https://tools.example.com/a/mcp";
    let b = "https://tools.example.com/b/mcp";
    let other = "https://other.example.com:8443/a/mcp";
    let house = House::with(guarded(at(&[a, b, other]))).await;
    for (host, path, resource) in [
        ("tools.example.com", "/a/mcp", a),
        ("TOOLS.Example.COM", "/a/mcp", a),
        ("tools.example.com:443", "/a/mcp", a),
        ("tools.example.com", "/a/mcp?x=/b/mcp", a),
        ("tools.example.com", "/b/mcp", b),
        ("other.example.com:8443", "/a/mcp", other),
        ("OTHER.example.com:8443", "/a/mcp", other),
        // A proxy has put another port or host in place of ours: the path still tells.
        ("other.example.com", "/a/mcp", other),
        ("localhost:8080", "/a/mcp", a),
        ("localhost:8080", "/b/mcp", b),
        // The usual paths are those of the first, or the first of the host.
        ("localhost:8080", "/mcp", a),
        ("localhost:8080", "/", a),
        ("other.example.com:8443", "/mcp", other),
    ] {
        let good_for = |token| {
            let request = call().to(path).with("Host", host);
            request.header("Authorization", format!("Bearer for {token}"))
        };
        assert_eq!(
            house.say(&good_for(resource)).await.status(),
            200,
            "{host} {path}"
        );
        let root = "https://tools.example.com";
        let slash = "https://tools.example.com/a/mcp/";
        for token in [a, b, other, root, slash]
            .into_iter()
            .filter(|token| *token != resource)
        {
            let response = house.say(&good_for(token)).await;
            assert_eq!(response.status(), 401, "{host} {path} {token}");
        }
    }
    for path in [
        "/a/mcp2", "/a/mc", "/A/mcp", "/a/mcp/", "/a", "/a%2Fmcp", "//a/mcp", "/c/mcp",
    ] {
        let request = call()
            .to(path)
            .header("Authorization", format!("Bearer for {a}"));
        assert_eq!(house.say(&request).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn w12_p52_the_root_of_a_host_is_that_of_its_own_resource() {
    let mcp = "https://one.example.com/mcp";
    let deep = "https://one.example.com/deep/mcp";
    let root = "https://one.example.com";
    let other = "https://two.example.com";
    let last = "https://three.example.com/last/mcp";
    let urls = [deep, mcp, root, other, last];
    let resource = at(&urls).authorization_server("https://login.example.com");
    let house = House::with(guarded(resource)).await;
    for (host, path, resource) in [
        ("one.example.com", "/", root),
        ("one.example.com", "/mcp", mcp),
        ("one.example.com", "/deep/mcp", deep),
        ("two.example.com", "/", other),
        ("two.example.com", "/mcp", other),
        ("two.example.com", "/deep/mcp", deep),
        ("three.example.com", "/", last),
        ("three.example.com", "/mcp", last),
        ("localhost", "/", root),
        ("localhost", "/mcp", mcp),
    ] {
        let turned_away = house.say(&call().to(path).with("Host", host)).await;
        let challenge = challenge(&turned_away);
        let url = challenge.split('"').find(|part| part.contains("://"));
        let (origin, path) = url.unwrap().split_once("/.well-known").unwrap();
        assert!(resource.starts_with(origin), "{host} {path}: {challenge}");
        // Where the challenge leads, there is the document of the same resource.
        let found = Request::bare("GET", &format!("/.well-known{path}"));
        let host = origin.strip_prefix("https://").unwrap();
        let found = house.say(&found.with("Host", host)).await;
        assert_eq!(parsed(&found)["resource"], resource, "{host} {path}");
    }
}

#[tokio::test]
async fn w12_without_a_public_url_tokens_are_for_the_address_on_loopback() {
    let house = House::with(Options::default().authenticate(Porter)).await;
    let port = house.address.port();
    for (host, resource) in [("localhost", "localhost"), ("127.0.0.1", "127.0.0.1")] {
        let request = call().with("Host", format!("{host}:{port}"));
        let token = format!("Bearer for http://{resource}:{port}/mcp");
        let response = house
            .say(&request.clone().header("Authorization", token))
            .await;
        assert_eq!(response.status(), 200);
        let elsewhere =
            request.header("Authorization", format!("Bearer for http://{resource}/mcp"));
        assert_eq!(house.say(&elsewhere).await.status(), 401);
    }
}

fn document(path: &str) -> Request {
    Request::bare(
        "GET",
        &format!("/.well-known/oauth-protected-resource{path}"),
    )
}

fn call() -> Request {
    Request::call("echo", json!({"text": "hi"}))
}

fn parsed(response: &Response) -> Value {
    serde_json::from_slice(&response.body).unwrap()
}

#[track_caller]
fn challenge(response: &Response) -> String {
    assert_eq!(response.status(), 401);
    response.head.header("www-authenticate").unwrap().to_owned()
}

#[track_caller]
fn assert_same(one: &Response, other: &Response, why: &str) {
    let told = |response: &Response| {
        let challenge = response.head.header("www-authenticate").map(str::to_owned);
        (response.status(), response.text(), challenge)
    };
    assert_eq!(told(one), told(other), "{why}");
}

#[track_caller]
fn assert_open(response: &Response) {
    let head = &response.head;
    assert_eq!(head.header("access-control-allow-origin"), Some("*"));
    assert_eq!(head.header("access-control-allow-credentials"), None);
}
