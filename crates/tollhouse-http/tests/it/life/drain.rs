//! A server that stops: nothing under way is lost, nothing new begins, and it does end.

use std::{io::Write as _, net::SocketAddr, time::Duration};

use serde_json::json;
use tokio::{net::TcpStream, runtime::Handle, task::JoinSet};
use tokio_util::sync::CancellationToken;
use tollhouse_http::Options;

use crate::language::{House, Peer, Request, Watch, within};

#[tokio::test]
async fn r14_requests_under_way_are_finished_and_their_connections_closed() {
    let house = House::open().await;
    let mut plain = Peer::connect(house.address).await;
    plain.send(slow().wire()).await;
    let mut streaming = Peer::connect(house.address).await;
    streaming
        .send(Request::call("slow", json!({"steps": 1})).watched().wire())
        .await;
    assert!(streaming.head().await.is_stream());
    assert!(streaming.event().await.is_some());
    house.book.until(|page| page.begun == 2).await;
    house.stop();
    refused(&house).await;
    house.book.release();
    let response = plain.response().await;
    assert_eq!(response.told(), "released");
    assert!(response.head.closes());
    plain.closed().await;
    let result = streaming.event().await.unwrap();
    assert_eq!(
        result.pointer("/result/content/0/text"),
        Some(&json!("released"))
    );
    assert_eq!(streaming.event().await, None);
    streaming.closed().await;
    house.stopped_within(Duration::from_secs(5)).await;
    assert_eq!(
        house.book.read(|page| (page.finished, page.cancelled())),
        (2, 0)
    );
}

#[tokio::test]
async fn r14_new_connections_are_refused_at_once() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    peer.send(slow().wire()).await;
    house.book.until(|page| page.begun == 1).await;
    let watch = Watch::default();
    house.stop();
    refused(&house).await;
    watch.assert_within(Duration::from_millis(100));
    house.book.release();
    assert_eq!(peer.response().await.told(), "released");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r14_of_requests_that_were_sent_none_fails() {
    for _ in 0..10 {
        let house = House::open().await;
        let stopping = CancellationToken::new();
        let mut callers = JoinSet::new();
        for _ in 0..8 {
            callers.spawn(until_told(house.address, stopping.clone()));
        }
        house.book.until(|page| page.finished > 50).await;
        house.stop();
        refused(&house).await;
        stopping.cancel();
        within(Duration::from_secs(5), callers.join_all()).await;
        house.stopped_within(Duration::from_secs(5)).await;
        let counted = house
            .book
            .read(|page| (page.begun, page.finished, page.cancelled()));
        assert_eq!(counted, (counted.0, counted.0, 0));
    }
}

#[tokio::test]
async fn r14_whoever_got_through_before_the_stop_is_served() {
    let house = House::open().await;
    // Connected by the kernel alone: the server has had no chance to look.
    let mut waiting = std::net::TcpStream::connect(house.address).unwrap();
    waiting.write_all(&echo().wire()).unwrap();
    house.stop();
    waiting.set_nonblocking(true).unwrap();
    let mut peer = Peer::over(TcpStream::from_std(waiting).unwrap());
    let response = peer.response().await;
    assert_eq!(response.told(), "hi");
    assert!(response.head.closes());
}

#[tokio::test]
async fn r14_idle_and_silent_connections_do_not_hold_it_up() {
    let house = House::open().await;
    let mut idle = Peer::connect(house.address).await;
    assert_eq!(idle.say(&echo()).await.told(), "hi");
    let mut silent = Peer::connect(house.address).await;
    let watch = Watch::default();
    house.stop();
    idle.closed().await;
    silent.closed().await;
    drop((idle, silent));
    house.stopped_within(Duration::from_secs(6)).await;
    watch.assert_within(Duration::from_secs(2));
}

#[tokio::test]
async fn r14_with_nothing_under_way_it_ends_at_once() {
    let house = House::open().await;
    assert_eq!(house.say(&echo()).await.told(), "hi");
    let watch = Watch::default();
    house.stop();
    house.stopped().await;
    watch.assert_within(Duration::from_millis(100));
}

#[tokio::test]
async fn r14_what_is_stuck_is_cut_when_the_time_is_up() {
    let limit = Duration::from_millis(700);
    let before = Handle::current().metrics().num_alive_tasks();
    let house = House::with(Options::default().drain_timeout(limit)).await;
    let mut never_ending = Peer::connect(house.address).await;
    never_ending.send(slow().wire()).await;
    let mut never_reading = Peer::connect(house.address).await;
    let flood = Request::call("count", json!({"steps": 100_000, "bytes": 4096})).watched();
    never_reading.send(flood.wire()).await;
    let mut half_asked = Peer::connect(house.address).await;
    half_asked.send("POST /mcp HTTP/1.1\r\nHost: local").await;
    let mut half_sent = Peer::connect(house.address).await;
    half_sent.send(echo().head()).await;
    house.book.until(|page| page.begun == 2).await;
    never_reading.readable().await;
    let watch = Watch::default();
    house.stop();
    house.stopped().await;
    watch.assert_within(limit);
    never_ending.closed().await;
    half_asked.closed().await;
    half_sent.closed().await;
    let counted = house
        .book
        .read(|page| (page.gone, page.finished, page.cancelled()));
    assert_eq!(counted, (2, 0, 2), "the journal has its lines");
    assert_eq!(Handle::current().metrics().num_alive_tasks(), before);
}

#[tokio::test]
async fn r14_a_server_that_is_dropped_leaves_nothing_behind() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    peer.send(slow().wire()).await;
    house.book.until(|page| page.begun == 1).await;
    house.abandon();
    peer.closed().await;
    house
        .book
        .until(|page| page.gone == 1 && page.cancelled() == 1)
        .await;
}

/// Calls until a response says that it was the last.
async fn until_told(address: SocketAddr, stopping: CancellationToken) {
    let mut peer = Peer::connect(address).await;
    loop {
        let is_last = stopping.is_cancelled();
        let response = peer.say(&echo()).await;
        assert_eq!(response.told(), "hi");
        if response.head.closes() {
            return peer.closed().await;
        }
        assert!(!is_last, "the server did not say that it closes");
        // Idle for most of the time, so that the stop finds most connections so.
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits until nobody listens any more.
async fn refused(house: &House) {
    while TcpStream::connect(house.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
}

fn echo() -> Request {
    Request::call("echo", json!({"text": "hi"}))
}

fn slow() -> Request {
    Request::call("slow", json!({}))
}
