//! Callers told apart by the keys that they present.
//!
//! A key comes from the environment, or was made by `tollhouse keys create` and stands, as a digest, in the
//! state. It lives here and not in the HTTP edge, because only the program reads the environment and opens the
//! state. Digests alone are compared, so how long that takes tells nothing of a key that would be right.

use std::{
    fmt, str,
    sync::{Arc, Mutex, PoisonError},
};

use tollhouse::{Clock, Key, KeyHash, Presented, Principal, Unauthenticated, User};
use tollhouse_oauth::Elsewhere;

use crate::{
    doorman::holder_of,
    rights::{self, Rights},
    secrets::Watched,
};

mod environment;
mod people;
mod piped;
mod presented;
mod pulse;
mod registry;
mod secret;
mod warm;

pub(crate) use presented::{Shown, the_credential};
pub(crate) use warm::Warm;

pub(crate) use environment::{FromEnvironment, HOLDER, by_stdio, local};
pub(crate) use piped::Piped;
pub(crate) use registry::Registry;
pub(crate) use secret::Secret;

use environment::holder;
use secret::{Form, form, hash};

/// Knows keys, and who each is for.
pub(crate) struct Porter {
    /// The keys of whoever may do everything.
    fixed: Vec<Watched>,
    /// Who knows the keys that were not made here.
    elsewhere: Option<Elsewhere>,
    rights: Arc<Rights>,
    registry: Option<Registry>,
    clock: Arc<dyn Clock>,
    warm: Warm<[u8; 32], Known>,
    /// Until when there is a living key, in milliseconds since 1970, by the number that there was then.
    any: Mutex<Option<(u64, u64)>>,
}

/// A key that was good when it was looked up.
#[derive(Clone)]
struct Known {
    principal: Principal,
    id: Arc<str>,
}

impl Porter {
    /// Reads these headers, in lower case; keys are the one of the environment and those in the state.
    pub(crate) fn new(
        (fixed, elsewhere): (Vec<Watched>, Option<Elsewhere>),
        (registry, rights): (Option<Registry>, Arc<Rights>),
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            fixed,
            elsewhere,
            rights,
            registry,
            clock,
            warm: Warm::default(),
            any: Mutex::default(),
        }
    }

    /// The key of whoever may do everything, if this is one.
    fn fixed(&self, presented: &KeyHash) -> Option<&Watched> {
        let is_it = |key: &&Watched| {
            let key = key.value();
            let key = key.trim_ascii().as_bytes();
            !key.is_empty() && hash(key) == *presented
        };
        self.fixed.iter().find(is_it)
    }

    /// Who holds this key.
    pub(crate) async fn holder(&self, key: &[u8]) -> Result<Principal, Unauthenticated> {
        let hash = hash(key);
        if let Some(fixed) = self.fixed(&hash) {
            // Nobody tells when it is exchanged where it stands, so whoever has come with it is asked again.
            return Ok(match fixed.good_for() {
                Some(time) => {
                    let time_ms = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
                    holder().until(self.clock.unix_ms().saturating_add(time_ms))
                }
                None => holder(),
            });
        }
        let current = self.registry.as_ref().and_then(|registry| {
            let known = self.warm.find(&hash.0, registry.pulse.current()?)?;
            Some((registry, known))
        });
        if let Some((registry, known)) = current {
            return self.use_of(registry, known);
        }
        // What was never made here need not be looked for.
        match (form(key), &self.registry) {
            (Form::Mistyped, _) => self.nobody(Unauthenticated::MistypedKey).await,
            (Form::Whole, Some(registry)) => self.look_up(registry, hash).await,
            (Form::Foreign, Some(registry)) if self.elsewhere.is_some() => {
                self.ask_elsewhere(registry, key).await
            }
            (Form::Whole, None) | (Form::Foreign, _) => {
                self.nobody(Unauthenticated::UnknownKey).await
            }
        }
    }

    /// Who holds a key that another system keeps.
    async fn ask_elsewhere(
        &self,
        registry: &Registry,
        key: &[u8],
    ) -> Result<Principal, Unauthenticated> {
        let (Some(elsewhere), Ok(key)) = (&self.elsewhere, str::from_utf8(key)) else {
            return Err(Unauthenticated::UnknownKey);
        };
        let verified = elsewhere.holder(key).await?;
        let people = registry.people();
        let user = people.admit(&verified.subject, Unauthenticated::UnknownKey);
        let user = user.await?;
        Ok(holder_of(&verified, user.as_deref(), &self.rights))
    }

    /// Who holds the key with this digest, as the state says now.
    async fn look_up(
        &self,
        registry: &Registry,
        hash: KeyHash,
    ) -> Result<Principal, Unauthenticated> {
        // Before the key: what changes in between is looked up again.
        let number = registry.pulse.number().await?;
        let found = registry.keys.find(hash, self.clock.unix_ms()).await;
        let key = match found {
            Ok(Presented::Living(key)) => key,
            Ok(Presented::Expired(key) | Presented::Revoked(key)) => {
                tracing::debug!(id = key.id, name = key.name, "a key that has ended came");
                return Err(Unauthenticated::UnknownKey);
            }
            Ok(Presented::Unknown) => return self.nobody(Unauthenticated::UnknownKey).await,
            Err(error) => {
                tracing::error!(%error, "keys cannot be looked up");
                return Err(Unauthenticated::Unavailable);
            }
        };
        let people = registry.people();
        let user = people.admit(&key.subject, Unauthenticated::UnknownKey);
        let user = user.await?;
        let known = Known {
            principal: principal(&key, user.as_deref(), &self.rights),
            id: key.id.into(),
        };
        self.warm.keep(hash.0, number, known.clone());
        self.use_of(registry, known)
    }

    fn use_of(&self, registry: &Registry, known: Known) -> Result<Principal, Unauthenticated> {
        let now_ms = self.clock.unix_ms();
        let until_ms = known.principal.until_ms();
        if until_ms.is_some_and(|at_ms| at_ms <= now_ms) {
            return Err(Unauthenticated::UnknownKey);
        }
        registry.keys.touch(&known.id, now_ms);
        Ok(known.principal)
    }

    /// Why somebody is turned away who shows nothing.
    pub(crate) async fn missing(&self) -> Unauthenticated {
        let nobody = self.nobody(Unauthenticated::MissingKey).await;
        nobody.err().unwrap_or(Unauthenticated::MissingKey)
    }

    /// Whether this is the key of whoever may do everything, which may look like anything.
    pub(crate) fn knows(&self, presented: &[u8]) -> bool {
        !self.fixed.is_empty() && self.fixed(&hash(presented)).is_some()
    }

    /// Why nobody was found: what came is wrong, or there is nothing that would be right.
    async fn nobody(&self, why: Unauthenticated) -> Result<Principal, Unauthenticated> {
        if !self.fixed.is_empty() || self.elsewhere.is_some() {
            return Err(why);
        }
        let Some(registry) = &self.registry else {
            return Err(Unauthenticated::NotConfigured);
        };
        let number = registry.pulse.number().await?;
        let now_ms = self.clock.unix_ms();
        let known = *self.any.lock().unwrap_or_else(PoisonError::into_inner);
        let until_ms = match known {
            Some((before, until_ms)) if before == number => until_ms,
            _ => {
                let until_ms = living_until(registry, now_ms).await?;
                let mut any = self.any.lock().unwrap_or_else(PoisonError::into_inner);
                *any = Some((number, until_ms));
                until_ms
            }
        };
        Err(if until_ms > now_ms {
            why
        } else {
            Unauthenticated::NotConfigured
        })
    }
}

