//! Calls by their keys, in the memory of this process.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures_util::future::{BoxFuture, FutureExt as _, ready};

use crate::{
    StoreError,
    ledger::{ANSWER_BYTES_MAX, Answer, Bid, End, Entry, KEYS_MAX, Ledger, Life, Slot, Standing},
};

/// Calls by their keys; of all callers together no more than a store keeps of one.
#[derive(Default)]
pub(crate) struct LocalLedger(Mutex<Pages>);

#[derive(Default)]
struct Pages {
    entries: BTreeMap<Slot, (Entry, Arc<str>)>,
    /// In the order in which they are forgotten.
    order: BTreeSet<(u64, Slot)>,
    /// Of those that are done, in the order in which they began, which have an answer.
    answers: BTreeSet<(u64, Slot)>,
    answer_bytes: u64,
}

impl Pages {
    fn entry(&self, slot: &Slot) -> Option<Entry> {
        self.entries.get(slot).map(|(entry, _)| entry.clone())
    }

    fn claim(&mut self, bid: Bid) -> Result<Standing, StoreError> {
        self.sweep(bid.now_ms);
        let standing = bid.standing(self.entry(&bid.slot));
        if standing != Standing::Free {
            return Ok(standing);
        }
        self.remove(&bid.slot);
        while self.entries.len() >= KEYS_MAX {
            let Some((_, oldest)) = self.oldest_done() else {
                return Err(StoreError::Failed("too many keys are in use".into()));
            };
            self.remove(&oldest);
        }
        let entry = Entry {
            arguments: bid.arguments,
            began_ms: bid.now_ms,
            until_ms: bid.until_ms,
            forget_ms: bid.forget_ms,
            life: Life::Running,
        };
        self.order.insert((entry.forget_ms, bid.slot));
        self.entries.insert(bid.slot, (entry, bid.holder));
        Ok(Standing::Free)
    }

    fn settle(&mut self, slot: Slot, holder: &str, end: End) -> bool {
        let Some((entry, _)) = self
            .entries
            .get_mut(&slot)
            .filter(|(entry, held)| **held == *holder && !matches!(entry.life, Life::Done(_)))
        else {
            return false;
        };
        match end {
            End::Nothing => self.remove(&slot),
            End::Unknown => entry.life = Life::InDoubt,
            End::Done(answer) => {
                if let Answer::Kept(text) = &answer {
                    self.answer_bytes += text.len() as u64;
                    self.answers.insert((entry.began_ms, slot));
                }
                entry.life = Life::Done(answer);
                self.make_room();
            }
        }
        true
    }

    /// Lets go of the oldest answers until the rest has room.
    fn make_room(&mut self) {
        while self.answer_bytes > ANSWER_BYTES_MAX
            && let Some((_, slot)) = self.answers.pop_first()
        {
            if let Some((entry, _)) = self.entries.get_mut(&slot)
                && let Life::Done(Answer::Kept(text)) = &entry.life
            {
                let bytes = text.len() as u64;
                self.answer_bytes -= bytes;
                entry.life = Life::Done(Answer::Gone(bytes));
            }
        }
    }

    fn oldest_done(&self) -> Option<(u64, Slot)> {
        let mut order = self.order.iter().copied();
        order.find(|(_, slot)| {
            let entry = self.entries.get(slot);
            entry.is_some_and(|(entry, _)| matches!(entry.life, Life::Done(_)))
        })
    }

    /// Forgets what has expired. How much there was.
    fn sweep(&mut self, now_ms: u64) -> u64 {
        let before = self.entries.len();
        while let Some((forget_ms, slot)) = self.order.first().copied()
            && forget_ms <= now_ms
        {
            self.remove(&slot);
        }
        (before - self.entries.len()) as u64
    }

    fn remove(&mut self, slot: &Slot) {
        let Some((entry, _)) = self.entries.remove(slot) else {
            return;
        };
        self.order.remove(&(entry.forget_ms, *slot));
        if let Life::Done(Answer::Kept(text)) = &entry.life {
            self.answer_bytes -= text.len() as u64;
            self.answers.remove(&(entry.began_ms, *slot));
        }
    }
}

impl LocalLedger {
    fn pages(&self) -> MutexGuard<'_, Pages> {
        // A panic between lock and unlock is none that could leave a page half written.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ledger for LocalLedger {
    fn look(
        &self,
        slot: Slot,
        arguments: [u8; 32],
        now_ms: u64,
    ) -> BoxFuture<'_, Result<Standing, StoreError>> {
        let entry = self.pages().entry(&slot);
        let standing = entry.map_or(Standing::Free, |entry| entry.standing(&arguments, now_ms));
        ready(Ok(standing)).boxed()
    }

    fn claim(&self, bid: Bid) -> BoxFuture<'_, Result<Standing, StoreError>> {
        ready(self.pages().claim(bid)).boxed()
    }

    fn settle(
        &self,
        slot: Slot,
        holder: Arc<str>,
        end: End,
    ) -> BoxFuture<'_, Result<bool, StoreError>> {
        ready(Ok(self.pages().settle(slot, &holder, end))).boxed()
    }

    fn sweep(&self, now_ms: u64) -> BoxFuture<'_, Result<u64, StoreError>> {
        ready(Ok(self.pages().sweep(now_ms))).boxed()
    }
}

impl fmt::Debug for LocalLedger {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "LocalLedger({} keys)", self.pages().entries.len())
    }
}
