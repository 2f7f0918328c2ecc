//! Whether whoever opened a stream is still let in, for as long as it is open.
//!
//! A stream that only listens may last for days, and would outlive the credential that opened it. So the credential is
//! kept beside it and presented again when something has changed or its time is up. Where neither can happen there is
//! no vigil, and it costs nothing. Calls under way are not watched over: they come to their end.

use std::{fmt, future::pending, sync::Arc, time::Duration};

use axum::http::HeaderMap;
use futures_util::future::BoxFuture;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};
use tollhouse_core::{Principal, Server, Unauthenticated};

use crate::doorman::Doorman;

/// One caller who is asked for again and again.
pub(crate) struct Vigil {
    server: Server,
    credential: Arc<Credential>,
    /// As it was when somebody asked last.
    principal: Principal,
    changes: Option<watch::Receiver<u64>>,
    /// A question under way.
    asking: Option<BoxFuture<'static, Result<Principal, Unauthenticated>>>,
    has_asked: bool,
}

/// What was presented, where, and to whom.
pub(crate) struct Credential {
    pub(crate) doorman: Doorman,
    /// Only those that the doorman reads.
    pub(crate) headers: HeaderMap,
    pub(crate) resource: Option<String>,
    pub(crate) patience: Duration,
}

/// What has become of a caller.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Let in no more.
    Gone,
    /// Let in as before, but may do more or less.
    Changed(Principal),
}

impl Vigil {
    /// Over this caller, who has been let in; none if that cannot change.
    pub(crate) fn over(
        principal: &Principal,
        server: &Server,
        credential: impl FnOnce() -> Credential,
        changes: Option<watch::Receiver<u64>>,
    ) -> Option<Box<Self>> {
        if changes.is_none() && principal.until_ms().is_none() {
            return None;
        }
        let credential = Arc::new(credential());
        // What changed between the first question and this moment moved no number that is watched here.
        let asking = changes.is_some().then(|| ask(&credential));
        Some(Box::new(Self {
            server: server.clone(),
            credential,
            principal: principal.clone(),
            changes,
            asking,
            has_asked: false,
        }))
    }

    /// Comes when the caller's fate has changed. Nothing is lost if the wait is dropped.
    pub(crate) async fn next(&mut self) -> Fate {
        loop {
            if self.asking.is_none() {
                self.due().await;
            }
            let credential = &self.credential;
            let asking = self.asking.get_or_insert_with(|| ask(credential));
            let told = asking.await;
            self.asking = None;
            self.has_asked = true;
            // Somebody else's credential by now, or one for another tenant's data, is no longer this caller's.
            let Some(now) = told.ok().filter(|now| now.mark() == self.principal.mark()) else {
                return Fate::Gone;
            };
            let before = std::mem::replace(&mut self.principal, now);
            if !self.principal.is_same(&before) {
                return Fate::Changed(self.principal.clone());
            }
        }
    }

    /// Comes when the caller is let in no more.
    pub(crate) async fn gone(&mut self) {
        while self.next().await != Fate::Gone {}
    }

    /// Waits until there is something to ask about.
    async fn due(&mut self) {
        let until_ms = self.principal.until_ms();
        let time_is_up = time_is_up(&self.server, until_ms, self.has_asked);
        let Some(changes) = &mut self.changes else {
            return time_is_up.await;
        };
        let has_changed = tokio::select! {
            changed = changes.changed() => changed.is_ok(),
            () = time_is_up => true,
        };
        if !has_changed {
            // Whoever could tell of changes has gone. That is one, and there will be no other.
            self.changes = None;
        }
    }
}

/// Comes at a time of the wall clock; never if there is none.
async fn time_is_up(server: &Server, until_ms: Option<u64>, has_asked: bool) {
    let Some(until_ms) = until_ms else {
        return pending().await;
    };
    let left = || until_ms.saturating_sub(server.clock().unix_ms());
    // Whoever is let in although the time is up is not asked for in a tight loop.
    if has_asked && left() == 0 {
        sleep(BREATH).await;
    }
    loop {
        let left = left();
        if left == 0 {
            return;
        }
        // Not all at once: the timer stands still while the machine sleeps, and the wall clock may be set.
        sleep(Duration::from_millis(left).min(LOOK_AGAIN)).await;
    }
}

fn ask(credential: &Arc<Credential>) -> BoxFuture<'static, Result<Principal, Unauthenticated>> {
    let credential = Arc::clone(credential);
    Box::pin(async move {
        // Meanwhile the stream goes on, for somebody who may have lost the right to it.
        let told = timeout(ANSWER_WITHIN, insist(&credential)).await;
        told.unwrap_or(Err(Unauthenticated::Unavailable))
    })
}

/// Asks again where nobody could be asked, a few times: what is only busy for a moment is not to end every stream.
async fn insist(credential: &Credential) -> Result<Principal, Unauthenticated> {
    let Credential {
        doorman,
        headers,
        resource,
        patience,
    } = credential;
    let ask = || doorman.ask(headers, resource.as_deref(), *patience);
    for _ in 0..TRIES_MORE {
        match ask().await {
            Err(Unauthenticated::Unavailable) => sleep(BETWEEN_TRIES).await,
            told => return told,
        }
    }
    ask().await
}

/// What has become of a caller who may be watched over; never if nobody is.
pub(crate) async fn fate(vigil: &mut Option<Box<Vigil>>) -> Fate {
    match vigil {
        Some(vigil) => vigil.next().await,
        None => pending().await,
    }
}

impl fmt::Debug for Vigil {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The headers are secrets.
        write!(formatter, "Vigil({})", self.principal.subject())
    }
}

const BREATH: Duration = Duration::from_secs(1);
const LOOK_AGAIN: Duration = Duration::from_secs(60);
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
const TRIES_MORE: u32 = 4;
const BETWEEN_TRIES: Duration = Duration::from_millis(250);
