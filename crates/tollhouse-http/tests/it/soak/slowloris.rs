//! Thousands of slow peers, and good traffic that does not notice them.

use std::{net::SocketAddr, time::Duration};

use tokio::{task::JoinSet, time::interval};

use super::{crowd::Crowd, report};
use crate::language::{House, Peer, Watch, descriptors, within};

/// Needs about 6,500 descriptors, as both ends are in this process.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes most of a minute and of the machine"]
async fn soak_r3_slowloris() {
    let house = House::open().await;
    let before = descriptors();
    let crowd = Crowd::gather(house.address, 20, 200);
    let mut slow = JoinSet::new();
    let head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\n";
    let body = "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n";
    for number in 0..3000 {
        slow.spawn(match number % 6 {
            0 => dribbling(house.address, format!("{head}{body}"), b" "),
            1 => dribbling(house.address, String::new(), b""),
            _ => dribbling(house.address, format!("{head}X-Slow: "), b"x"),
        });
        if number % 50 == 0 {
            tokio::task::yield_now().await;
        }
    }
    let mut lives = slow.join_all().await;
    let watch = Watch::default();
    let figures = crowd.disperse().await;
    let returned = async {
        while descriptors() > before {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    within(BACK_WITHIN * 3, returned).await;
    let back = watch.elapsed();
    lives.sort_unstable();
    let (first, last) = (lives.first().unwrap(), lives.last().unwrap());
    report(&format!(
        "{} slow peers closed after {first:.1?} to {last:.1?}; beside them {figures}; \
         descriptors back to {before} after {back:.1?}",
        lives.len(),
    ));
    assert!(*last <= CLOSED_WITHIN * 3);
}

/// Sends a beginning and then a byte every five seconds; gives how long the server bore it.
async fn dribbling(address: SocketAddr, beginning: String, byte: &'static [u8]) -> Duration {
    let mut peer = Peer::connect(address).await;
    let watch = Watch::default();
    peer.send(beginning).await;
    let mut beat = interval(Duration::from_secs(5));
    beat.tick().await;
    loop {
        tokio::select! {
            () = peer.closed() => return watch.elapsed(),
            _ = beat.tick() => {}
        }
        if !byte.is_empty() && peer.try_send(byte).await.is_err() {
            return watch.elapsed();
        }
    }
}

const CLOSED_WITHIN: Duration = Duration::from_secs(15);
const BACK_WITHIN: Duration = Duration::from_secs(30);
