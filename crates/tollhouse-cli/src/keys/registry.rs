//! Keys, users and the number of their changes: the state, as sign-in sees it.

use std::{convert::Infallible, sync::Arc};

use tokio::sync::watch;
use tollhouse::{Clock, Keys, Unauthenticated, Users};

use super::{people::People, pulse::Pulse};

/// The state, as sign-in sees it. Clones share what they know.
#[derive(Clone, Debug)]
pub(crate) struct Registry {
    pub(super) keys: Arc<dyn Keys>,
    pub(super) pulse: Arc<Pulse>,
    people: Arc<People>,
}

impl Registry {
    pub(crate) fn new<S: Keys + Users + 'static>(state: S, clock: Arc<dyn Clock>) -> Self {
        let state = Arc::new(state);
        let keys: Arc<dyn Keys> = Arc::clone(&state) as _;
        let pulse = Arc::new(Pulse::new(Arc::clone(&keys), clock));
        Self {
            keys,
            people: Arc::new(People::new(state, Arc::clone(&pulse))),
            pulse,
        }
    }

    /// The number of changes, if it was heard within the last second.
    pub(crate) fn current(&self) -> Option<u64> {
        self.pulse.current()
    }

    /// The number of changes, asked for if need be.
    ///
    /// # Errors
    ///
    /// The state does not answer.
    pub(crate) async fn number(&self) -> Result<u64, Unauthenticated> {
        self.pulse.number().await
    }

    /// What is known of users, for every kind of credential.
    pub(crate) fn people(&self) -> &People {
        &self.people
    }

    /// Moves whenever an earlier verdict on a key or a user may be another one now.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.pulse.listen()
    }

    /// Hears of changes in good time, for as long as it is polled and anybody listens or calls.
    pub(crate) async fn beat(&self, is_listened: impl Fn() -> bool) -> Infallible {
        self.pulse.beat(is_listened).await
    }
}
