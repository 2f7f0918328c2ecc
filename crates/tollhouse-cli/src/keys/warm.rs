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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tollhouse::{Key, KeyHash, Principal};

    use super::{KNOWN_MAX, Known, Warm};

    fn known(asked_at: Duration) -> Known {
        let key = Key {
            id: "key_1".to_owned(),
            name: "laptop".to_owned(),
            subject: "ana".to_owned(),
            client: None,
            scopes: Vec::new(),
            roles: Vec::new(),
            tenant: None,
            prefix: "th_".to_owned(),
            created_at_ms: 0,
            expires_at_ms: None,
            revoked_at_ms: None,
            last_used_at_ms: None,
        };
        Known::new(Principal::new("ana", []), &key, asked_at)
    }

    fn hash(number: usize) -> KeyHash {
        super::super::hash(&number.to_be_bytes())
    }

    #[test]
    fn a_key_is_known_for_a_second_and_one_of_many_looks_it_up_in_good_time() {
        let (warm, at) = (Warm::default(), Duration::from_millis);
        let finds = |now| warm.find(&hash(1), at(now)).is_some();
        assert!(!finds(0));
        warm.keep(hash(1), known(at(100)));
        assert!(finds(100) && finds(599));
        // The first to come is sent to the store, and the others do not wait for it.
        assert!(!finds(600));
        assert!(finds(601) && finds(1099));
        assert!(!finds(1100) && !finds(1101));
        warm.keep(hash(1), known(at(1102)));
        assert!(finds(1103));
        assert!(warm.find(&hash(2), at(1103)).is_none());
        warm.forget(&hash(1));
        assert!(!finds(1104));
    }

    #[test]
    fn what_has_no_room_is_not_known_until_others_are_old() {
        let (warm, at) = (Warm::default(), Duration::from_millis);
        for number in 0..=KNOWN_MAX {
            warm.keep(hash(number), known(at(0)));
        }
        assert!(warm.find(&hash(KNOWN_MAX), at(1)).is_none());
        assert!(warm.find(&hash(0), at(1)).is_some());
        warm.keep(hash(KNOWN_MAX), known(at(1000)));
        assert!(warm.find(&hash(KNOWN_MAX), at(1001)).is_some());
        assert_eq!(warm.table().known.len(), 1);
    }
}
