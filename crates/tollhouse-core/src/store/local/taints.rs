//! Who has read what is not trusted, in the memory of this process.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use futures_util::future::{BoxFuture, FutureExt as _, ready};

use crate::{
    StoreError,
    taints::{Holder, Taint, Tainted, Taints},
};

/// Taints in memory, at most [`HOLDERS_MAX`] of them.
#[derive(Default)]
pub(crate) struct LocalTaints(Mutex<BTreeMap<Holder, Tainted>>);

impl LocalTaints {
    fn kept(&self) -> MutexGuard<'_, BTreeMap<Holder, Tainted>> {
        // A panic between lock and unlock cannot leave a map half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, taint: Taint) -> Result<(), StoreError> {
        let mut kept = self.kept();
        if kept.len() >= HOLDERS_MAX && !kept.contains_key(&taint.holder) {
            kept.retain(|_, tainted| taint.now_ms < tainted.until_ms);
        }
        if kept.len() >= HOLDERS_MAX && !kept.contains_key(&taint.holder) {
            // To forget somebody would trust somebody.
            return Err(StoreError::Busy);
        }
        let new = Tainted {
            until_ms: taint.until_ms,
            by: taint.by,
        };
        match kept.get_mut(&taint.holder) {
            Some(known) if known.until_ms >= new.until_ms => {}
            Some(known) => *known = new,
            None => drop(kept.insert(taint.holder, new)),
        }
        Ok(())
    }
}

impl Taints for LocalTaints {
    fn mark(&self, taint: Taint) -> BoxFuture<'_, Result<(), StoreError>> {
        ready(self.note(taint)).boxed()
    }

    fn look(
        &self,
        holder: Holder,
        now_ms: u64,
    ) -> BoxFuture<'_, Result<Option<Tainted>, StoreError>> {
        let found = self.kept().get(&holder).cloned();
        let found = found.filter(|tainted| now_ms < tainted.until_ms);
        ready(Ok(found)).boxed()
    }

    fn forget(&self, holder: Holder) -> BoxFuture<'_, Result<bool, StoreError>> {
        ready(Ok(self.kept().remove(&holder).is_some())).boxed()
    }

    fn sweep(&self, now_ms: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        let mut kept = self.kept();
        let before = kept.len();
        kept.retain(|_, tainted| now_ms < tainted.until_ms);
        ready(Ok((before - kept.len()) as u64)).boxed()
    }
}

impl fmt::Debug for LocalTaints {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "LocalTaints({} holders)", self.kept().len())
    }
}

const HOLDERS_MAX: usize = 100_000;
