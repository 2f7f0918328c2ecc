//! How the audit is doing: what whoever looks after the server wants to see of it.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How the audit is doing. Numbers are of this process, since its start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AuditFigures {
    /// Records on their way, those that are held until they can be written included.
    pub waiting: u64,
    /// Records that were written.
    pub written: u64,
    /// Records of reads that found no room. A record says so.
    pub lost: u64,
    /// Records and checkpoints that a second place did not get.
    pub second_lost: u64,
    /// Whether the last try to write failed.
    pub is_failing: bool,
}

/// The same while it changes.
#[derive(Debug, Default)]
pub(super) struct Counts {
    held: AtomicU64,
    written: AtomicU64,
    lost: AtomicU64,
    second_lost: AtomicU64,
    is_failing: AtomicBool,
}

impl Counts {
    pub(super) fn hold(&self, held: usize) {
        self.held.store(held as u64, Ordering::Relaxed);
    }

    pub(super) fn write(&self, records: u64) {
        self.written.fetch_add(records, Ordering::Relaxed);
    }

    pub(super) fn lose(&self, records: u64) {
        self.lost.fetch_add(records, Ordering::Relaxed);
    }

    pub(super) fn lose_second(&self, lines: u64) {
        self.second_lost.fetch_add(lines, Ordering::Relaxed);
    }

    pub(super) fn fail(&self, is_failing: bool) {
        self.is_failing.store(is_failing, Ordering::Relaxed);
    }

    pub(super) fn is_failing(&self) -> bool {
        self.is_failing.load(Ordering::Relaxed)
    }

    pub(super) fn figures(&self, queued: usize) -> AuditFigures {
        AuditFigures {
            waiting: self
                .held
                .load(Ordering::Relaxed)
                .saturating_add(queued as u64),
            written: self.written.load(Ordering::Relaxed),
            lost: self.lost.load(Ordering::Relaxed),
            second_lost: self.second_lost.load(Ordering::Relaxed),
            is_failing: self.is_failing(),
        }
    }
}
