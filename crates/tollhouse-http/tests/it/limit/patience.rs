//! Peers that are slow at something are left, each within its limit.

use std::time::Duration;

use serde_json::json;
use tollhouse_http::Options;

use crate::language::{House, Peer, Request, Watch};

#[tokio::test]
async fn r3_a_peer_that_says_nothing_is_left() {
    let house = House::with(Options::default().header_timeout(LIMIT)).await;
    let mut peer = Peer::connect(house.address).await;
    left_after(&mut peer, "nothing was said").await;
}

#[tokio::test]
async fn r3_a_peer_that_dribbles_its_headers_is_left() {
    let house = House::with(Options::default().header_timeout(LIMIT)).await;
    let mut peer = Peer::connect(house.address).await;
    let watch = Watch::default();
    peer.send("POST /mcp HTTP/1.1\r\nHost: localhost\r\nX-Long: ")
        .await;
    // Each byte comes well within the limit; all together must not.
    let mut bytes = 0;
    loop {
        tokio::select! {
            () = peer.closed() => break,
            () = tokio::time::sleep(LIMIT / 10) => {}
        }
        // After the end a write may still succeed once.
        if peer.try_send(b"x").await.is_err() {
            break;
        }
        bytes += 1;
    }
    assert!(bytes > 1, "left before the limit");
    watch.assert_within(LIMIT);
}

#[tokio::test]
async fn r3_a_peer_that_dribbles_its_body_is_told_and_left() {
    let house = House::with(Options::default().body_timeout(LIMIT)).await;
    let mut peer = Peer::connect(house.address).await;
    let call = Request::call("echo", json!({"text": "hi"}));
    let watch = Watch::default();
    peer.send(call.head()).await;
    let mut body = call.content().iter();
    let response = loop {
        let Some(byte) = body.next() else {
            break peer.response().await;
        };
        tokio::select! {
            biased;
            () = peer.readable() => break peer.response().await,
            () = tokio::time::sleep(LIMIT / 10) => {}
        }
        peer.send([*byte]).await;
    };
    watch.assert_within(LIMIT);
    response.assert(408, -32600);
    assert!(response.head.closes());
    peer.closed().await;
    assert_eq!(house.effects(), 0);
}

#[tokio::test]
async fn r3_a_body_that_never_comes_is_given_up() {
    let house = House::with(Options::default().body_timeout(LIMIT)).await;
    let call = Request::call("echo", json!({"text": "hi"}));
    let mut half = call.chunked(16);
    half.truncate(call.head().len() + 40);
    for wire in [call.head(), half] {
        let mut peer = Peer::connect(house.address).await;
        let watch = Watch::default();
        peer.send(wire).await;
        assert_eq!(peer.response().await.status(), 408);
        watch.assert_within(LIMIT);
    }
}

#[tokio::test]
async fn r3_a_body_that_breaks_off_has_no_effect() {
    let house = House::open().await;
    let call = Request::call("echo", json!({"text": "hi"}));
    for wire in [call.wire(), call.chunked(16)] {
        let mut peer = Peer::connect(house.address).await;
        peer.send(&wire[..wire.len() - 6]).await;
        peer.finish().await;
        peer.closed().await;
    }
    assert_eq!(house.effects(), 0);
}

#[tokio::test]
async fn r3_an_idle_connection_is_closed() {
    let house = House::with(Options::default().header_timeout(LIMIT)).await;
    let mut peer = Peer::connect(house.address).await;
    for _ in 0..2 {
        let call = Request::call("echo", json!({"text": "hi"}));
        assert_eq!(peer.say(&call).await.told(), "hi");
    }
    left_after(&mut peer, "all was answered").await;
}

#[tokio::test]
async fn r3_limits_on_headers_do_not_touch_calls_and_streams() {
    let limit = Duration::from_millis(200);
    let options = Options::default()
        .header_timeout(limit)
        .body_timeout(limit)
        .keep_alive(limit);
    let house = House::with(options).await;
    let mut calling = Peer::connect(house.address).await;
    calling.send(Request::call("slow", json!({})).wire()).await;
    let mut listening = Peer::connect(house.address).await;
    let filter = json!({"notifications": {"toolsListChanged": true}});
    listening
        .send(Request::rpc("subscriptions/listen", filter).wire())
        .await;
    listening.head().await;
    listening.event().await.unwrap();
    for _ in 0..10 {
        assert_eq!(listening.block().await.as_deref(), Some(": alive"));
    }
    house.book.release();
    assert_eq!(calling.response().await.told(), "released");
}

async fn left_after(peer: &mut Peer, what: &str) {
    let watch = Watch::default();
    peer.closed().await;
    let took = watch.elapsed();
    assert!(took >= LIMIT / 2, "left after {took:?} when {what}");
    watch.assert_within(LIMIT);
}

/// Long enough that a busy machine does not run out of it.
const LIMIT: Duration = Duration::from_secs(1);