/// Until when there is a living key, if nothing changes: no time if there is none.
async fn living_until(registry: &Registry, now_ms: u64) -> Result<u64, Unauthenticated> {
    let keys = registry.keys.list().await.map_err(|error| {
        tracing::error!(%error, "keys cannot be looked up");
        Unauthenticated::Unavailable
    })?;
    let ends = keys
        .into_iter()
        .filter_map(|key| match key.presented(now_ms) {
            Presented::Living(key) => Some(key.expires_at_ms.unwrap_or(u64::MAX)),
            Presented::Expired(_) | Presented::Revoked(_) | Presented::Unknown => None,
        });
    Ok(ends.max().unwrap_or(0))
}

impl fmt::Debug for Porter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Porter").finish_non_exhaustive()
    }
}

/// Whether a credential was made by this program, or was meant to be.
pub(crate) fn is_ours(credential: &[u8]) -> bool {
    secret::begins(credential)
}

/// Who calls with this key: its own scopes and roles, and the roles of whose it is. Where both name a tenant, that of
/// the key counts, which is the narrower of the two.
pub(crate) fn principal(key: &Key, user: Option<&User>, rights: &Rights) -> Principal {
    let client = key.client.as_deref().unwrap_or(&key.id);
    let roles = rights::together(
        key.roles.as_deref(),
        user.and_then(|user| user.roles.as_deref()),
    );
    let tenant = user.and_then(|user| user.tenant.as_deref());
    let scopes = rights.held(key.scopes.clone(), roles.as_ref());
    let mut caller = Principal::new(&key.subject, scopes)
        .in_roles(roles.into_iter().flatten())
        .by_client(client)
        .under_grant(&key.id);
    if let Some(tenant) = key.tenant.as_deref().or(tenant) {
        caller = caller.of_tenant(tenant);
    }
    match key.expires_at_ms {
        Some(at_ms) => caller.until(at_ms),
        None => caller,
    }
}

#[cfg(test)]
mod tests;
