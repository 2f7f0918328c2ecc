//! A clock that stands still until it is turned.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use crate::Clock;

/// A clock for tests: it stands still until it is turned. Cloning gives another handle on the same clock.
#[derive(Clone, Debug, Default)]
pub struct Hands(Arc<AtomicU64>);

impl Hands {
    /// Turns it on by so long a time, of which whole milliseconds count.
    pub fn turn(&self, by: Duration) {
        let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.0.fetch_add(by, Ordering::Relaxed);
    }
}

impl Clock for Hands {
    fn unix_ms(&self) -> u64 {
        NOON_MS.saturating_add(self.0.load(Ordering::Relaxed))
    }

    fn ticks(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// Some time in the year 2027.
const NOON_MS: u64 = 1_800_000_000_000;
