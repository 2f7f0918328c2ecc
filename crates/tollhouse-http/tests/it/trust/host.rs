//! Only requests for a host that is served here get past the gate.

use serde_json::json;
use tollhouse_http::Options;

use super::{everywhere, guarded, resource};
use crate::language::{House, Peer, Request};

#[tokio::test]
async fn case1_a_foreign_host_is_refused_on_every_route_and_method() {
    let guarded = guarded(resource()).http_sse(true);
    for house in [House::open().await, House::with(guarded).await] {
        let with_port = format!("evil.example:{}", house.address.port());
        let hosts = ["evil.example", with_port.as_str()];
        let asked = everywhere().flat_map(|route| hosts.map(|host| (route, host)));
        for ((method, route), host) in asked {
            let request = Request::call("echo", json!({"text": "hi"}));
            let request = request.verb(method).to(route).with("Host", host);
            let response = house.say(&request).await;
            assert_eq!(response.status(), 403, "{method} {route} {host}");
            assert!(!response.text().contains("evil"), "reflects the host");
        }
        assert_eq!(house.effects(), 0);
    }
}

#[tokio::test]
async fn case1_a_foreign_host_is_refused_before_the_body_comes() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    let head = "POST /mcp HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 100\r\n\r\n";
    peer.send(head).await;
    assert_eq!(peer.head().await.status, 403);
}

#[tokio::test]
async fn case1_names_that_only_look_like_ours_are_refused() {
    let house = House::open().await;
    for host in [
        "",
        "localhost.",
        "localhost.evil.example",
        "evil.example:80:localhost",
        "127.0.0.1.evil.example",
        "localhost@evil.example",
        "evil.example@localhost",
        "localhost:80@evil.example",
        "localhost:",
        "localhost:8o",
        "localhost:80:80",
        "localhost, evil.example",
        "localhost evil.example",
        "localhost/",
        "localhost#",
        "0.0.0.0",
        "127.1",
        "2130706433",
        "0x7f000001",
        "[::1",
        "[::1]evil.example",
        "[::1]:",
        "::1",
        "[::ffff:127.0.0.1]",
        "l\u{f6}calhost",
        "%6c%6f%63%61%6c%68%6f%73%74",
    ] {
        let request = Request::call("echo", json!({"text": "hi"})).with("Host", host);
        let response = house.say(&request).await;
        assert_eq!(response.status(), 403, "{host}");
        assert_eq!(response.code(), -32600);
    }
    assert_eq!(house.effects(), 0);
}

#[tokio::test]
async fn case1_one_host_header_must_stand_there() {
    let house = House::open().await;
    let call = Request::call("echo", json!({"text": "hi"}));
    let none = call.clone().without("Host");
    let two = call.clone().header("Host", "localhost");
    let other = call.clone().header("host", "evil.example");
    let other_first = call
        .without("Host")
        .header("Host", "evil.example")
        .header("Host", "localhost");
    for request in [none, two, other, other_first] {
        assert_eq!(house.say(&request).await.status(), 403, "{request:?}");
    }
    assert_eq!(house.effects(), 0);
}

#[tokio::test]
async fn case1_an_absolute_target_must_name_us_as_the_header_does() {
    let house = House::open().await;
    let call = Request::call("echo", json!({"text": "hi"}));
    for target in [
        "http://evil.example/mcp",
        "http://localhost@evil.example/mcp",
        "http://evil.example@localhost/mcp",
        "http://localhost:80@evil.example/mcp",
        "http://user:password@localhost/mcp",
        "http://evil.example:80/mcp",
    ] {
        let response = house.say(&call.clone().to(target)).await;
        assert!(matches!(response.status(), 400 | 403), "{target}");
    }
    let ours = call.to("http://localhost/mcp");
    let foreign = ours.clone().with("Host", "evil.example");
    assert_eq!(house.say(&foreign).await.status(), 403);
    assert_eq!(house.say(&ours.clone().without("Host")).await.status(), 403);
    assert_eq!(house.effects(), 0);
    assert_eq!(house.say(&ours).await.told(), "hi");
}

#[tokio::test]
async fn case1_our_own_names_pass_with_any_port_and_case() {
    let house = House::with(Options::default().host("Tools.Example.com")).await;
    let port = house.address.port();
    for host in [
        "localhost".to_owned(),
        format!("localhost:{port}"),
        "LocalHost:1".to_owned(),
        format!("127.0.0.1:{port}"),
        "127.0.0.1".to_owned(),
        format!("[::1]:{port}"),
        "tools.example.com".to_owned(),
        "TOOLS.example.com:443".to_owned(),
    ] {
        let request = Request::call("echo", json!({"text": "hi"})).with("Host", &host);
        assert_eq!(house.say(&request).await.told(), "hi", "{host}");
    }
}

#[tokio::test]
async fn case1_health_answers_every_host_with_a_constant() {
    let house = House::open().await;
    let plain = house.say(&Request::bare("GET", "/healthz")).await;
    assert_eq!((plain.status(), plain.text().as_str()), (200, "ok\n"));
    for host in ["evil.example", "localhost@evil.example", ""] {
        let request = Request::bare("GET", "/healthz").with("Host", host);
        let request = request.header("Origin", "http://evil.example");
        let response = house.say(&request).await;
        assert_eq!((response.status(), &response.body), (200, &plain.body));
        assert_eq!(response.head.header("access-control-allow-origin"), None);
    }
    let absolute = Request::bare("GET", "http://evil.example/healthz").without("Host");
    assert_eq!(house.say(&absolute).await.body, plain.body);
    let posted = house.say(&Request::bytes("{}").to("/healthz")).await;
    assert_eq!(posted.status(), 405);
}
