//! Tokens that were found good a moment ago, so that the next request with one costs a digest and a look.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_lc_rs::digest::{Context, SHA256};

use crate::Verified;

/// A bounded table of good tokens. It keeps their digests, never the tokens. When it is full, the oldest goes.
pub struct Warm {
    entries: Mutex<Entries>,
    entries_max: usize,
}

#[derive(Default)]
struct Entries {
    found: BTreeMap<Fingerprint, Entry>,
    /// In the order of arrival; also of some that went before their turn.
    order: VecDeque<Fingerprint>,
}

struct Entry {
    verified: Arc<Verified>,
    /// Of the keys that it was verified with.
    generation: u64,
}

/// The digest of a token and of the address that it was shown at: a token that is good for one address of this
/// server is not good for the next.
type Fingerprint = [u8; 32];

impl Warm {
    /// A table for so many tokens, at least one.
    #[must_use]
    pub fn new(entries_max: usize) -> Self {
        Self {
            entries: Mutex::default(),
            entries_max: entries_max.max(1),
        }
    }

    /// What this token says, if it was found good for this resource, has not ended since, need not be asked
    /// about again, and the keys of its issuer are still the same: `generation` tells which those are now, or
    /// none for an issuer that is not there any more.
    pub fn find(
        &self,
        token: &str,
        resource: &str,
        now_ms: u64,
        generation: impl FnOnce(&Verified) -> Option<u64>,
    ) -> Option<Arc<Verified>> {
        let fingerprint = fingerprint(token, resource);
        let (verified, then) = {
            let entries = self.lock();
            let entry = entries.found.get(&fingerprint)?;
            (Arc::clone(&entry.verified), entry.generation)
        };
        let until_ms = verified
            .recheck_at_ms
            .map_or(verified.expires_at_ms, |again| {
                again.min(verified.expires_at_ms)
            });
        if now_ms < until_ms && generation(&verified) == Some(then) {
            return Some(verified);
        }
        self.lock().found.remove(&fingerprint);
        None
    }

    /// Keeps what a token says that was verified for this resource, with keys of this generation.
    pub fn keep(&self, token: &str, resource: &str, verified: Arc<Verified>, generation: u64) {
        let fingerprint = fingerprint(token, resource);
        let entry = Entry {
            verified,
            generation,
        };
        let mut entries = self.lock();
        if entries.found.insert(fingerprint, entry).is_some() {
            return;
        }
        while entries.order.len() >= self.entries_max {
            if let Some(oldest) = entries.order.pop_front()
                && oldest != fingerprint
            {
                entries.found.remove(&oldest);
            }
        }
        entries.order.push_back(fingerprint);
    }

    /// Forgets all.
    pub fn clear(&self) {
        *self.lock() = Entries::default();
    }

    /// How many are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().found.len()
    }

    /// Whether none is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Warm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Warm");
        shown.field("entries_max", &self.entries_max);
        shown.finish_non_exhaustive()
    }
}

fn fingerprint(token: &str, resource: &str) -> Fingerprint {
    let mut context = Context::new(&SHA256);
    context.update(resource.as_bytes());
    context.update(&[0]);
    context.update(token.as_bytes());
    let digest = context.finish();
    digest.as_ref().first_chunk().copied().unwrap_or_default()
}
