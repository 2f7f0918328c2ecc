//! So many at once, and so many more who wait.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{Semaphore, SemaphorePermit};

/// Places for the calls that run.
#[derive(Debug)]
pub(super) struct Bulkhead {
    places: Semaphore,
    waiting: AtomicUsize,
}

/// A place among the calls that run now, given back when it is dropped.
#[derive(Debug)]
#[must_use]
pub(crate) struct Seat<'a>(#[expect(dead_code, reason = "held for its drop")] SemaphorePermit<'a>);

impl Bulkhead {
    pub(super) fn new(places: usize) -> Self {
        Self {
            places: Semaphore::new(places.clamp(1, Semaphore::MAX_PERMITS)),
            waiting: AtomicUsize::new(0),
        }
    }

    /// A place. `None` if too many wait for one already. Who stops waiting leaves nothing behind.
    pub(super) async fn seat(&self) -> Option<Seat<'_>> {
        if let Ok(permit) = self.places.try_acquire() {
            return Some(Seat(permit));
        }
        let _waiting = Waiting::begin(&self.waiting)?;
        // Nobody closes it.
        self.places.acquire().await.ok().map(Seat)
    }
}

/// One who waits, counted for as long as it does.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    fn begin(count: &'a AtomicUsize) -> Option<Self> {
        let before = count.fetch_add(1, Ordering::Relaxed);
        let waiting = Self(count);
        (before < WAITING_MAX).then_some(waiting)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

const WAITING_MAX: usize = 1024;

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt as _, future::poll_immediate, stream::FuturesUnordered};

    use super::{Bulkhead, WAITING_MAX};

    #[tokio::test]
    async fn r13_who_stops_waiting_leaves_nothing_behind() {
        let bulkhead = Bulkhead::new(1);
        let seat = bulkhead.seat().await;
        for _ in 0..2 {
            let waiting = (0..=WAITING_MAX).map(|_| bulkhead.seat());
            let mut waiting = FuturesUnordered::from_iter(waiting);
            // The one too many is told at once, the others wait.
            assert!(matches!(waiting.next().await, Some(None)));
            assert!(poll_immediate(waiting.next()).await.is_none());
        }
        assert!(poll_immediate(bulkhead.seat()).await.is_none());
        drop(seat);
        assert!(poll_immediate(bulkhead.seat()).await.flatten().is_some());
    }
}
