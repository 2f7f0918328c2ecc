//! What waits to be written down, within a bound.

use std::{
    collections::VecDeque,
    mem,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::oneshot;
use tollhouse_core::StoreError;

use super::draft::Entry;

/// Who waits until something is written down.
pub(super) type Waiter = oneshot::Sender<Result<(), StoreError>>;

/// Entries on their way, and those who wait for them.
#[derive(Debug, Default)]
pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    /// Tells the thread that there is something.
    filled: Condvar,
}

#[derive(Debug, Default)]
struct Waiting {
    entries: VecDeque<(Entry, Option<Waiter>)>,
    bytes: usize,
    /// Records that found no room since the thread was here last.
    lost: u64,
    /// Whether somebody waits.
    is_urgent: bool,
    /// Whether nothing more comes.
    is_closed: bool,
}

/// What the thread takes at once.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) entries: VecDeque<(Entry, Option<Waiter>)>,
    pub(super) lost: u64,
    pub(super) is_last: bool,
}

impl Queue {
    /// Adds an entry that nobody waits for. If there is no room for its texts, it goes without; if there is none for it,
    /// it is counted.
    pub(super) fn add(&self, mut entry: Entry) {
        let mut bytes = entry.bytes();
        let mut waiting = self.lock();
        if waiting.bytes.saturating_add(bytes) > BYTES_MAX {
            drop(waiting);
            entry.shorten(true);
            bytes = entry.bytes();
            waiting = self.lock();
        }
        if waiting.entries.len() >= ENTRIES_MAX || waiting.is_closed {
            waiting.lost = waiting.lost.saturating_add(1);
            return;
        }
        waiting.bytes += bytes;
        waiting.entries.push_back((entry, None));
        let wakes = waiting.entries.len() == 1 || waiting.entries.len() == BATCH;
        drop(waiting);
        if wakes {
            self.filled.notify_one();
        }
    }

    /// Adds an entry that somebody waits for. Who waits has bounded how many there are.
    pub(super) fn add_urgent(&self, entry: Entry, waiter: Waiter) {
        let mut waiting = self.lock();
        if waiting.is_closed {
            drop(waiting);
            let closed = StoreError::Failed("the audit is closed".into());
            drop(waiter.send(Err(closed)));
            return;
        }
        waiting.bytes += entry.bytes();
        waiting.entries.push_back((entry, Some(waiter)));
        waiting.is_urgent = true;
        drop(waiting);
        self.filled.notify_one();
    }

    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.lock().entries.len()
    }

    /// Lets nothing more in.
    pub(super) fn close(&self) {
        self.lock().is_closed = true;
        self.filled.notify_one();
    }

    /// Waits until there is something, and then a moment for more, unless somebody waits. `idle` is how long to wait
    /// for the first.
    pub(super) fn take(&self, idle: Option<Duration>) -> Batch {
        let is_idle = |waiting: &mut Waiting| {
            waiting.entries.is_empty() && waiting.lost == 0 && !waiting.is_closed
        };
        let waiting = self.lock();
        let waiting = match idle {
            None => self
                .filled
                .wait_while(waiting, is_idle)
                .unwrap_or_else(PoisonError::into_inner),
            Some(idle) => {
                let waited = self.filled.wait_timeout_while(waiting, idle, is_idle);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        let is_early = |waiting: &mut Waiting| {
            !waiting.is_urgent && !waiting.is_closed && waiting.entries.len() < BATCH
        };
        let waited = self.filled.wait_timeout_while(waiting, PAUSE, is_early);
        let mut waiting = waited.unwrap_or_else(PoisonError::into_inner).0;
        waiting.bytes = 0;
        waiting.is_urgent = false;
        Batch {
            entries: mem::take(&mut waiting.entries),
            lost: mem::take(&mut waiting.lost),
            is_last: waiting.is_closed,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Nothing that is done under the lock can panic half way.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// As many as are worth a commit of their own.
const BATCH: usize = 1024;
/// For how long records of calls that only read wait for others.
const PAUSE: Duration = Duration::from_millis(100);
const ENTRIES_MAX: usize = 65_536;
const BYTES_MAX: usize = 64 * 1024 * 1024;
