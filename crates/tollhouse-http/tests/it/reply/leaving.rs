//! A client that leaves ends its request: the work is dropped, the journal has its line, nothing stays.

use std::time::Duration;

use serde_json::json;
use tokio::runtime::Handle;
use tollhouse_http::Options;

use crate::language::{House, PATIENCE, Peer, Request, Watch, processor_time, within};

#[tokio::test]
async fn case18_e62_leaving_before_any_answer_drops_the_work() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    peer.send(Request::call("slow", json!({})).wire()).await;
    house.book.until(|page| page.begun == 1).await;
    leave(&house, peer).await;
}

#[tokio::test]
async fn case18_e62_leaving_a_stream_drops_the_work() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    peer.send(Request::call("slow", json!({"steps": 1})).watched().wire())
        .await;
    assert!(peer.head().await.is_stream());
    assert!(peer.event().await.is_some());
    leave(&house, peer).await;
}

#[tokio::test]
async fn case18_closing_only_our_half_is_leaving_too() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    peer.send(Request::call("slow", json!({})).wire()).await;
    house.book.until(|page| page.begun == 1).await;
    peer.finish().await;
    house.book.until(|page| page.cancelled() == 1).await;
    peer.closed().await;
}

#[tokio::test]
async fn case18_e62_leaving_with_one_byte_more_on_the_way_drops_the_work() {
    leaving_behind(b"P").await;
}

#[tokio::test]
async fn case18_e62_leaving_with_requests_more_on_the_way_drops_the_work() {
    let slow = Request::call("slow", json!({})).wire();
    leaving_behind(&slow).await;
    leaving_behind(&slow.repeat(50)).await;
}

#[tokio::test]
async fn case18_closing_only_our_half_with_more_on_the_way_is_leaving_too() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    let slow = Request::call("slow", json!({}));
    peer.send(slow.wire().repeat(2)).await;
    house.book.until(|page| page.begun == 1).await;
    let watch = Watch::default();
    peer.finish().await;
    left(&house).await;
    watch.assert_within(Duration::from_secs(1));
    peer.closed().await;
}

#[tokio::test]
async fn case18_staying_with_more_on_the_way_gets_every_answer() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    let slow = |id: u32| Request::call("slow", json!({"steps": id % 2})).put("/id", json!(id));
    peer.send([slow(2).wire(), slow(1).watched().wire()].concat())
        .await;
    house.book.until(|page| page.begun == 1).await;
    for byte in slow(4).wire() {
        peer.send([byte]).await;
        turns().await;
    }
    assert_eq!(house.book.read(|page| (page.begun, page.gone)), (1, 0));
    house.book.release();
    assert_eq!(peer.response().await.at("/id"), json!(2));
    assert!(peer.head().await.is_stream());
    assert!(peer.event().await.unwrap().get("method").is_some());
    let last = peer.event().await.unwrap();
    assert_eq!(last.pointer("/id"), Some(&json!(1)));
    assert_eq!(peer.event().await, None);
    assert_eq!(peer.response().await.at("/id"), json!(4));
    assert_eq!(house.book.read(|page| page.cancelled()), 0);
}

#[tokio::test]
async fn case18_waiting_with_more_on_the_way_takes_no_turns() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    peer.send(Request::call("slow", json!({})).wire().repeat(2))
        .await;
    house.book.until(|page| page.begun == 1).await;
    turns().await;
    let before = processor_time();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let spent = processor_time() - before;
    assert!(spent < Duration::from_millis(150), "spun for {spent:?}");
    peer.reset();
    left(&house).await;
}

#[tokio::test]
async fn case18_r8_two_hundred_that_leave_stay_nowhere() {
    let house = House::open().await;
    let before = Handle::current().metrics().num_alive_tasks();
    for round in 1..=200 {
        let mut peer = Peer::connect(house.address).await;
        let call = Request::call("slow", json!({"steps": round % 2})).watched();
        peer.send(call.wire()).await;
        house.book.until(|page| page.begun == round).await;
        if round % 2 == 1 {
            assert!(peer.head().await.is_stream());
        }
        drop(peer);
    }
    house
        .book
        .until(|page| page.gone == 200 && page.cancelled() == 200)
        .await;
    assert_eq!(
        house.book.read(|page| (page.finished, page.records.len())),
        (0, 200)
    );
    let settled = async {
        while Handle::current().metrics().num_alive_tasks() > before {
            tokio::task::yield_now().await;
        }
    };
    within(Duration::from_secs(3), settled).await;
}

/// Leaves in the middle of a call and of a stream, by either way, when more than the call has been sent.
async fn leaving_behind(more: &[u8]) {
    let silent = Request::call("slow", json!({}));
    let stream = Request::call("slow", json!({"steps": 1})).watched();
    for begun in [silent.wire(), stream.wire()] {
        for leave in [drop::<Peer>, Peer::reset] {
            leaving_after(&[&[&begun, more].concat()], leave).await;
            leaving_after(&[&begun, more], leave).await;
        }
    }
}

async fn leaving_after(pieces: &[&[u8]], leave: fn(Peer)) {
    let house = House::with(Options::default().connections_max(1)).await;
    let mut peer = Peer::connect(house.address).await;
    for piece in pieces {
        peer.send(piece).await;
        house.book.until(|page| page.begun == 1).await;
        turns().await;
    }
    let watch = Watch::default();
    leave(peer);
    left(&house).await;
    watch.assert_within(Duration::from_secs(1));
}

/// Asserts that the one call under way is dropped, that it is in the journal, and that its connection's
/// place is free.
async fn left(house: &House) {
    house
        .book
        .until(|page| page.gone == 1 && page.cancelled() == 1)
        .await;
    assert_eq!(
        house.book.read(|page| (page.finished, page.records.len())),
        (0, 1)
    );
    let freed =
        async { while house.say(&Request::bare("GET", "/healthz")).await.status() == 503 {} };
    within(PATIENCE, freed).await;
}

/// Lets the server, which shares this thread, look at its sockets.
async fn turns() {
    for _ in 0..20 {
        tokio::task::yield_now().await;
    }
}

/// Leaves, and sees the work dropped in time, with its one line in the journal.
async fn leave(house: &House, peer: Peer) {
    let watch = Watch::default();
    drop(peer);
    house
        .book
        .until(|page| page.gone == 1 && page.cancelled() == 1)
        .await;
    watch.assert_within(Duration::from_secs(1));
    assert_eq!(
        house.book.read(|page| (page.finished, page.records.len())),
        (0, 1)
    );
}
