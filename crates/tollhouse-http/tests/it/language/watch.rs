//! Time that passes and memory that is held, as bounds are asserted on them.

use std::{future::Future, time::Duration};

use tokio::time::timeout;
use tollhouse_core::{Clock as _, SystemClock};

/// Waits, but not for ever.
pub(crate) async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> T {
    timeout(limit, work).await.unwrap()
}

/// How long something took.
#[derive(Debug, Default)]
pub(crate) struct Watch(SystemClock);

impl Watch {
    pub(crate) fn elapsed(&self) -> Duration {
        self.0.ticks()
    }

    /// Asserts that no more than three times the promised time has passed.
    #[track_caller]
    pub(crate) fn assert_within(&self, promised: Duration) {
        let took = self.elapsed();
        assert!(took <= promised * 3, "took {took:?}, promised {promised:?}");
    }
}

/// The memory of this process that is in use, in bytes.
pub(crate) fn resident_bytes() -> u64 {
    let rollup = std::fs::read_to_string("/proc/self/smaps_rollup").unwrap();
    let line = rollup
        .lines()
        .find(|line| line.starts_with("Rss:"))
        .unwrap();
    let kibibytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kibibytes * 1024
}

/// How many descriptors this process has open.
pub(crate) fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").unwrap().count()
}

/// How long this thread, which a server under trial shares, has been on a processor.
pub(crate) fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let ticks = fields.split(' ').skip(11).take(2);
    // Linux counts in hundredths of a second.
    ticks
        .map(|field| Duration::from_millis(field.parse::<u64>().unwrap() * 10))
        .sum()
}

/// How long anything may take that a test waits for and that has no limit of its own.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);
