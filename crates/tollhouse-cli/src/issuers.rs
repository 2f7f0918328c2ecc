//! Outside issuers, made ready as a file says.

use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use tollhouse::Clock;
use tollhouse_oauth::{
    Algorithm, ClaimNames, Introspection, Issuer, Issuers, Rules, Secret, Types,
};

use crate::{
    config::{raw, resolve},
    secrets::Watched,
};

/// Makes them ready. Nothing is asked of anybody yet.
///
/// # Errors
///
/// A secret is not there, or settings make no sense together.
pub(crate) fn issuers(said: &[resolve::Issuer], clock: &Arc<dyn Clock>) -> Result<Issuers> {
    let all = said.iter().map(|said| {
        let name = &said.name;
        issuer(said, clock).with_context(|| format!("[auth.issuers.{name}]"))
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
        let secret = Watched::open(secret.clone(), Arc::clone(clock));
        let secret = secret
            .map_err(|why| anyhow!(why))
            .context("client_secret")?;
        let secret = Secret::of(move || Some(secret.value().to_string()));
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
