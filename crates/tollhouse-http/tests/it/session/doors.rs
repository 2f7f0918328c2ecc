//! A clock that tests turn, and a way to tell callers apart.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::future::{BoxFuture, pending, ready};
use tollhouse_core::{Authenticate, Clock, Credentials, Header, Principal, Unauthenticated};

/// A clock that stands still until it is turned. Cloning gives another handle on the same clock.
#[derive(Clone, Debug, Default)]
pub(super) struct Hands(Arc<AtomicU64>);

impl Hands {
    pub(super) fn turn(&self, by: Duration) {
        let by = u64::try_from(by.as_millis()).unwrap();
        self.0.fetch_add(by, Ordering::Relaxed);
    }
}

impl Clock for Hands {
    fn unix_ms(&self) -> u64 {
        NOON_MS + self.0.load(Ordering::Relaxed)
    }

    fn ticks(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// Lets in alice and bob, and whoever presents nothing as a guest; of somebody else it never makes up its mind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Doors;

impl Authenticate for Doors {
    fn authenticate<'a>(
        &'a self,
        presented: Credentials<'a>,
    ) -> BoxFuture<'a, Result<Principal, Unauthenticated>> {
        let known = match presented.header("authorization") {
            Header::Absent => Ok("guest"),
            Header::One(b"Bearer of alice") => Ok("alice"),
            Header::One(b"Bearer of bob") => Ok("bob"),
            Header::One(b"Bearer of somebody else") => return Box::pin(pending()),
            Header::One(_) => Err(Unauthenticated::InvalidToken),
            Header::Several => Err(Unauthenticated::Unclear),
        };
        Box::pin(ready(known.map(|subject| Principal::new(subject, []))))
    }
}

const NOON_MS: u64 = 1_795_000_000_000;
