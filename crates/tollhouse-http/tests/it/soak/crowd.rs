//! Good traffic at a steady rate, every answer checked and timed.

use std::{fmt, net::SocketAddr, time::Duration};

use serde_json::json;
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use crate::language::{Peer, Request, Watch};

/// Callers that go on calling until they are told to stop.
#[derive(Debug)]
pub(super) struct Crowd {
    callers: JoinSet<Vec<Duration>>,
    stop: CancellationToken,
}

/// How long the answers took, the shortest first.
#[derive(Debug)]
pub(super) struct Figures(Vec<Duration>);

impl Crowd {
    /// So many callers on a connection each, with so many calls a second in all.
    pub(super) fn gather(address: SocketAddr, callers: u32, calls_per_second: u32) -> Self {
        let stop = CancellationToken::new();
        let period = Duration::from_secs(1) * callers / calls_per_second;
        let crowd = (0..callers).map(|_| calling(address, period, stop.clone()));
        Self {
            callers: crowd.collect(),
            stop,
        }
    }

    /// Stops, and gives the figures; a caller that met an error makes the test fail here.
    pub(super) async fn disperse(self) -> Figures {
        self.stop.cancel();
        let mut took = self.callers.join_all().await.concat();
        took.sort_unstable();
        Figures(took)
    }
}

impl Figures {
    /// The time within which this share of the answers came, in thousandths.
    fn share(&self, thousandths: usize) -> Duration {
        let last = self.0.len().saturating_sub(1);
        let index = (self.0.len() * thousandths / 1000).min(last);
        self.0.get(index).copied().unwrap_or_default()
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (calls, last) = (self.0.len(), self.share(1000));
        let (half, most) = (self.share(500), self.share(990));
        write!(
            out,
            "{calls} good calls, p50 {half:.1?} p99 {most:.1?} max {last:.1?}"
        )
    }
}

async fn calling(address: SocketAddr, period: Duration, stop: CancellationToken) -> Vec<Duration> {
    let mut peer = Peer::connect(address).await;
    let mut beat = interval(period);
    // What was late is made up for, so that a slow answer does not thin the traffic.
    beat.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut took = Vec::new();
    while !stop.is_cancelled() {
        beat.tick().await;
        let watch = Watch::default();
        let response = peer
            .say(&Request::call("echo", json!({"text": "hi"})))
            .await;
        assert_eq!(response.told(), "hi");
        took.push(watch.elapsed());
        if response.head.closes() {
            peer = Peer::connect(address).await;
        }
    }
    took
}
