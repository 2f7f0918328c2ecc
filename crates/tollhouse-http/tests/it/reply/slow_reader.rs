//! A peer that does not read what it asked for holds little, and not for ever.

use std::time::Duration;

use serde_json::json;
use tollhouse_http::Options;

use crate::language::{House, Peer, Request, Watch, resident_bytes};

#[tokio::test]
async fn r5_a_reader_that_never_reads_holds_no_more_than_the_buffers() {
    let house = House::open().await;
    house.say(&flood(1)).await;
    let before = resident_bytes();
    let mut peers = Vec::new();
    for _ in 0..20 {
        let mut peer = Peer::connect(house.address).await;
        peer.send(flood(10_000).wire()).await;
        peers.push(peer);
    }
    for peer in &peers {
        peer.readable().await;
    }
    // Someone else is still served, and by then the others have filled what there is to fill.
    let echo = Request::call("echo", json!({"text": "hi"}));
    for _ in 0..100 {
        assert_eq!(house.say(&echo).await.told(), "hi");
    }
    let grown = resident_bytes().saturating_sub(before);
    assert!(grown < 20 << 20, "{grown} bytes for 20 readers");
    assert_eq!(
        house.book.read(|page| page.finished),
        101,
        "no flood has ended"
    );
}

#[tokio::test]
async fn r5_a_reader_that_never_reads_is_left() {
    let limit = Duration::from_millis(200);
    let house = House::with(Options::default().write_timeout(limit)).await;
    let mut peer = Peer::connect(house.address).await;
    peer.send(flood(10_000).wire()).await;
    house.book.until(|page| page.cancelled() == 1).await;
    assert_eq!(house.book.read(|page| (page.gone, page.finished)), (1, 0));
    peer.closed().await;
}

#[tokio::test]
async fn r5_a_large_body_that_nobody_reads_is_given_up() {
    let limit = Duration::from_millis(200);
    let house = House::with(Options::default().write_timeout(limit).connections_max(1)).await;
    let mut peer = Peer::connect(house.address).await;
    peer.send(large().wire()).await;
    peer.readable().await;
    while house.say(&Request::bare("GET", "/healthz")).await.status() == 503 {}
    drop(peer);
}

#[tokio::test]
async fn r5_a_reader_that_is_only_slow_gets_everything() {
    let limit = Duration::from_secs(1);
    let options = Options::default()
        .header_timeout(limit)
        .write_timeout(limit);
    let house = House::with(options).await;
    let mut peer = Peer::connect(house.address).await;
    peer.send(large().wire()).await;
    let head = peer.head().await;
    let mut left: usize = head.header("content-length").unwrap().parse().unwrap();
    // Slow on purpose: well beyond the limit in all, with no pause near the limit, also on a busy machine.
    let watch = Watch::default();
    let step = left / 30;
    while left > 0 {
        tokio::time::sleep(limit / 10).await;
        let taken = peer.take(step.min(left)).await;
        left -= taken.len();
    }
    assert!(watch.elapsed() > limit * 2);
}

/// Each event fills a good part of a packet.
fn flood(steps: u32) -> Request {
    Request::call("count", json!({"steps": steps, "bytes": 4096})).watched()
}

/// What tools say is cut to what a model can read; a resource is given whole.
fn large() -> Request {
    let uri = "note:large";
    Request::rpc("resources/read", json!({"uri": uri})).header("Mcp-Name", uri)
}
