//! Thousands of streams on which nothing happens, and one change that all of them hear.

use std::{net::SocketAddr, time::Duration};

use serde_json::json;
use tokio::task::JoinSet;
use tollhouse_core::Change;
use tollhouse_http::Options;

use super::{crowd::Crowd, report};
use crate::language::{House, Peer, Request, Watch, resident_bytes, within};

/// Needs about 18,500 descriptors, as both ends are in this process.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes most of a minute and of the machine"]
async fn soak_r4_idle_streams() {
    let house = House::with(Options::default().keep_alive(Duration::from_secs(2))).await;
    let before = resident_bytes();
    let mut peers = Vec::with_capacity(STREAMS);
    for _ in 0..STREAMS {
        peers.push(listen(house.address).await);
    }
    let each = resident_bytes().saturating_sub(before) / u64::try_from(STREAMS).unwrap();
    let crowd = Crowd::gather(house.address, 20, 200);
    tokio::time::sleep(Duration::from_secs(10)).await;
    let watch = Watch::default();
    house.server.hub().publish(&Change::Tools);
    let mut hearing = JoinSet::new();
    for mut peer in peers {
        hearing.spawn(async move {
            let changed = peer.event().await.unwrap();
            assert!(changed.get("method").is_some());
            peer
        });
    }
    let peers = within(HEARD_WITHIN * 3, hearing.join_all()).await;
    let heard = watch.elapsed();
    let figures = crowd.disperse().await;
    report(&format!(
        "{STREAMS} streams, {each} bytes each with the client's half; \
         all heard a change after {heard:.1?}; beside them {figures}"
    ));
    assert!(each <= 3 * 40 * 1024);
    let watch = Watch::default();
    drop(peers);
    house.stop();
    house.stopped().await;
    report(&format!("stopped after {:.1?}", watch.elapsed()));
}

async fn listen(address: SocketAddr) -> Peer {
    let mut peer = Peer::connect(address).await;
    let filter = json!({"notifications": {"toolsListChanged": true}});
    peer.send(Request::rpc("subscriptions/listen", filter).wire())
        .await;
    assert_eq!(peer.head().await.status, 200);
    peer.event().await.unwrap();
    peer
}

const STREAMS: usize = 9_000;
const HEARD_WITHIN: Duration = Duration::from_secs(3);
