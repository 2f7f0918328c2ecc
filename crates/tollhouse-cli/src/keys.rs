//! Callers told apart by the keys that they present.
//!
//! A key comes from the environment, or was made by `tollhouse keys create` and stands, as a digest, in the
//! state. It lives here and not in the HTTP edge, because only the program reads the environment and opens the
//! state. Digests alone are compared, so how long that takes tells nothing of a key that would be right.

use std::{fmt, sync::Arc};

use futures_util::future::BoxFuture;
use tollhouse::{
    Authenticate, Clock, Credentials, Key, KeyHash, Keys, Presented, Principal, Unauthenticated,
};

mod environment;
mod presented;
mod secret;
mod warm;

pub(crate) use environment::{FromEnvironment, HOLDER, by_stdio, local};
pub(crate) use secret::Secret;

use environment::holder;
use presented::the_key;
use secret::{Form, form, hash};
use warm::{Known, Warm};

/// Knows keys, and who each is for.
pub(crate) struct Porter {
    headers: Vec<String>,
    fixed: Option<(KeyHash, Principal)>,
    store: Option<Arc<dyn Keys>>,
    clock: Arc<dyn Clock>,
    warm: Warm,
}

impl Porter {
    /// Reads these headers, in lower case; keys are the one of the environment and those in the store.
    pub(crate) fn new(
        headers: Vec<String>,
        fixed: Option<&FromEnvironment>,
        store: Option<Arc<dyn Keys>>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            headers,
            fixed: fixed.map(|key| (key.hash, holder())),
            store,
            clock,
            warm: Warm::default(),
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
        // What was never made here need not be looked for.
        let unknown = match form(key) {
            Form::Whole => Unauthenticated::UnknownKey,
            Form::Mistyped => return self.nobody(Unauthenticated::MistypedKey).await,
            Form::Foreign => return self.nobody(Unauthenticated::UnknownKey).await,
        };
        let Some(store) = &self.store else {
            return self.nobody(unknown).await;
        };
        let asked_at = self.clock.ticks();
        if let Some(known) = self.warm.find(&hash, asked_at) {
            return self.use_of(store.as_ref(), known, unknown);
        }
        let now_ms = self.clock.unix_ms();
        match store.find(hash, now_ms).await {
            Ok(Presented::Living(key)) => {
                let known = Known::new(principal(&key), &key, asked_at);
                self.warm.keep(hash, known.clone());
                self.use_of(store.as_ref(), known, unknown)
            }
            Ok(Presented::Expired(key) | Presented::Revoked(key)) => {
                self.warm.forget(&hash);
                tracing::debug!(id = key.id, name = key.name, "a key that has ended came");
                Err(unknown)
            }
            Ok(Presented::Unknown) => self.nobody(unknown).await,
            Err(error) => {
                tracing::error!(%error, "keys cannot be looked up");
                Err(Unauthenticated::Unavailable)
            }
        }
    }

    fn use_of(
        &self,
        store: &dyn Keys,
        known: Known,
        unknown: Unauthenticated,
    ) -> Result<Principal, Unauthenticated> {
        let now_ms = self.clock.unix_ms();
        if known.expires_at_ms.is_some_and(|at_ms| at_ms <= now_ms) {
            return Err(unknown);
        }
        store.touch(&known.id, now_ms);
        Ok(known.principal)
    }

    /// Why nobody was found: what came is wrong, or there is nothing that would be right.
    async fn nobody(&self, why: Unauthenticated) -> Result<Principal, Unauthenticated> {
        if self.fixed.is_some() {
            return Err(why);
        }
        let Some(store) = &self.store else {
            return Err(Unauthenticated::NotConfigured);
        };
        let asked_at = self.clock.ticks();
        if let Some(any) = self.warm.any(asked_at) {
            return Err(if any {
                why
            } else {
                Unauthenticated::NotConfigured
            });
        }
        let keys = store.list().await.map_err(|error| {
            tracing::error!(%error, "keys cannot be looked up");
            Unauthenticated::Unavailable
        })?;
        let now_ms = self.clock.unix_ms();
        let is_living = |key: Key| matches!(key.presented(now_ms), Presented::Living(_));
        let any = keys.into_iter().any(is_living);
        self.warm.keep_any(any, asked_at);
        Err(if any {
            why
        } else {
            Unauthenticated::NotConfigured
        })
    }
}

impl Authenticate for Porter {
    fn headers(&self) -> Vec<String> {
        self.headers.clone()
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

/// Who calls with this key.
fn principal(key: &Key) -> Principal {
    let client = key.client.as_deref().unwrap_or(&key.id);
    Principal::new(&key.subject, key.scopes.iter().cloned()).by_client(client)
}
