//! Calls with the same key at the same time: one runs, and the others wait for what comes of it.

use std::{
    collections::BTreeMap,
    future::pending,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::sleep;
use tokio_util::sync::CancellationToken;

use super::{Key, unkept, words};
use crate::{
    Ctx, Refusal,
    ledger::{Slot, Standing},
    pipeline::Ground,
};

/// The calls with a key that run in this process, each with what fires when it has ended.
#[derive(Debug, Default)]
pub(crate) struct Twins(Mutex<BTreeMap<Slot, Arc<CancellationToken>>>);

/// A call that runs. Dropped, it has ended, and those who wait look again.
#[derive(Debug)]
pub(super) struct Place<'a> {
    twins: &'a Twins,
    slot: Slot,
    /// None for one that came while another was there.
    ended: Option<Arc<CancellationToken>>,
}

impl Twins {
    /// Enters a call. One that finds another there leaves its place to that.
    pub(super) fn enter(&self, slot: Slot) -> Place<'_> {
        let mut running = self.running();
        let ended = (!running.contains_key(&slot)).then(Arc::default);
        if let Some(ended) = &ended {
            running.insert(slot, Arc::clone(ended));
        }
        drop(running);
        Place {
            twins: self,
            slot,
            ended,
        }
    }

    fn find(&self, slot: &Slot) -> Option<Arc<CancellationToken>> {
        self.running().get(slot).cloned()
    }

    fn running(&self) -> MutexGuard<'_, BTreeMap<Slot, Arc<CancellationToken>>> {
        // A panic between lock and unlock cannot leave a map half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some(ended) = &self.ended {
            self.twins.running().remove(&self.slot);
            ended.cancel();
        }
    }
}

/// Waits until no call with this key runs, for as long as a call may take. One that runs in this process says when it
/// has ended; of one that runs in another, only the ledger knows.
pub(super) async fn wait(ground: Ground<'_>, ctx: &Ctx, key: &Key) -> Result<Standing, Refusal> {
    tokio::select! {
        biased;
        standing = ended(ground, ctx, key) => standing,
        () = ctx.gone().cancelled() => Err(Refusal::Cancelled),
        () = sleep(key.deadline) => Err(words::still_running(key)),
    }
}

async fn ended(ground: Ground<'_>, ctx: &Ctx, key: &Key) -> Result<Standing, Refusal> {
    let mut pause = PAUSE_MIN;
    loop {
        // Before the look: what ends after it is heard of.
        let twin = ground.twins.find(&key.slot);
        let now_ms = ground.clock.unix_ms();
        let looked = ground.stores.ledger.look(key.slot, key.arguments, now_ms);
        let standing = looked.await.map_err(|error| unkept(ctx, &error))?;
        if !matches!(standing, Standing::Running { .. }) {
            return Ok(standing);
        }
        let heard = async {
            match twin {
                Some(twin) => twin.cancelled().await,
                None => pending().await,
            }
        };
        tokio::select! {
            () = heard => {}
            () = sleep(pause) => {}
        }
        pause = pause.saturating_mul(2).min(PAUSE_MAX);
    }
}

/// A duration in milliseconds; one that is longer than a number can say is as good as for ever.
pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

const PAUSE_MIN: Duration = Duration::from_millis(50);
const PAUSE_MAX: Duration = Duration::from_millis(500);
