//! A stream of changes stays open, says that it lives, and ends with a result.

use std::time::Duration;

use serde_json::{Value, json};
use tollhouse_core::Change;
use tollhouse_http::Options;

use crate::language::{House, Peer, Request};

#[tokio::test]
async fn e61_a_silent_stream_says_that_it_lives() {
    let house = House::with(Options::default().keep_alive(Duration::from_millis(20))).await;
    let mut peer = listen(&house).await;
    for _ in 0..3 {
        assert_eq!(peer.block().await.as_deref(), Some(": alive"));
    }
    house.server.hub().publish(&Change::Tools);
    let changed = peer.event().await.unwrap();
    let method = changed.pointer("/method");
    assert_eq!(method, Some(&json!("notifications/tools/list_changed")));
    assert_eq!(peer.block().await.as_deref(), Some(": alive"));
}

#[tokio::test]
async fn e61_a_silent_call_on_a_stream_says_that_it_lives_too() {
    let house = House::with(Options::default().keep_alive(Duration::from_millis(20))).await;
    let mut peer = Peer::connect(house.address).await;
    peer.send(Request::call("slow", json!({"steps": 1})).watched().wire())
        .await;
    peer.head().await;
    assert!(peer.block().await.unwrap().starts_with("event: message"));
    assert_eq!(peer.block().await.as_deref(), Some(": alive"));
    house.book.release();
    assert!(peer.event().await.unwrap().get("result").is_some());
}

#[tokio::test]
async fn e18_every_message_of_a_stream_names_the_request_that_opened_it() {
    let house = House::open().await;
    let mut peer = listen(&house).await;
    house.server.hub().publish(&Change::Tools);
    let changed = peer.event().await.unwrap();
    assert_eq!(subscription(&changed, "params"), Some(&json!(1)));
}

#[tokio::test]
async fn e61_a_stream_ends_with_a_result_when_the_server_stops() {
    let house = House::open().await;
    let mut peers = [listen(&house).await, listen(&house).await];
    house.stop();
    for peer in &mut peers {
        let last = peer.event().await.unwrap();
        assert_eq!(last.pointer("/id"), Some(&json!(1)));
        assert_eq!(last.pointer("/result/resultType"), Some(&json!("complete")));
        assert_eq!(subscription(&last, "result"), Some(&json!(1)));
        assert_eq!(peer.event().await, None);
        peer.closed().await;
    }
    house.stopped_within(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn e62_a_listener_that_leaves_frees_its_place() {
    let house = House::with(Options::default().connections_max(1)).await;
    for _ in 0..20 {
        drop(listen(&house).await);
        // The one place is free again as soon as the server has seen the end of the connection.
        while house.say(&Request::bare("GET", "/healthz")).await.status() == 503 {}
    }
}

/// Opens a stream of changes of tools, and reads up to its acknowledgement.
async fn listen(house: &House) -> Peer {
    let mut peer = Peer::connect(house.address).await;
    let filter = json!({"notifications": {"toolsListChanged": true}});
    peer.send(Request::rpc("subscriptions/listen", filter).wire())
        .await;
    let head = peer.head().await;
    assert_eq!((head.status, head.is_stream()), (200, true));
    assert_eq!(head.header("x-accel-buffering"), Some("no"));
    let acknowledged = peer.event().await.unwrap();
    assert_eq!(subscription(&acknowledged, "params"), Some(&json!(1)));
    peer
}

fn subscription<'a>(message: &'a Value, part: &str) -> Option<&'a Value> {
    message
        .get(part)?
        .get("_meta")?
        .get("io.modelcontextprotocol/subscriptionId")
}
