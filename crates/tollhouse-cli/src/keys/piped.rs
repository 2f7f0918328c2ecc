//! The holder of a key over stdio: known before anything is served, and asked for again whenever it may be otherwise.

use std::{fmt, sync::Arc, time::Duration};

use anyhow::{Error, anyhow};
use tokio::{sync::watch, time};
use tollhouse::{Authenticate, Clock, Credentials, Header, Principal, Unauthenticated};

use crate::secrets::Watched;

/// Somebody who calls over pipes with a key of the environment.
pub(crate) struct Piped {
    door: Arc<dyn Authenticate>,
    clock: Arc<dyn Clock>,
    key: Watched,
    caller: watch::Sender<Principal>,
    changes: Option<watch::Receiver<u64>>,
}

impl Piped {
    /// Whoever holds this key.
    ///
    /// # Errors
    ///
    /// Nobody does.
    pub(crate) async fn open(
        door: Arc<dyn Authenticate>,
        key: Watched,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Error> {
        // Before the first look, so that no change falls between the two.
        let changes = door.changes();
        let caller = look(door.as_ref(), &key).await.map_err(refused)?;
        Ok(Self {
            door,
            clock,
            key,
            caller: watch::Sender::new(caller),
            changes,
        })
    }

    /// Who it is, from now on.
    pub(crate) fn caller(&self) -> watch::Receiver<Principal> {
        self.caller.subscribe()
    }

    /// Asks again whenever something has changed, and tells why once the key is good no more.
    pub(crate) async fn ended(&self) -> Error {
        let mut changes = self.changes.clone();
        loop {
            let pause = self.pause();
            tokio::select! {
                () = changed(&mut changes) => {}
                () = time::sleep(pause) => {}
            }
            match look(self.door.as_ref(), &self.key).await {
                Ok(caller) => self.goes_on_as(caller),
                Err(why) => return refused(why),
            }
        }
    }

    fn goes_on_as(&self, caller: Principal) {
        self.caller.send_if_modified(|before| {
            let is_other = !before.is_same(&caller);
            *before = caller;
            is_other
        });
    }

    /// Until the key ends by itself, but never so long that a clock which is set would not be noticed.
    fn pause(&self) -> Duration {
        let until_ms = self.caller.borrow().until_ms();
        let left = until_ms.map(|until_ms| until_ms.saturating_sub(self.clock.unix_ms()));
        left.map_or(PAUSE_MAX, |ms| Duration::from_millis(ms).min(PAUSE_MAX))
    }
}

impl fmt::Debug for Piped {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Piped").finish_non_exhaustive()
    }
}

/// As it is now: a file may hold another key by the time that the first one ends.
async fn look(door: &dyn Authenticate, key: &Watched) -> Result<Principal, Unauthenticated> {
    let key = key.value();
    let headers = [("x-api-key", Header::One(key.trim_ascii().as_bytes()))];
    door.authenticate(Credentials::new(&headers)).await
}

fn refused(why: Unauthenticated) -> Error {
    match why {
        Unauthenticated::MistypedKey => {
            anyhow!("the key in MCP_API_KEY has a typing error; copy it again, whole")
        }
        Unauthenticated::Unavailable => anyhow!(
            "whether the key in MCP_API_KEY is good cannot be told, because the state does not answer; start again \
             when it does"
        ),
        _ => anyhow!(
            "the key in MCP_API_KEY is unknown, was revoked or has expired, or its user is blocked; make another \
             with `tollhouse keys create NAME`, or unset MCP_API_KEY to call as the local user"
        ),
    }
}

async fn changed(changes: &mut Option<watch::Receiver<u64>>) {
    if let Some(changes) = changes
        && changes.changed().await.is_ok()
    {
        return;
    }
    std::future::pending().await
}

const PAUSE_MAX: Duration = Duration::from_secs(60);
