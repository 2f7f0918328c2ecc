//! Keys that were looked up a moment ago, so that the store is not asked for every request.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tollhouse::{Key, KeyHash, Principal};

/// Living keys, each known for no longer than a second: by then a revoked one is no good any more.
#[derive(Default)]
pub(super) struct Warm(Mutex<Table>);

#[derive(Default)]
struct Table {
    known: BTreeMap<[u8; 32], Known>,
    any: Option<(bool, Duration)>,
}

/// A key that was good when it was looked up.
#[derive(Clone)]
pub(super) struct Known {
    pub(super) principal: Principal,
    pub(super) id: Arc<str>,
    pub(super) expires_at_ms: Option<u64>,
    /// When the store was asked, not when it answered.
    asked_at: Duration,
    is_asked_again: bool,
}

impl Known {
    pub(super) fn new(principal: Principal, key: &Key, asked_at: Duration) -> Self {
        Self {
            principal,
            id: key.id.as_str().into(),
            expires_at_ms: key.expires_at_ms,
            asked_at,
            is_asked_again: false,
        }
    }
}

impl Warm {
    /// The key, unless whoever asks is to look it up. In good time before its end one is told to, while the
    /// others still find it, so that a crowd does not look it up all at once.
    pub(super) fn find(&self, hash: &KeyHash, now: Duration) -> Option<Known> {
        let mut table = self.table();
        let known = table.known.get_mut(&hash.0)?;
        let age = now.saturating_sub(known.asked_at);
        let is_good = age < FRESH || (age < STALE && known.is_asked_again);
        known.is_asked_again |= !is_good;
        is_good.then(|| known.clone())
    }

    pub(super) fn keep(&self, hash: KeyHash, known: Known) {
        let mut table = self.table();
        if table.known.len() >= KNOWN_MAX {
            let now = known.asked_at;
            let is_good = |known: &Known| now.saturating_sub(known.asked_at) < STALE;
            table.known.retain(|_, known| is_good(known));
        }
        // Where there is no room, the store is asked each time.
        if table.known.len() < KNOWN_MAX {
            table.known.insert(hash.0, known);
        }
    }

    pub(super) fn forget(&self, hash: &KeyHash) {
        self.table().known.remove(&hash.0);
    }

    /// Whether there is any living key, if that was asked a moment ago.
    pub(super) fn any(&self, now: Duration) -> Option<bool> {
        let (any, asked_at) = self.table().any?;
        (now.saturating_sub(asked_at) < FRESH).then_some(any)
    }

    pub(super) fn keep_any(&self, any: bool, asked_at: Duration) {
        self.table().any = Some((any, asked_at));
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // Nothing that is done under the lock can leave it half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const FRESH: Duration = Duration::from_millis(500);
const STALE: Duration = Duration::from_secs(1);
const KNOWN_MAX: usize = 10_000;
