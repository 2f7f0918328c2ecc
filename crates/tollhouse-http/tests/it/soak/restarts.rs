//! Stops under load, again and again: no request that was sent is lost.

use std::{net::SocketAddr, time::Duration};

use serde_json::json;
use tokio::{net::TcpStream, task::JoinSet, time::interval};

use super::report;
use crate::language::{House, Peer, Request, Watch, within};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes more than a minute"]
async fn soak_r14_restarts() {
    let (mut calls, mut slowest, mut deafest) = (0, Duration::ZERO, Duration::ZERO);
    for _ in 0..50 {
        let house = House::open().await;
        let callers: JoinSet<usize> = (0..CALLERS).map(|_| until_told(house.address)).collect();
        house.book.until(|page| page.finished > 250).await;
        let watch = Watch::default();
        house.stop();
        while TcpStream::connect(house.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        deafest = deafest.max(watch.elapsed());
        calls += within(Duration::from_secs(10), callers.join_all())
            .await
            .iter()
            .sum::<usize>();
        house.stopped().await;
        slowest = slowest.max(watch.elapsed());
        assert_eq!(house.book.read(|page| page.cancelled()), 0);
    }
    report(&format!(
        "50 stops under {CALLS_PER_SECOND} calls/s: {calls} calls, none failed; \
         nobody listened after {deafest:.1?}, all was over after {slowest:.1?}"
    ));
}

/// Calls at a steady rate until a response says that it was the last; gives how often.
async fn until_told(address: SocketAddr) -> usize {
    let mut peer = Peer::connect(address).await;
    let mut beat = interval(Duration::from_secs(1) * CALLERS / CALLS_PER_SECOND);
    let mut calls = 0;
    loop {
        beat.tick().await;
        let response = peer
            .say(&Request::call("echo", json!({"text": "hi"})))
            .await;
        assert_eq!(response.told(), "hi");
        calls += 1;
        if response.head.closes() {
            return calls;
        }
    }
}

const CALLERS: u32 = 50;
const CALLS_PER_SECOND: u32 = 500;
