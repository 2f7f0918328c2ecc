//! Who vouches for callers elsewhere, made ready as a file says: issuers of tokens, and systems that keep keys.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result, anyhow};
use tokio::runtime;
use tollhouse::{Clock, Directory, SystemClock};
use tollhouse_oauth::{
    Algorithm, ClaimNames, Elsewhere, Introspection, Issuer, Issuers, Rejected, Rules, Secret,
    Types, WebDirectory,
};
use tollhouse_outbound::{Options, Outbound};
use tollhouse_sources::sql::SqlDirectory;

use crate::{
    config::{
        codes::Code,
        files::Said,
        problem::Problems,
        raw,
        resolve::{self, Lookup, Resolved, Way},
    },
    secrets::{Reference, Watched},
};

/// Tells of what keeps callers from being let in as a file says: a secret that is not there, settings that make no sense
/// together.
pub(crate) fn try_out(resolved: &Resolved, problems: &mut Problems) {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let door = &resolved.site.door;
    for said in &door.issuers {
        if let Err(error) = issuers(std::slice::from_ref(said), &clock) {
            problems.add(Code::Door, said.span, format!("{error:#}"), DOOR_MEND);
        }
    }
    let Some(keys) = &door.keys else { return };
    if let Some(said) = &keys.key
        && let Err(why) = Watched::open(said.value.clone(), Arc::clone(&clock))
    {
        problems.add(Code::Door, said.span, why, DOOR_MEND);
    }
    if let Some(lookup) = keys
        .lookup
        .as_ref()
        .filter(|lookup| is_there(lookup, resolved))
        && let Err(error) = elsewhere(lookup, resolved, &clock)
    {
        problems.add(Code::Door, lookup.span, format!("{error:#}"), DOOR_MEND);
    }
}

/// Whether keys can be looked up now: a database that is still to be made of its seed is not there to be looked at.
fn is_there(lookup: &Lookup, resolved: &Resolved) -> bool {
    let Way::Query { source, .. } = &lookup.way else {
        return true;
    };
    let mut sources = resolved.sources.iter();
    let found = sources.find(|known| known.name.value == source.value);
    let seeded = found.filter(|source| source.seed.is_some());
    let path = seeded.and_then(|source| source.path.as_ref());
    path.is_none_or(|path| path.value.exists())
}

/// Asks every issuer for its keys, and tells of those that do not give them.
pub(crate) fn reach(resolved: &Resolved, problems: &mut Problems) {
    let said = &resolved.site.door.issuers;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::default());
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let (Ok(issuers), Ok(runtime)) = (issuers(said, &clock), runtime) else {
        return;
    };
    let failed: Vec<(String, Rejected)> =
        runtime.block_on(issuers.reach()).err().unwrap_or_default();
    for (url, why) in failed {
        if let Some(said) = said.iter().find(|said| said.value.url == url) {
            let fix = "see that this machine reaches it; its tokens are refused until then";
            problems.add(Code::Unreached, said.span, why.to_string(), fix);
        }
    }
}

/// Keys that another system keeps.
///
/// # Errors
///
/// A secret is not there, or the system cannot be asked in this way.
pub(crate) fn elsewhere(
    said: &Lookup,
    resolved: &Resolved,
    clock: &Arc<dyn Clock>,
) -> Result<Elsewhere> {
    let directory: Arc<dyn Directory> = match &said.way {
        Way::Query { source, sql } => {
            let mut sources = resolved.sources.iter();
            let found = sources.find(|known| known.name.value == source.value);
            let path = found.and_then(|source| source.path.as_ref());
            let path = path.with_context(|| format!("there is no database `{}`", source.value))?;
            Arc::new(SqlDirectory::open(&path.value, sql)?)
        }
        Way::Url { url, token, allow } => {
            let token = token
                .clone()
                .map(|token| secret(token, clock))
                .transpose()?;
            let exceptions = allow.iter().map(|address| Ok(address.parse()?));
            let outbound = Outbound::new(Options {
                exceptions: exceptions.collect::<Result<_>>()?,
                ..Options::default()
            })?;
            Arc::new(WebDirectory::new(url, token, outbound)?)
        }
    };
    Ok(Elsewhere::new(directory, ANSWER, Arc::clone(clock)))
}

/// A secret that is looked at again each time that it is needed.
fn secret(reference: Reference, clock: &Arc<dyn Clock>) -> Result<Secret> {
    let secret = Watched::open(reference, Arc::clone(clock)).map_err(|why| anyhow!(why))?;
    let doubted = secret.clone();
    let secret = Secret::of(move || Some(secret.value().to_string()));
    Ok(secret.doubted_by(move || doubted.doubt()))
}

/// Makes them ready. Nothing is asked of anybody yet.
///
/// # Errors
///
/// A secret is not there, or settings make no sense together.
pub(crate) fn issuers(said: &[Said<resolve::Issuer>], clock: &Arc<dyn Clock>) -> Result<Issuers> {
    let all = said.iter().map(|said| {
        let name = &said.value.name;
        issuer(&said.value, clock).with_context(|| format!("[auth.issuers.{name}]"))
    });
    let all = all.collect::<Result<Vec<_>>>()?;
    Ok(Issuers::new(all, Arc::clone(clock))?)
}

fn issuer(said: &resolve::Issuer, clock: &Arc<dyn Clock>) -> Result<Issuer> {
    let mut issuer = Issuer::new(&said.name, &said.url);
    issuer.rules = rules(said);
    issuer.jwks.clone_from(&said.jwks);
    issuer.subject_prefix = Some(said.subject_prefix.clone());
    issuer.certificates = said.ca.clone().map(String::into_bytes);
    let exceptions = said.allow.iter().map(|address| Ok(address.parse()?));
    issuer.exceptions = exceptions.collect::<Result<_>>()?;
    if let (Some(asked), Some((id, secret))) = (&said.introspection, &said.client) {
        let secret = self::secret(secret.clone(), clock).context("client_secret")?;
        let mut introspection = Introspection::by_client(id, secret);
        introspection.url = match asked {
            raw::Introspection::Found(_) => None,
            raw::Introspection::At(url) => Some(url.clone()),
        };
        introspection.token_prefix.clone_from(&said.token_prefix);
        introspection.asks_signed = said.asks_signed;
        introspection.kept = said.cache;
        issuer.introspection = Some(introspection);
    }
    Ok(issuer)
}

fn rules(said: &resolve::Issuer) -> Rules {
    let mut rules = Rules::of(&said.url);
    rules.audiences.clone_from(&said.audiences);
    let algorithms = said.algorithms.iter();
    rules.algorithms = algorithms
        .filter_map(|name| Algorithm::named(name))
        .collect();
    if let Some(typ) = &said.typ {
        rules.types = Types::Only(vec![typ.clone()]);
    }
    let claims = &said.claims;
    let usual = ClaimNames::default();
    rules.names = ClaimNames {
        scopes: claims.scopes.clone(),
        roles: Some(claims.roles.clone().unwrap_or_else(|| ROLES.to_owned())),
        tenant: claims.tenant.clone(),
        email: claims.email.clone().unwrap_or(usual.email),
    };
    let required = said.require.iter();
    rules.required = required
        .map(|(claim, value)| (claim.clone(), value.clone().into()))
        .collect();
    rules
}

/// Where most issuers say roles, if they do.
const ROLES: &str = "roles";
/// How long an answer about a key counts, which is how long a revoked one is good.
const ANSWER: Duration = Duration::from_secs(1);
const DOOR_MEND: &str = "do what the text says; nobody could come in as it is";
