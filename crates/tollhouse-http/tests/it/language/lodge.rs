//! Somebody at the door whose mind can be changed while streams are open.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use futures_util::future::{BoxFuture, pending, ready};
use tokio::sync::watch;
use tollhouse_core::{Authenticate, Credentials, Header, Principal, Unauthenticated};

use super::{PATIENCE, within};

/// Knows what comes behind `Bearer`. Cloning gives another handle on the same one.
#[derive(Clone, Debug)]
pub(crate) struct Lodge(Arc<Inside>);

#[derive(Debug)]
struct Inside {
    known: Mutex<BTreeMap<&'static str, Mind>>,
    changes: watch::Sender<u64>,
    says_changes: bool,
    asked: watch::Sender<usize>,
}

#[derive(Clone, Debug)]
enum Mind {
    Made(Result<Principal, Unauthenticated>),
    /// Changed as soon as it has been told.
    Fickle(Principal),
    /// Never told.
    Unsure,
}

impl Lodge {
    /// One that tells when its mind changes.
    pub(crate) fn new() -> Self {
        Self::saying(true)
    }

    /// One that never tells.
    pub(crate) fn silent() -> Self {
        Self::saying(false)
    }

    fn saying(says_changes: bool) -> Self {
        Self(Arc::new(Inside {
            known: Mutex::default(),
            changes: watch::Sender::default(),
            says_changes,
            asked: watch::Sender::default(),
        }))
    }

    /// Lets in this caller from now on.
    pub(crate) fn admit(&self, key: &'static str, principal: Principal) {
        self.make_up(key, Mind::Made(Ok(principal)));
    }

    /// Lets in this caller once, and then no more.
    pub(crate) fn admit_once(&self, key: &'static str, principal: Principal) {
        self.make_up(key, Mind::Fickle(principal));
    }

    /// Turns away whoever comes with this.
    pub(crate) fn turn_away(&self, key: &'static str, why: Unauthenticated) {
        self.make_up(key, Mind::Made(Err(why)));
    }

    /// Keeps whoever comes with this waiting.
    pub(crate) fn ponder(&self, key: &'static str) {
        self.make_up(key, Mind::Unsure);
    }

    /// Says that something has changed, though nothing has.
    pub(crate) fn stir(&self) {
        self.0.changes.send_modify(|number| *number += 1);
    }

    /// How often it was asked.
    pub(crate) fn asked(&self) -> usize {
        *self.0.asked.borrow()
    }

    /// Waits until it was asked so often.
    pub(crate) async fn until_asked(&self, times: usize) {
        let mut asked = self.0.asked.subscribe();
        drop(
            within(PATIENCE, asked.wait_for(|asked| *asked >= times))
                .await
                .unwrap(),
        );
    }

    fn make_up(&self, key: &'static str, mind: Mind) {
        self.known().insert(key, mind);
        self.stir();
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<&'static str, Mind>> {
        self.0.known.lock().unwrap()
    }

    /// `None` if that takes forever.
    fn tell(&self, value: &[u8]) -> Option<Result<Principal, Unauthenticated>> {
        let key = value.strip_prefix(b"Bearer ").unwrap_or_default();
        let known: Option<(&'static str, Mind)> = {
            let known = self.known();
            let mut entries = known.iter();
            let found = entries.find(|(known, _)| known.as_bytes() == key);
            found.map(|(key, mind)| (*key, mind.clone()))
        };
        Some(match known {
            None => Err(Unauthenticated::UnknownKey),
            Some((_, Mind::Made(mind))) => mind,
            Some((key, Mind::Fickle(principal))) => {
                self.turn_away(key, Unauthenticated::UnknownKey);
                Ok(principal)
            }
            Some((_, Mind::Unsure)) => return None,
        })
    }
}

impl Authenticate for Lodge {
    fn changes(&self) -> Option<watch::Receiver<u64>> {
        self.0.says_changes.then(|| self.0.changes.subscribe())
    }

    fn authenticate<'a>(
        &'a self,
        presented: Credentials<'a>,
    ) -> BoxFuture<'a, Result<Principal, Unauthenticated>> {
        let told = match presented.header("authorization") {
            Header::One(value) => self.tell(value),
            _ => Some(Err(Unauthenticated::MissingKey)),
        };
        self.0.asked.send_modify(|asked| *asked += 1);
        match told {
            Some(told) => Box::pin(ready(told)),
            None => Box::pin(pending()),
        }
    }
}
