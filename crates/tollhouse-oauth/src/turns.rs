//! Whose question is put next, where only so many may be under way.
//!
//! Whoever makes credentials up could have as many asked about as there are turns. What was found good before has turns
//! of its own, so that its holders do not wait behind those.

use std::{
    collections::{BTreeSet, VecDeque},
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::{Semaphore, SemaphorePermit};

/// So many turns for what is known, and as many for what is not.
pub(crate) struct Turns {
    strangers: Semaphore,
    known: Semaphore,
    good: Mutex<Good>,
}

/// What was good when it was asked about last, by its digest.
#[derive(Default)]
struct Good {
    all: BTreeSet<[u8; 32]>,
    /// In the order of arrival; also of some that are good no more.
    order: VecDeque<[u8; 32]>,
}

impl Turns {
    pub(crate) fn new(at_once: usize) -> Self {
        Self {
            strangers: Semaphore::new(at_once),
            known: Semaphore::new(at_once),
            good: Mutex::default(),
        }
    }

    /// Comes when this credential may be asked about; the turn lasts until it is dropped.
    pub(crate) async fn take(&self, digest: &[u8; 32]) -> Option<SemaphorePermit<'_>> {
        let is_known = self.good().all.contains(digest);
        let turns = if is_known {
            &self.known
        } else {
            &self.strangers
        };
        turns.acquire().await.ok()
    }

    /// Remembers whether it was good.
    pub(crate) fn note(&self, digest: [u8; 32], is_good: bool) {
        let mut good = self.good();
        if !is_good {
            good.all.remove(&digest);
        } else if good.all.insert(digest) {
            while good.order.len() >= GOOD_MAX {
                let oldest = good.order.pop_front();
                oldest.map(|oldest| good.all.remove(&oldest));
            }
            good.order.push_back(digest);
        }
    }

    fn good(&self) -> MutexGuard<'_, Good> {
        self.good.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Turns {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Turns").finish_non_exhaustive()
    }
}

const GOOD_MAX: usize = 10_000;
