//! A client that leaves ends its request: the work is dropped, the journal has its line, nothing stays.

use std::time::Duration;

use serde_json::json;
use tokio::runtime::Handle;

use crate::language::{House, Peer, Request, Watch, within};

#[tokio::test]
async fn case18_e62_leaving_before_any_answer_drops_the_work() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    peer.send(Request::call("slow", json!({})).wire()).await;
    house.book.until(|page| page.begun == 1).await;
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

#[tokio::test]
async fn case18_e62_leaving_a_stream_drops_the_work() {
    let house = House::open().await;
    let mut peer = Peer::connect(house.address).await;
    peer.send(Request::call("slow", json!({"steps": 1})).watched().wire())
        .await;
    assert!(peer.head().await.is_stream());
    assert!(peer.event().await.is_some());
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
