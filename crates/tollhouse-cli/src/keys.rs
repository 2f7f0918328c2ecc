//! Callers told apart by the keys that they present.
//!
//! A key comes from the environment, or was made by `tollhouse keys create` and stands, as a digest, in the
//! state. It lives here and not in the HTTP edge, because only the program reads the environment and opens the
//! state. Digests alone are compared, so how long that takes tells nothing of a key that would be right.

use std::{
    convert::Infallible,
    fmt,
    future::pending,
    sync::{Arc, Mutex, PoisonError},
};

use futures_util::future::BoxFuture;
use tokio::sync::watch;
use tollhouse::{
    Authenticate, Clock, Credentials, Key, KeyHash, Presented, Principal, Unauthenticated, User,
};

mod environment;
mod people;
mod presented;
mod pulse;
mod registry;
mod secret;
mod warm;

pub(crate) use environment::{FromEnvironment, HOLDER, by_stdio, local};
pub(crate) use registry::Registry;
pub(crate) use secret::Secret;

use environment::holder;
use presented::the_key;
use secret::{Form, form, hash};
use warm::Warm;

/// Knows keys, and who each is for.
pub(crate) struct Porter {
    headers: Vec<String>,
    fixed: Option<(KeyHash, Principal)>,
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
        headers: Vec<String>,
        fixed: Option<&FromEnvironment>,
        registry: Option<Registry>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            headers,
            fixed: fixed.map(|key| (key.hash, holder())),
            registry,
            clock,
            warm: Warm::default(),
            any: Mutex::default(),
        }
    }

    /// Hears of changes in good time, for as long as it is polled.
    pub(crate) async fn beat(&self) -> Infallible {
        match &self.registry {
            Some(registry) => registry.beat().await,
            None => pending().await,
        }
    }

    /// How a key is sent, on a command line of a shell that has it in its environment.
    pub(crate) fn shown_header(&self) -> Option<String> {
        self.headers.first().map(|name| match name.as_str() {
            "authorization" => "Authorization: Bearer $MCP_API_KEY".to_owned(),
            other => format!("{other}: $MCP_API_KEY"),
        })
    }

    /// The headers, as people write them.
    pub(crate) fn shown_headers(&self) -> String {
        let shown = self.headers.iter().map(|name| match name.as_str() {
            "authorization" => "Authorization: Bearer",
            other => other,
        });
        shown.collect::<Vec<_>>().join(" or ")
    }

    /// Who holds this key.
    async fn holder(&self, key: &[u8]) -> Result<Principal, Unauthenticated> {
        let hash = hash(key);
        if let Some((fixed, principal)) = &self.fixed
            && *fixed == hash
        {
            return Ok(principal.clone());
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
            (Form::Whole, None) | (Form::Foreign, _) => {
                self.nobody(Unauthenticated::UnknownKey).await
            }
        }
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
        let user = registry.people().find(&key.subject).await?;
        if user.as_ref().is_some_and(|user| user.is_blocked()) {
            tracing::debug!(id = key.id, name = key.name, "a key of a blocked user came");
            return Err(Unauthenticated::UnknownKey);
        }
        let known = Known {
            principal: principal(&key, user.as_deref()),
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

    /// Why nobody was found: what came is wrong, or there is nothing that would be right.
    async fn nobody(&self, why: Unauthenticated) -> Result<Principal, Unauthenticated> {
        if self.fixed.is_some() {
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

impl Authenticate for Porter {
    fn headers(&self) -> Vec<String> {
        self.headers.clone()
    }

    fn changes(&self) -> Option<watch::Receiver<u64>> {
        self.registry.as_ref().map(Registry::changes)
    }

    fn authenticate<'a>(
        &'a self,
        presented: Credentials<'a>,
    ) -> BoxFuture<'a, Result<Principal, Unauthenticated>> {
        Box::pin(async move {
            match the_key(presented)? {
                Some(key) => self.holder(key).await,
                None => self.nobody(Unauthenticated::MissingKey).await,
            }
        })
    }
}

impl fmt::Debug for Porter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Porter");
        shown
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}

/// Who calls with this key: its own scopes and roles, and the roles of whose it is. Where both name a tenant, that of
/// the key counts, which is the narrower of the two.
fn principal(key: &Key, user: Option<&User>) -> Principal {
    let client = key.client.as_deref().unwrap_or(&key.id);
    let roles = [
        key.roles.as_ref(),
        user.and_then(|user| user.roles.as_ref()),
    ];
    let tenant = user.and_then(|user| user.tenant.as_deref());
    let mut caller = Principal::new(&key.subject, key.scopes.iter().flatten().cloned())
        .in_roles(roles.into_iter().flatten().flatten().cloned())
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
