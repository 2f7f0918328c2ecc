//! Keys that an existing system of users knows: it is asked about each, and again after a second.

mod holder;
mod web;

use std::{fmt, sync::Arc, time::Duration};

use aws_lc_rs::digest::{SHA256, digest};
use tokio::{sync::Semaphore, time::timeout};
use tokio_util::task::TaskTracker;
use tollhouse_core::{Clock, Directory, NoAnswer, OutsideKey, Principal, Unauthenticated};

use self::holder::Holder;
pub use self::web::WebDirectory;
use crate::{recent::Recent, surroundings::Surroundings};

/// Knows who holds a key, as long as the system that it is of says so.
///
/// An answer counts for a moment, also that there is no such key, so that a burst of calls asks once. If the system
/// gives no answer, nobody is let in: an answer that has ended is not used again.
pub struct Elsewhere {
    inner: Arc<Inner>,
    recent: Recent<Answer>,
}

struct Inner {
    directory: Arc<dyn Directory>,
    clock: Arc<dyn Clock>,
    kept: Duration,
    /// How many questions are under way: whoever makes keys up must not have the system flooded by us.
    permits: Semaphore,
}

type Answer = Result<Found, Unauthenticated>;

/// A caller, and when the key itself ends.
#[derive(Clone)]
struct Found {
    caller: Principal,
    ends_at_ms: Option<u64>,
}

impl Elsewhere {
    /// Asks this system. An answer counts for as long as `kept` says, and for a second at most: so long may a key be
    /// good that is not any more.
    #[must_use]
    pub fn new(directory: Arc<dyn Directory>, kept: Duration, clock: Arc<dyn Clock>) -> Self {
        let kept = kept.min(KEPT_MAX);
        let surroundings = Surroundings {
            clock: Arc::clone(&clock),
            tasks: TaskTracker::new(),
        };
        let inner = Inner {
            directory,
            clock,
            kept,
            permits: Semaphore::new(AT_ONCE_MAX),
        };
        Self {
            inner: Arc::new(inner),
            recent: Recent::new(kept, &surroundings),
        }
    }

    /// Who holds this key. The caller is known to be one for as long as the answer counts; then whoever keeps it asks
    /// again.
    ///
    /// # Errors
    ///
    /// Nobody holds it, or nobody can say.
    pub async fn holder(&self, key: &str) -> Result<Principal, Unauthenticated> {
        // What cannot stand in a header as a credential is no key of anybody, and is not handed on.
        if key.len() > KEY_BYTES_MAX || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Unauthenticated::UnknownKey);
        }
        let digest = digest(&SHA256, key.as_bytes());
        let fingerprint: [u8; 32] = digest.as_ref().first_chunk().copied().unwrap_or_default();
        let question = || {
            let key = OutsideKey {
                secret: key.to_owned(),
                sha256: hexadecimal(&fingerprint),
            };
            let inner = Arc::clone(&self.inner);
            async move { inner.answer(&key).await }
        };
        let answered = self.recent.ask(fingerprint, question).await;
        let found = answered.unwrap_or(Err(Unauthenticated::Unavailable))?;
        // A key may end while its answer counts.
        let now_ms = self.inner.clock.unix_ms();
        if found.ends_at_ms.is_some_and(|ends| ends <= now_ms) {
            tracing::debug!(grant = found.caller.grant(), "a key that has expired came");
            return Err(Unauthenticated::UnknownKey);
        }
        Ok(found.caller)
    }
}

impl Inner {
    async fn answer(&self, key: &OutsideKey) -> Answer {
        let asked_ms = self.clock.unix_ms();
        let found = timeout(DEADLINE, self.ask(key)).await;
        match found.unwrap_or_else(|_| Err(NoAnswer("it gave no answer in 5 s".into()))) {
            Ok(None) => Err(Unauthenticated::UnknownKey),
            Ok(Some(holder)) => Ok(Found {
                caller: self.caller(&holder, key, asked_ms),
                ends_at_ms: holder.expires_at_ms,
            }),
            Err(error) => {
                tracing::error!(%error, "keys cannot be looked up in the system that knows them");
                Err(Unauthenticated::Unavailable)
            }
        }
    }

    async fn ask(&self, key: &OutsideKey) -> Result<Option<Holder>, NoAnswer> {
        let _permit = self.permits.acquire().await;
        let said = self.directory.find(key).await?;
        let read = said.map(|members| Holder::read(&members));
        read.transpose()
            .map_err(|problem| NoAnswer(Box::new(problem)))
    }

    fn caller(&self, holder: &Holder, key: &OutsideKey, asked_ms: u64) -> Principal {
        let kept_ms = u64::try_from(self.kept.as_millis()).unwrap_or(u64::MAX);
        let until_ms = asked_ms.saturating_add(kept_ms);
        let until_ms = holder
            .expires_at_ms
            .map_or(until_ms, |ends| ends.min(until_ms));
        let mut caller = Principal::new(&holder.subject, holder.scopes.iter().cloned())
            .in_roles(holder.roles.iter().cloned())
            .under_grant(&grant(key))
            .until(until_ms);
        if let Some(tenant) = &holder.tenant {
            caller = caller.of_tenant(tenant);
        }
        if let Some(client) = &holder.client {
            caller = caller.by_client(client);
        }
        caller
    }
}

impl fmt::Debug for Elsewhere {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Elsewhere")
            .field("directory", &self.inner.directory)
            .field("kept", &self.inner.kept)
            .finish_non_exhaustive()
    }
}

/// A name for the key that tells it from others and is no help to whoever wants it, nor the digest that the other
/// system keeps.
fn grant(key: &OutsideKey) -> String {
    let digest = digest(&SHA256, format!("grant {}", key.secret).as_bytes());
    let first = digest.as_ref().first_chunk::<8>();
    format!(
        "elsewhere:{}",
        first.map_or_else(String::new, |first| hexadecimal(first))
    )
}

fn hexadecimal(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

const KEPT_MAX: Duration = Duration::from_secs(1);
const KEY_BYTES_MAX: usize = 4096;
const AT_ONCE_MAX: usize = 32;
/// How long a question may take, and its wait for others.
const DEADLINE: Duration = Duration::from_secs(5);
