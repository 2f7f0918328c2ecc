//! No descriptor is left: the server waits for some without spinning, and goes on.

use std::{fs::File, time::Duration};

use serde_json::json;
use tokio::net::TcpSocket;

use super::report;
use crate::language::{House, Peer, Request, Watch};

/// Takes every descriptor that this process may have.
#[tokio::test]
#[ignore = "leaves nothing for tests beside it"]
async fn soak_r4_without_descriptors() {
    let house = House::open().await;
    let mut inside = Peer::connect(house.address).await;
    let echo = Request::call("echo", json!({"text": "hi"}));
    assert_eq!(inside.say(&echo).await.told(), "hi");
    let sockets: Vec<TcpSocket> = (0..50).map(|_| TcpSocket::new_v4().unwrap()).collect();
    let mut taken = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        taken.push(file);
    }
    let mut waiting = Vec::new();
    for socket in sockets {
        let mut peer = Peer::over(socket.connect(house.address).await.unwrap());
        peer.send(echo.wire()).await;
        waiting.push(peer);
    }
    let before = processor_time(&mut taken);
    for _ in 0..20 {
        assert_eq!(inside.say(&echo).await.told(), "hi", "those inside go on");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    taken.truncate(taken.len() - 100);
    let spent = processor_time(&mut taken) - before;
    let watch = Watch::default();
    for peer in &mut waiting {
        assert_eq!(peer.response().await.told(), "hi");
    }
    report(&format!(
        "2 s without descriptors took {spent:?} of the processor; 50 that waited were served after {:.1?}",
        watch.elapsed()
    ));
    assert!(spent < Duration::from_millis(600), "the server spins");
    watch.assert_within(Duration::from_secs(1));
}

/// How long this process has been on a processor. Looking takes a descriptor, which is given back.
fn processor_time(taken: &mut Vec<File>) -> Duration {
    taken.pop();
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    taken.extend(File::open("/dev/null"));
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let ticks: u64 = fields
        .split(' ')
        .skip(11)
        .take(2)
        .map(|field| field.parse::<u64>().unwrap())
        .sum();
    // Linux counts in hundredths of a second.
    Duration::from_millis(ticks * 10)
}
