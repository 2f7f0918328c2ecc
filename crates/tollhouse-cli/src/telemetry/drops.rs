//! What never reached the collector.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many spans were dropped, by why.
#[derive(Debug, Default)]
pub(super) struct Drops {
    full: AtomicU64,
    undelivered: AtomicU64,
}

impl Drops {
    /// One for which there was no place in the queue.
    pub(super) fn count_full(&self) {
        self.full.fetch_add(1, Ordering::Relaxed);
    }

    /// So many that the collector did not take.
    pub(super) fn count_undelivered(&self, number: usize) {
        self.undelivered.fetch_add(number as u64, Ordering::Relaxed);
    }

    /// All of them.
    pub(super) fn counted(&self) -> [(&'static str, u64); 2] {
        [
            ("queue_full", self.full.load(Ordering::Relaxed)),
            ("undelivered", self.undelivered.load(Ordering::Relaxed)),
        ]
    }

    /// How many there are in all.
    pub(super) fn total(&self) -> u64 {
        self.counted().iter().map(|(_, number)| number).sum()
    }
}
