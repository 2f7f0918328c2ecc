//! No more connections than there may be; whoever is one too many is told, and may come again.

use std::time::Duration;

use serde_json::json;
use tollhouse_http::Options;

use crate::language::{House, Peer, Request, Response, Watch};

#[tokio::test]
async fn r4_one_connection_too_many_is_told_when_to_come_again() {
    let house = House::with(Options::default().connections_max(2)).await;
    let mut inside = [
        Peer::connect(house.address).await,
        Peer::connect(house.address).await,
    ];
    for peer in &mut inside {
        assert_eq!(peer.say(&echo()).await.told(), "hi");
    }
    for _ in 0..3 {
        let watch = Watch::default();
        let mut peer = Peer::connect(house.address).await;
        assert_full(&peer.say(&echo()).await);
        peer.closed().await;
        watch.assert_within(Duration::from_secs(1));
    }
    for peer in &mut inside {
        assert_eq!(peer.say(&echo()).await.told(), "hi", "those inside go on");
    }
    let [leaving, staying] = inside;
    drop(leaving);
    let response = loop {
        let response = house.say(&echo()).await;
        if response.status() != 503 {
            break response;
        }
    };
    assert_eq!(response.told(), "hi");
    drop(staying);
    assert_eq!(
        house.effects(),
        5,
        "whoever was turned away has had no effect"
    );
}

#[tokio::test]
async fn r4_a_crowd_before_the_door_does_not_stop_those_inside() {
    let house = House::with(Options::default().connections_max(1)).await;
    let mut inside = Peer::connect(house.address).await;
    assert_eq!(inside.say(&echo()).await.told(), "hi");
    let mut silent = Vec::new();
    for _ in 0..300 {
        silent.push(Peer::connect(house.address).await);
    }
    for _ in 0..50 {
        assert_eq!(inside.say(&echo()).await.told(), "hi");
    }
    let watch = Watch::default();
    for peer in &mut silent {
        peer.closed().await;
    }
    watch.assert_within(Duration::from_secs(2));
}

fn echo() -> Request {
    Request::call("echo", json!({"text": "hi"}))
}

#[track_caller]
fn assert_full(response: &Response) {
    assert_eq!(response.status(), 503);
    assert_eq!(response.head.header("retry-after"), Some("5"));
    assert!(response.head.closes());
}
