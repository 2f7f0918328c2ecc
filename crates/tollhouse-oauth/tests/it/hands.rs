//! A clock that is moved by hand.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tollhouse_core::Clock;

use crate::forge::NOW_S;

/// Milliseconds since the time of all these tests.
#[derive(Debug, Default)]
pub(crate) struct Hands(AtomicU64);

impl Hands {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    pub(crate) fn pass(&self, time: Duration) {
        let passed_ms = u64::try_from(time.as_millis()).unwrap();
        self.0.fetch_add(passed_ms, Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn unix_ms(&self) -> u64 {
        NOW_S * 1000 + self.0.load(Ordering::SeqCst)
    }

    fn ticks(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst))
    }
}
