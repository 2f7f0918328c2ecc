//! Where an issuer keeps its keys and answers about its tokens: its metadata (RFC 8414; OpenID Connect Discovery 1.0).

use std::{sync::Arc, time::Duration};

use futures_util::{FutureExt as _, future::BoxFuture};
use serde_json::{Map, Value};
use tollhouse_outbound::{Outbound, Request, Response};

use crate::{
    Rejected,
    claims::shown,
    json,
    kept::{Kept, Origin, Terms},
    surroundings::Surroundings,
};

/// Where something of an issuer's is.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// Where the settings say.
    Named(String),
    /// Where the issuer's metadata says.
    Discovered(Arc<Kept<Metadata>>),
}

impl Place {
    /// Its address: this part of the metadata, unless it is known without them.
    pub(crate) async fn address(
        &self,
        part: fn(&Metadata) -> Option<&String>,
        missing: &'static str,
    ) -> Result<String, Rejected> {
        match self {
            Self::Named(address) => Ok(address.clone()),
            Self::Discovered(metadata) => {
                let metadata = metadata.get().await?;
                part(&metadata).cloned().ok_or_else(|| unavailable(missing))
            }
        }
    }
}

/// What is used of an issuer's metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Metadata {
    pub(crate) jwks: Option<String>,
    pub(crate) introspection: Option<String>,
}

/// The metadata of this issuer, asked for when they are needed.
pub(crate) fn metadata(
    issuer: &str,
    outbound: &Outbound,
    surroundings: &Surroundings,
) -> Kept<Metadata> {
    let origin = Published {
        issuer: issuer.to_owned(),
        outbound: outbound.clone(),
    };
    Kept::new(origin, TERMS, surroundings)
}

/// What an issuer publishes of itself.
#[derive(Debug)]
struct Published {
    issuer: String,
    outbound: Outbound,
}

impl Origin for Published {
    type Document = Metadata;

    fn fetch(&self) -> BoxFuture<'_, Result<Metadata, Rejected>> {
        self.discover().boxed()
    }
}

impl Published {
    /// Asks at each address where the metadata may be, in order. The first that has any decides: one that speaks for
    /// another issuer is not skipped, it is the reason to believe nothing (RFC 8414, 3.3).
    async fn discover(&self) -> Result<Metadata, Rejected> {
        for address in addresses(&self.issuer) {
            let request = Request::get(&address).header("accept", "application/json");
            // An issuer that cannot be reached at one of its addresses cannot be at the others.
            let response = self.outbound.send(request).await;
            let response = response.map_err(|error| unavailable(error.to_string()))?;
            if let Some(metadata) = found(&response) {
                return read(&metadata, &self.issuer, &address);
            }
        }
        Err(unavailable(format!(
            "{} publishes no metadata; is this its issuer, as its tokens say it in `iss`? Else name the address of \
             its keys in `jwks`",
            self.issuer
        )))
    }
}

/// The three forms that clients try (MCP 2025-11-25, Authorization Server Metadata Discovery).
fn addresses(issuer: &str) -> Vec<String> {
    let issuer = issuer.strip_suffix('/').unwrap_or(issuer);
    let begin = issuer.find("://").map_or(0, |at| at + "://".len());
    let rest = issuer.get(begin..).unwrap_or_default();
    let (origin, path) = match rest.find('/') {
        Some(slash) => issuer.split_at(begin + slash),
        None => (issuer, ""),
    };
    let mut addresses = vec![
        format!("{origin}/.well-known/oauth-authorization-server{path}"),
        format!("{origin}/.well-known/openid-configuration{path}"),
    ];
    if !path.is_empty() {
        addresses.push(format!("{issuer}/.well-known/openid-configuration"));
    }
    addresses
}

/// A document that may be metadata. A page that says politely that there is nothing is none.
fn found(response: &Response) -> Option<Map<String, Value>> {
    let is_found = response.status() == 200;
    let members = is_found.then(|| json::object(response.body()).ok())?;
    members.filter(|members| members.contains_key("issuer"))
}

fn read(metadata: &Map<String, Value>, issuer: &str, address: &str) -> Result<Metadata, Rejected> {
    match metadata.get("issuer") {
        Some(Value::String(said)) if said == issuer => {}
        said => {
            let got = said.and_then(Value::as_str).map_or_else(String::new, shown);
            return Err(unavailable(format!(
                "the metadata at {address} is of issuer {got}, expected {issuer}; the issuer in the settings must be \
                 this, byte for byte"
            )));
        }
    }
    let text = |name: &str| metadata.get(name)?.as_str().map(str::to_owned);
    Ok(Metadata {
        jwks: text("jwks_uri"),
        introspection: text("introspection_endpoint"),
    })
}

/// An address as a log shows it: what an issuer wrote is escaped, and a query may hold a secret.
pub(crate) fn told(address: &str) -> String {
    shown(address.split(['?', '#']).next().unwrap_or_default())
}

/// Nobody can tell now, for this reason.
pub(crate) fn unavailable(why: impl Into<String>) -> Rejected {
    Rejected::Unavailable(why.into())
}

/// Addresses move seldom. Nobody demands them anew.
const TERMS: Terms = Terms {
    fresh: Duration::from_hours(1),
    good: Duration::from_hours(24),
    demanded: Duration::from_hours(1),
};

#[cfg(test)]
mod tests {
    use super::addresses;

    #[test]
    fn as02_the_addresses_of_metadata_in_their_order() {
        for (issuer, expected) in [
            (
                "https://auth.test",
                &[
                    "https://auth.test/.well-known/oauth-authorization-server",
                    "https://auth.test/.well-known/openid-configuration",
                ][..],
            ),
            (
                "https://auth.test:8443/",
                &[
                    "https://auth.test:8443/.well-known/oauth-authorization-server",
                    "https://auth.test:8443/.well-known/openid-configuration",
                ],
            ),
            (
                "https://auth.test/t/v2.0",
                &[
                    "https://auth.test/.well-known/oauth-authorization-server/t/v2.0",
                    "https://auth.test/.well-known/openid-configuration/t/v2.0",
                    "https://auth.test/t/v2.0/.well-known/openid-configuration",
                ],
            ),
        ] {
            assert_eq!(addresses(issuer), expected, "{issuer}");
        }
    }
}
