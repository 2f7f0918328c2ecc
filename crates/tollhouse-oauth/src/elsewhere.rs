//! Keys that an existing system of users knows: it is asked about each, and again after a second.

mod holder;
mod web;

use std::{fmt, sync::Arc, time::Duration};

use aws_lc_rs::digest::{SHA256, digest};
use tokio::time::timeout;
use tokio_util::task::TaskTracker;
use tollhouse_core::{Clock, Directory, NoAnswer, OutsideKey, Unauthenticated};

use self::holder::Holder;
pub use self::web::WebDirectory;
use crate::{Verified, recent::Recent, surroundings::Surroundings, turns::Turns};

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
    turns: Turns,
}

type Answer = Result<Arc<Verified>, Unauthenticated>;

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
        let is_none = |answer: &Answer| matches!(answer, Err(Unauthenticated::Unavailable));
        let inner = Inner {
            directory,
            clock,
            kept,
            turns: Turns::new(AT_ONCE_MAX),
        };
        Self {
            inner: Arc::new(inner),
            recent: Recent::new(kept, is_none, &surroundings),
        }
    }

    /// Whose key it is, as far as the other system says it. That is known for as long as the answer counts; then whoever
    /// keeps it asks again. A key without an end has the last time that there is.
    ///
    /// # Errors
    ///
    /// Nobody holds it ([`Unauthenticated::UnknownKey`]), or nobody can say ([`Unauthenticated::Unavailable`]).
    pub async fn holder(&self, key: &str) -> Result<Arc<Verified>, Unauthenticated> {
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
            async move { inner.answer(&key, fingerprint).await }
        };
        let answered = self.recent.ask(fingerprint, question).await;
        let (answer, _) = answered.ok_or(Unauthenticated::Unavailable)?;
        let verified = answer?;
        // A key may end while its answer counts.
        if verified.expires_at_ms <= self.inner.clock.unix_ms() {
            tracing::debug!(subject = verified.subject, "a key that has expired came");
            return Err(Unauthenticated::UnknownKey);
        }
        Ok(verified)
    }
}

impl Inner {
    async fn answer(&self, key: &OutsideKey, fingerprint: [u8; 32]) -> Answer {
        let asked_ms = self.clock.unix_ms();
        let asked = async {
            let _turn = self.turns.take(&fingerprint).await;
            self.ask(key).await
        };
        let found = timeout(DEADLINE, asked).await;
        if let Ok(Ok(found)) = &found {
            self.turns.note(fingerprint, found.is_some());
        }
        match found.unwrap_or_else(|_| Err(NoAnswer("it gave no answer in 5 s".into()))) {
            Ok(None) => Err(Unauthenticated::UnknownKey),
            Ok(Some(holder)) => Ok(Arc::new(self.verified(holder, key, asked_ms))),
            Err(error) => {
                tracing::error!(%error, "keys cannot be looked up in the system that knows them");
                Err(Unauthenticated::Unavailable)
            }
        }
    }

    async fn ask(&self, key: &OutsideKey) -> Result<Option<Holder>, NoAnswer> {
        let said = self.directory.find(key).await?;
        let read = said.map(|members| Holder::read(&members));
        read.transpose()
            .map_err(|problem| NoAnswer(Box::new(problem)))
    }

    fn verified(&self, holder: Holder, key: &OutsideKey, asked_ms: u64) -> Verified {
        let kept_ms = u64::try_from(self.kept.as_millis()).unwrap_or(u64::MAX);
        let expires_at_ms = holder.expires_at_ms.unwrap_or(u64::MAX);
        Verified {
            issuer: String::new(),
            subject: holder.subject,
            client: holder.client,
            tenant: holder.tenant,
            email: None,
            roles: holder.roles,
            scopes: holder.scopes,
            grant: Some(grant(key)),
            expires_at_ms,
            recheck_at_ms: Some(asked_ms.saturating_add(kept_ms).min(expires_at_ms)),
        }
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
/// Of keys that were good before, and of others.
const AT_ONCE_MAX: usize = 32;
/// How long a question may take, and its wait for others.
const DEADLINE: Duration = Duration::from_secs(5);
