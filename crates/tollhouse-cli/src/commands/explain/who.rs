//! Who would call: with the rights that the doorman would give them.

use std::sync::Arc;

use anyhow::{Result, bail};
use tollhouse::{Clock as _, Keys as _, Presented, Principal, SystemClock, User, Users as _};
use tollhouse_store::State;

use crate::{arguments::ExplainArguments, config::resolve::Resolved, keys, rights};

/// Who would call.
///
/// # Errors
///
/// Nobody who would be let in: why.
pub(super) async fn caller(
    arguments: &ExplainArguments,
    resolved: &Resolved,
    state: Option<&Arc<State>>,
) -> Result<Principal> {
    if !resolved.site.door.asks() {
        let user = arguments.user.as_deref();
        return Ok(keys::local(user.or(resolved.site.local_user.as_deref())));
    }
    match (&arguments.key, &arguments.user) {
        (Some(key), _) => holder(key, resolved, state).await,
        (None, Some(subject)) => {
            let user = known(subject, state).await?;
            Ok(user_of(arguments, (subject, user.as_ref()), resolved))
        }
        (None, None) => {
            bail!("callers sign in here; say who would call with --as USER or --key KEY")
        }
    }
}

/// Whoever holds a key.
async fn holder(said: &str, resolved: &Resolved, state: Option<&Arc<State>>) -> Result<Principal> {
    let Some(state) = state else {
        bail!("no key was ever kept there; name where keys are kept with --state");
    };
    let mut all = state.list().await?.into_iter();
    let found = all.find(|key| key.id == said || key.name == said);
    let Some(key) = found else {
        bail!("there is no key `{said}`; `tollhouse keys list` shows those that there are");
    };
    let key = match key.presented(SystemClock::default().unix_ms()) {
        Presented::Living(key) => key,
        Presented::Expired(_) => bail!("the key `{said}` has expired, and opens nothing"),
        Presented::Revoked(_) => bail!("the key `{said}` was revoked, and opens nothing"),
        Presented::Unknown => bail!("there is no key `{said}`"),
    };
    let user = known(&key.subject, Some(state)).await?;
    Ok(keys::principal(&key, user.as_ref(), &resolved.rights))
}

/// What the state knows of a user.
async fn known(subject: &str, state: Option<&Arc<State>>) -> Result<Option<User>> {
    let user = match state {
        Some(state) => state.user(subject).await?,
        None => None,
    };
    if user.as_ref().is_some_and(User::is_blocked) {
        bail!(
            "{subject} is blocked, and gets nowhere; `tollhouse users unblock {subject}` lets them in"
        );
    }
    Ok(user)
}

fn user_of(
    arguments: &ExplainArguments,
    (subject, user): (&str, Option<&User>),
    resolved: &Resolved,
) -> Principal {
    let said = |all: &[String]| (!all.is_empty()).then(|| all.to_vec());
    let stored = user.and_then(|user| user.roles.as_deref());
    let roles = rights::together(said(&arguments.roles).as_deref(), stored);
    let scopes = resolved
        .rights
        .held(said(&arguments.scopes), roles.as_ref());
    let mut caller = Principal::new(subject, scopes).in_roles(roles.into_iter().flatten());
    if let Some(client) = &arguments.client {
        caller = caller.by_client(client);
    }
    match user.and_then(|user| user.tenant.as_deref()) {
        Some(tenant) => caller.of_tenant(tenant),
        None => caller,
    }
}
