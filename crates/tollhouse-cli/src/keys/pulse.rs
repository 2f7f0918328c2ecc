//! The number that moves with every change of who may do what.
//!
//! What was read of the state stays good for as long as the number stays the same, so that one look at one row
//! stands for a look at every key and user. Nobody relies on a number that is older than a second: where the state
//! does not answer, nobody is let in.

use std::{
    convert::Infallible,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Semaphore, watch},
    time,
};
use tollhouse::{Clock, Keys, Unauthenticated};

/// The number, as it was heard last.
pub(crate) struct Pulse {
    store: Arc<dyn Keys>,
    clock: Arc<dyn Clock>,
    /// Counts what may have changed a verdict: another number, and a state that does not answer.
    told: watch::Sender<u64>,
    last: Mutex<Last>,
    /// Whoever asks the state, for all who wait.
    seat: Semaphore,
}

#[derive(Default)]
struct Last {
    /// The number, and when the state was asked for it, which is earlier than its answer.
    heard: Option<(u64, Duration)>,
    /// When the state failed to answer, if that was after the number was heard.
    failed_at: Option<Duration>,
    /// Whether those who listen know that nothing is known any more.
    is_lost: bool,
    /// Whether anybody relied on the number since it was asked for.
    is_wanted: bool,
}

impl Pulse {
    pub(crate) fn new(store: Arc<dyn Keys>, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            clock,
            told: watch::Sender::new(0),
            last: Mutex::default(),
            seat: Semaphore::new(1),
        }
    }

    /// Moves whenever an earlier verdict may be another one now.
    pub(crate) fn listen(&self) -> watch::Receiver<u64> {
        self.told.subscribe()
    }

    /// The number, if it was asked for within the last second.
    pub(crate) fn current(&self) -> Option<u64> {
        let now = self.clock.ticks();
        let mut last = self.last();
        last.is_wanted = true;
        let (number, asked_at) = last.heard?;
        (now.saturating_sub(asked_at) < STALE).then_some(number)
    }

    /// The number, asked for if need be: once for all who wait for it.
    pub(crate) async fn number(&self) -> Result<u64, Unauthenticated> {
        if let Some(number) = self.current() {
            return Ok(number);
        }
        let since = self.clock.ticks();
        let seat = self.seat.acquire().await;
        if let Some(number) = self.current() {
            return Ok(number);
        }
        let failed_at = self.last().failed_at;
        if seat.is_err() || failed_at.is_some_and(|at| at >= since) {
            return Err(Unauthenticated::Unavailable);
        }
        self.ask().await.ok_or(Unauthenticated::Unavailable)
    }

    /// Asks four times a second for as long as anybody listens or relies on the number, so that those who listen hear
    /// of a change in time and requests do not wait. Dropping the future ends that.
    pub(crate) async fn beat(&self, is_listened: impl Fn() -> bool) -> Infallible {
        loop {
            time::sleep(PAUSE).await;
            let is_wanted = std::mem::take(&mut self.last().is_wanted);
            if !is_wanted && !is_listened() {
                continue;
            }
            // Where somebody is asking, the answer is on its way.
            if let Ok(_seat) = self.seat.try_acquire() {
                self.ask().await;
            }
        }
    }

    async fn ask(&self) -> Option<u64> {
        let asked_at = self.clock.ticks();
        let answer = self.store.changes().await;
        let is_moved = {
            let mut last = self.last();
            match &answer {
                Ok(number) => last.hear(*number, asked_at),
                Err(_) => last.fail(self.clock.ticks()),
            }
        };
        if is_moved {
            self.told
                .send_modify(|count| *count = count.wrapping_add(1));
        }
        answer
            .inspect_err(|error| tracing::error!(%error, "keys cannot be looked up"))
            .ok()
    }

    fn last(&self) -> MutexGuard<'_, Last> {
        // Nothing that is done under the lock can leave it half changed.
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Last {
    /// Whether an earlier verdict may be another one now.
    fn hear(&mut self, number: u64, asked_at: Duration) -> bool {
        let is_other = self.heard.is_some_and(|(before, _)| before != number);
        self.heard = Some((number, asked_at));
        self.failed_at = None;
        std::mem::take(&mut self.is_lost) || is_other
    }

    fn fail(&mut self, now: Duration) -> bool {
        self.failed_at = Some(now);
        let is_old = |(_, asked_at): (u64, Duration)| now.saturating_sub(asked_at) >= STALE;
        let is_lost = self.heard.is_some_and(is_old);
        is_lost && !std::mem::replace(&mut self.is_lost, true)
    }
}

impl fmt::Debug for Pulse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Pulse").finish_non_exhaustive()
    }
}

const PAUSE: Duration = Duration::from_millis(250);
const STALE: Duration = Duration::from_secs(1);

#[cfg(test)]
mod tests;
