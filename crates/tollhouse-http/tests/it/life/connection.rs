//! What HTTP/1 allows on one connection, and what it does not.

use serde_json::json;

use crate::language::{House, Peer, Request};

#[tokio::test]
async fn e31_a_connection_is_used_again_and_again() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    for number in 0..100 {
        let response = peer.say(&echo(number)).await;
        assert_eq!(response.at("/id"), json!(number));
        assert_eq!(response.head.header("connection"), None);
    }
    for refused in [
        echo(1).verb("GET"),
        echo(1).with("Content-Type", "text/plain"),
        echo(1).with("Mcp-Name", "other"),
        echo(1).to("/nowhere"),
        echo(1).with("Host", "evil.example"),
        echo(1).with("Accept", "text/html"),
        echo(1).body("{"),
    ] {
        assert!(peer.say(&refused).await.status() >= 400);
        assert_eq!(peer.say(&echo(7)).await.at("/id"), json!(7), "{refused:?}");
    }
}

#[tokio::test]
async fn e31_requests_in_one_packet_are_answered_in_order() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    let many: Vec<u8> = (0..20).flat_map(|number| echo(number).wire()).collect();
    peer.send(many).await;
    for number in 0..20 {
        assert_eq!(peer.response().await.at("/id"), json!(number));
    }
    let stream = Request::call("count", json!({"steps": 2})).watched();
    let mixed = [stream.wire(), echo(1).verb("GET").wire(), echo(2).wire()].concat();
    peer.send(mixed).await;
    assert!(peer.head().await.is_stream());
    while peer.event().await.is_some() {}
    assert_eq!(peer.response().await.status(), 405);
    assert_eq!(peer.response().await.at("/id"), json!(2));
}

#[tokio::test]
async fn e31_a_request_may_come_byte_by_byte() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    for byte in echo(1).wire() {
        peer.send([byte]).await;
        tokio::task::yield_now().await;
    }
    assert_eq!(peer.response().await.told(), "hi");
}

#[tokio::test]
async fn e31_a_client_may_say_that_a_request_is_its_last() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    let response = peer.say(&echo(1).header("Connection", "close")).await;
    assert_eq!(response.told(), "hi");
    assert!(response.head.closes());
    peer.closed().await;
}

#[tokio::test]
async fn e31_http_1_0_is_answered_and_closed() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    let response = peer.say(&echo(1).protocol("HTTP/1.0")).await;
    assert_eq!(response.told(), "hi");
    peer.closed().await;
    let mut peer = Peer::connect(house.address).await;
    let kept = echo(1)
        .protocol("HTTP/1.0")
        .header("Connection", "keep-alive");
    for _ in 0..3 {
        assert_eq!(peer.say(&kept).await.told(), "hi");
    }
    let without_host = echo(1).protocol("HTTP/1.0").without("Host");
    assert_eq!(house.say(&without_host).await.status(), 403);
}

#[tokio::test]
async fn e31_http_1_0_gets_its_stream_without_chunks() {
    let house = House::open().await;
    let counted = Request::call("count", json!({"steps": 2})).watched();
    let response = house.say(&counted.protocol("HTTP/1.0")).await;
    assert!(response.head.is_stream());
    assert_eq!(response.head.header("transfer-encoding"), None);
    let text = response.text();
    assert_eq!(text.matches("event: message\ndata: ").count(), 3);
    assert!(text.contains("2 steps"));
}

#[tokio::test]
async fn case13_two_ways_to_tell_a_bodys_end_are_no_way_to_smuggle() {
    let house = House::open().await;
    let hidden = echo(666).wire();
    let call = echo(1);
    let length = call.content().len();
    for (name, value) in [
        ("Content-Length", (length + hidden.len()).to_string()),
        ("Content-Length", "1".to_owned()),
        ("Content-Length", format!("+{length}")),
        ("Content-Length", format!("{length}, {length}")),
        ("Transfer-Encoding", "identity".to_owned()),
        ("Transfer-Encoding", "xchunked".to_owned()),
        ("Transfer-Encoding", "chunked, identity".to_owned()),
        ("Transfer-Encoding ", "chunked".to_owned()),
    ] {
        let mut peer = Peer::connect(house.address).await;
        peer.send([call.clone().header(name, &value).wire(), hidden.clone()].concat())
            .await;
        let response = peer.response().await;
        let status = response.status();
        assert!((400..500).contains(&status), "{name}: {value}: {status}");
        peer.closed().await;
    }
    assert_eq!(house.effects(), 0);
}

#[tokio::test]
async fn case13_chunks_rule_where_both_ends_are_told_and_nothing_follows() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    let mut wire = echo(1).header("Transfer-Encoding", "chunked").head();
    wire.extend_from_slice(b"0\r\n\r\n");
    wire.extend_from_slice(&echo(2).wire());
    peer.send(wire).await;
    peer.response().await.assert(400, -32700);
    peer.closed().await;
    assert_eq!(
        house.effects(),
        0,
        "what followed was not taken for a request"
    );
}

#[tokio::test]
async fn case9_bytes_that_are_no_http_are_answered_or_left() {
    let house = House::open().await;
    for bytes in [
        b"\r\n\r\n\r\n\r\nx\r\n\r\n".as_slice(),
        b"GET\r\n\r\n",
        b"POST /mcp\r\n\r\n",
        b"POST /mcp HTTP/9.9\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST /mcp HTTP/1.1\r\nHost: localhost\r\n X: folded\r\n\r\n",
        b"POST /mcp HTTP/1.1\r\nHost : localhost\r\n\r\n",
        b"POST /mcp HTTP/1.1\r\nHost: local\x00host\r\n\r\n",
        b"POST /m\x00cp HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST http:// HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ] {
        let mut peer = Peer::connect(house.address).await;
        peer.send(bytes).await;
        peer.finish().await;
        while peer.fill().await {}
        let text = String::from_utf8_lossy(peer.unread()).into_owned();
        let is_refusal = text.is_empty() || text.starts_with("HTTP/1.1 4");
        assert!(is_refusal, "{:?}: {text}", String::from_utf8_lossy(bytes));
    }
    assert_eq!(house.say(&echo(1)).await.told(), "hi");
}

#[tokio::test]
async fn case9_targets_without_a_path_are_refused() {
    let house = House::open().await;
    for request in [
        echo(1).verb("OPTIONS").to("*"),
        echo(1).verb("CONNECT").to("localhost:80"),
        echo(1).verb("CONNECT").to("evil.example:80"),
        echo(1).to("*"),
    ] {
        let response = house.say(&request).await;
        let status = response.status();
        assert!((400..500).contains(&status), "{request:?}: {status}");
    }
    assert_eq!(house.effects(), 0);
}

#[tokio::test]
async fn case9_an_upgrade_is_not_taken_up() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    for protocol in ["websocket", "h2c"] {
        let upgrade = echo(1)
            .header("Connection", "Upgrade")
            .header("Upgrade", protocol);
        assert_eq!(peer.say(&upgrade).await.told(), "hi");
    }
}

fn echo(id: u32) -> Request {
    Request::call("echo", json!({"text": "hi"})).put("/id", json!(id))
}
