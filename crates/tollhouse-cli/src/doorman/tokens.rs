//! Tokens of outside issuers, and who their holders are here.

use std::{
    fmt, str,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use sha2::{Digest as _, Sha256};
use tokio::sync::watch;
use tollhouse::{Clock, Principal, Unauthenticated};
use tollhouse_oauth::{Issuers, Rejected, Token, Verified};

use super::holder_of;
use crate::{
    config::{files::Said, resolve},
    keys::{Registry, Shown, Warm},
    rights::Rights,
};

/// Judges tokens.
pub(crate) struct Tokens {
    settings: Vec<Said<resolve::Issuer>>,
    issuers: Arc<Issuers>,
    registry: Registry,
    rights: Arc<Rights>,
    clock: Arc<dyn Clock>,
    /// By the digest of token and resource, as long as neither the state nor the issuers' keys have changed.
    warm: Warm<[u8; 32], Principal, (u64, u64)>,
    /// The second since 1970 in which the log was told last why a token is bad.
    told_at: AtomicU64,
}

impl Tokens {
    pub(crate) fn new(
        (settings, issuers): (Vec<Said<resolve::Issuer>>, Arc<Issuers>),
        (registry, rights): (Registry, Arc<Rights>),
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            settings,
            issuers,
            registry,
            rights,
            clock,
            warm: Warm::default(),
            told_at: AtomicU64::new(0),
        }
    }

    /// The issuers, with what was said of them, for whoever takes the place of this.
    pub(crate) fn issuers(&self) -> (Vec<Said<resolve::Issuer>>, Arc<Issuers>) {
        (self.settings.clone(), Arc::clone(&self.issuers))
    }

    /// Moves whenever an earlier verdict may be another one now.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.issuers.changes()
    }

    /// The token, if this is one that an issuer has to judge: it stands behind `Bearer` and is signed, or is of those
    /// that somebody is asked about.
    pub(crate) fn their_own<'a>(&self, shown: Shown<'a>) -> Option<&'a str> {
        let text = str::from_utf8(shown.text).ok()?;
        let is_theirs = shown.is_bearer && !crate::keys::is_ours(shown.text);
        (is_theirs && (Token::resembles(text) || self.issuers.are_for(text))).then_some(text)
    }

    /// Who holds this token, shown at this resource.
    pub(crate) async fn holder(
        &self,
        token: &str,
        resource: Option<&str>,
    ) -> Result<Principal, Unauthenticated> {
        let Some(resource) = resource else {
            tracing::error!("a token came where no token can be for: the server has no URL");
            return Err(Unauthenticated::InvalidToken);
        };
        let digest = digest(token, resource);
        let keys = *self.issuers.changes().borrow();
        let known = self
            .registry
            .current()
            .and_then(|number| self.warm.find(&digest, (number, keys)));
        let now_ms = self.clock.unix_ms();
        if let Some(known) = known
            && known.until_ms().is_some_and(|until_ms| now_ms < until_ms)
        {
            return Ok(known);
        }
        let number = self.registry.number().await?;
        let verified = self.issuers.verify(token, resource).await;
        let verified = verified.map_err(|why| self.refused(&why))?;
        let verified = self.as_said(Arc::unwrap_or_clone(verified));
        let people = self.registry.people();
        let user = people.admit(&verified.subject, Unauthenticated::InvalidToken);
        let user = user.await?;
        let principal = holder_of(&verified, user.as_deref(), &self.rights);
        self.warm.keep(digest, (number, keys), principal.clone());
        Ok(principal)
    }

    /// What a token says, in the light of what was said of its issuer: where a claim was named, a token without it says
    /// that there is none; and a program is told from one of the same id that another issuer knows.
    fn as_said(&self, mut verified: Verified) -> Verified {
        let mut all = self.settings.iter().map(|said| &said.value);
        let Some(issuer) = all.find(|issuer| issuer.url == verified.issuer) else {
            return verified;
        };
        if issuer.claims.scopes.is_some() {
            verified.scopes.get_or_insert_default();
        }
        if issuer.claims.roles.is_some() {
            verified.roles.get_or_insert_default();
        }
        let client = verified.client.take();
        verified.client = client.map(|id| format!("{}{id}", issuer.subject_prefix));
        verified
    }

    /// What whoever shows it is told; the operator reads what is wrong with it. Once a second: whoever sends many of them
    /// is not to fill the log, where the lines of others would be lost.
    fn refused(&self, why: &Rejected) -> Unauthenticated {
        let second = self.clock.unix_ms() / 1000;
        let is_first = self.told_at.swap(second, Ordering::Relaxed) != second;
        match (why.is_unavailable(), is_first) {
            (true, true) => tracing::error!(%why, "a token cannot be judged"),
            (true, false) => tracing::debug!(%why, "a token cannot be judged"),
            (false, true) => tracing::info!(%why, "a token was refused"),
            (false, false) => tracing::debug!(%why, "a token was refused"),
        }
        if why.is_unavailable() {
            Unauthenticated::Unavailable
        } else {
            Unauthenticated::InvalidToken
        }
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Tokens")
            .field("issuers", &self.issuers)
            .finish_non_exhaustive()
    }
}

fn digest(token: &str, resource: &str) -> [u8; 32] {
    let mut digest = Sha256::new();
    digest.update(resource);
    // No resource has one, so where it ends is clear.
    digest.update([0]);
    digest.update(token);
    digest.finalize().into()
}
