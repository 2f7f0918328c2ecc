//! A stream of events, only where something comes before the result.

use serde_json::{Value, json};

use crate::language::{House, Peer, Request};

#[tokio::test]
async fn e60_events_come_first_and_the_result_ends_the_stream() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    peer.send(Request::call("count", json!({"steps": 3})).watched().wire())
        .await;
    let head = peer.head().await;
    assert_eq!((head.status, head.is_stream()), (200, true));
    assert_eq!(head.header("x-accel-buffering"), Some("no"));
    assert_eq!(head.header("cache-control"), Some("no-store"));
    for step in 1..=3 {
        let event = peer.event().await.unwrap();
        assert_eq!(
            event.pointer("/method"),
            Some(&json!("notifications/progress"))
        );
        assert_eq!(
            event.pointer("/params/progressToken"),
            Some(&json!("token"))
        );
        let progress = event.pointer("/params/progress");
        assert_eq!(progress.and_then(Value::as_f64), Some(f64::from(step)));
        assert_eq!(event.pointer("/id"), None);
    }
    let result = peer.event().await.unwrap();
    assert_eq!(result.pointer("/id"), Some(&json!(1)));
    assert_eq!(
        result.pointer("/result/content/0/text"),
        Some(&json!("3 steps"))
    );
    assert_eq!(peer.event().await, None);
    let next = peer
        .say(&Request::call("echo", json!({"text": "hi"})))
        .await;
    assert_eq!(next.told(), "hi", "the connection can be used again");
}

#[tokio::test]
async fn e56_nothing_before_the_result_means_plain_json() {
    let house = House::open().await;
    let unwatched = Request::call("count", json!({"steps": 3}));
    assert_eq!(house.say(&unwatched).await.told(), "3 steps");
    let silent = Request::call("echo", json!({"text": "hi"})).watched();
    assert_eq!(house.say(&silent).await.told(), "hi");
    let refused = silent.with("Mcp-Name", "other");
    house.say(&refused).await.assert(400, -32020);
}

#[tokio::test]
async fn e56_a_client_that_takes_only_json_gets_the_result_alone() {
    let house = House::open().await;
    let counted = Request::call("count", json!({"steps": 100})).watched();
    let response = house.say(&counted.with("Accept", "application/json")).await;
    assert_eq!(response.told(), "100 steps");
}

#[tokio::test]
async fn e60_an_event_is_on_the_wire_before_the_tool_has_ended() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    peer.send(Request::call("slow", json!({"steps": 1})).watched().wire())
        .await;
    assert!(peer.head().await.is_stream());
    assert!(peer.event().await.is_some());
    assert_eq!(house.book.read(|page| page.finished), 0);
    house.book.release();
    let result = peer.event().await.unwrap();
    assert_eq!(
        result.pointer("/result/content/0/text"),
        Some(&json!("released"))
    );
}

#[tokio::test]
async fn e58_nothing_on_a_stream_asks_the_client() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    let capabilities = "/params/_meta/io.modelcontextprotocol~1clientCapabilities";
    let ask = Request::call("ask", json!({})).watched();
    let ask = ask.put(capabilities, json!({"elicitation": {}}));
    peer.send(ask.with("Accept", "text/event-stream").wire())
        .await;
    peer.head().await;
    while let Some(message) = peer.event().await {
        let is_request = message.get("method").is_some() && message.get("id").is_some();
        assert!(!is_request, "{message}");
    }
}

#[tokio::test]
async fn e61_a_message_is_one_line_whatever_it_says() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    let text = "a\nb\r\nc\rd\u{2028}e\n\ndata: f\n\nevent: g";
    let echo = Request::call("echo", json!({"text": text}));
    peer.send(echo.with("Accept", "text/event-stream").wire())
        .await;
    peer.head().await;
    let result = peer.event().await.unwrap();
    // A carriage return that ends no line steers a terminal, and is not sent at all.
    let text = text.replace("c\rd", "cd");
    assert_eq!(result.pointer("/result/content/0/text"), Some(&json!(text)));
    assert_eq!(peer.event().await, None);
}
