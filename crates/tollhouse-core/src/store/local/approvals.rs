//! What waits for a person, in the memory of this process.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use futures_util::future::{BoxFuture, FutureExt as _, ready};

use crate::{
    StoreError,
    approvals::{
        Answered, Approval, ApprovalId, Approvals, Binding, KEPT_MS, KNOWN_MAX, Nonce, Stage,
        Standing, WAITING_MAX, Wish,
    },
};

/// Approvals in memory, and what was used once.
#[derive(Default)]
pub(crate) struct LocalApprovals(Mutex<Held>);

#[derive(Default)]
struct Held {
    /// The oldest first.
    known: Vec<Known>,
    /// Until when each is remembered.
    spent: BTreeMap<Nonce, u64>,
}

struct Known {
    approval: Approval,
    binding: Binding,
    owner: [u8; 16],
    lasts_ms: u64,
    is_told: bool,
}

impl LocalApprovals {
    fn held(&self) -> MutexGuard<'_, Held> {
        // A panic between lock and unlock cannot leave it half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn open(&mut self, wish: Wish) -> Standing {
        let now_ms = wish.now_ms;
        self.forget(now_ms);
        let mut same = self.known.iter_mut();
        let same = same.rfind(|one| one.binding == wish.binding && !one.is_told);
        if let Some(one) = same {
            let id = one.approval.id.clone();
            match one.approval.stage(now_ms) {
                Stage::Waiting => return Standing::Waiting(one.approval.clone()),
                Stage::Allowed => return Standing::Allowed(id),
                Stage::Used => {}
                Stage::Denied => {
                    one.is_told = true;
                    return Standing::Denied(id);
                }
                Stage::Expired => {
                    one.is_told = true;
                    return Standing::Expired(id);
                }
            }
        }
        self.begin(wish)
    }

    fn begin(&mut self, wish: Wish) -> Standing {
        let now_ms = wish.now_ms;
        let theirs = self.known.iter().filter(|one| one.owner == wish.owner);
        let waiting = theirs.filter(|one| one.approval.stage(now_ms) == Stage::Waiting);
        if waiting.count() >= WAITING_MAX {
            return Standing::Full;
        }
        if self.known.len() >= KNOWN_MAX {
            // What is over goes first; what waits, or may still be used, stays.
            let is_open =
                |one: &Known| matches!(one.approval.stage(now_ms), Stage::Waiting | Stage::Allowed);
            let Some(place) = self.known.iter().position(|one| !is_open(one)) else {
                return Standing::Full;
            };
            self.known.remove(place);
        }
        let approval = Approval {
            id: wish.id,
            plea: wish.plea,
            stage: Stage::Waiting,
            since_ms: now_ms,
            until_ms: now_ms.saturating_add(wish.lasts_ms),
            answered_at_ms: None,
        };
        self.known.push(Known {
            approval: approval.clone(),
            binding: wish.binding,
            owner: wish.owner,
            lasts_ms: wish.lasts_ms,
            is_told: false,
        });
        Standing::New(approval)
    }

    fn of(&mut self, id: &ApprovalId) -> Option<&mut Known> {
        self.known.iter_mut().find(|one| one.approval.id == *id)
    }

    fn redeem(&mut self, id: &ApprovalId, binding: Binding, now_ms: u64) -> bool {
        let Some(one) = self.of(id) else {
            return false;
        };
        let is_good = one.binding == binding && one.approval.stage(now_ms) == Stage::Allowed;
        if is_good {
            one.approval.stage = Stage::Used;
        }
        is_good
    }

    fn answer(&mut self, id: &ApprovalId, is_allowed: bool, now_ms: u64) -> Option<Answered> {
        let one = self.of(id)?;
        if one.approval.stage(now_ms) != Stage::Waiting {
            return Some(Answered::Before(one.approval.clone()));
        }
        one.approval.answered_at_ms = Some(now_ms);
        if is_allowed {
            one.approval.stage = Stage::Allowed;
            one.approval.until_ms = now_ms.saturating_add(one.lasts_ms);
        } else {
            one.approval.stage = Stage::Denied;
        }
        Some(Answered::Now(one.approval.clone()))
    }

    /// Forgets calls that ended long ago. How many there were.
    fn forget(&mut self, now_ms: u64) -> usize {
        let before = self.known.len();
        self.known
            .retain(|one| now_ms < one.approval.until_ms.saturating_add(KEPT_MS));
        before - self.known.len()
    }

    fn sweep(&mut self, now_ms: u64) -> u64 {
        let before = self.spent.len();
        self.spent.retain(|_, until_ms| now_ms < *until_ms);
        (self.forget(now_ms) + before - self.spent.len()) as u64
    }

    fn spend(&mut self, nonce: Nonce, until_ms: u64, now_ms: u64) -> Result<bool, StoreError> {
        if self.spent.contains_key(&nonce) {
            return Ok(false);
        }
        if self.spent.len() >= SPENT_MAX {
            self.spent.retain(|_, until_ms| now_ms < *until_ms);
            if self.spent.len() >= SPENT_MAX {
                return Err(StoreError::Busy);
            }
        }
        self.spent.insert(nonce, until_ms);
        Ok(true)
    }
}

impl Approvals for LocalApprovals {
    fn open(&self, wish: Wish) -> BoxFuture<'_, Result<Standing, StoreError>> {
        ready(Ok(self.held().open(wish))).boxed()
    }

    fn redeem<'a>(
        &'a self,
        id: &'a ApprovalId,
        binding: Binding,
        now_ms: u64,
    ) -> BoxFuture<'a, Result<bool, StoreError>> {
        ready(Ok(self.held().redeem(id, binding, now_ms))).boxed()
    }

    fn look<'a>(
        &'a self,
        id: &'a ApprovalId,
    ) -> BoxFuture<'a, Result<Option<Approval>, StoreError>> {
        let found = self.held().of(id).map(|one| one.approval.clone());
        ready(Ok(found)).boxed()
    }

    fn list(&self) -> BoxFuture<'_, Result<Vec<Approval>, StoreError>> {
        let held = self.held();
        let all = held.known.iter().map(|one| one.approval.clone());
        ready(Ok(all.collect())).boxed()
    }

    fn answer<'a>(
        &'a self,
        id: &'a ApprovalId,
        is_allowed: bool,
        now_ms: u64,
    ) -> BoxFuture<'a, Result<Option<Answered>, StoreError>> {
        ready(Ok(self.held().answer(id, is_allowed, now_ms))).boxed()
    }

    fn spend(
        &self,
        nonce: Nonce,
        until_ms: u64,
        now_ms: u64,
    ) -> BoxFuture<'_, Result<bool, StoreError>> {
        ready(self.held().spend(nonce, until_ms, now_ms)).boxed()
    }

    fn sweep(&self, now_ms: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        ready(Ok(self.held().sweep(now_ms))).boxed()
    }
}

impl fmt::Debug for LocalApprovals {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "LocalApprovals({} known)", self.held().known.len())
    }
}

/// How many used ones are remembered at once; while all are still needed, nothing more is used.
const SPENT_MAX: usize = 100_000;
