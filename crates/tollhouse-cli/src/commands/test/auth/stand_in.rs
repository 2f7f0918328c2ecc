//! In place of an outside issuer: a key of its own, published on this machine, and the tokens that it signs.

use std::net::{Ipv4Addr, SocketAddr};

use anyhow::{Context as _, Result};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tollhouse::{
    Clock as _, SystemClock,
    http::{self, Page},
};

use super::signer::Signer;
use crate::config::resolve::{Issuer, Resolved};

/// In place of one issuer.
pub(super) struct StandIn {
    /// What the file says of the issuer.
    said: Issuer,
    signer: Signer,
    /// Where its key is published.
    listener: Option<TcpListener>,
    /// Whether the file has it asked about tokens.
    is_asked: bool,
}

/// What a holder may do.
#[derive(Clone, Debug, Default)]
pub(super) struct Grants {
    pub(super) scopes: Option<Vec<String>>,
    pub(super) roles: Option<Vec<String>>,
}

impl Grants {
    /// All scopes, so that nothing but roles that are given elsewhere says what of them counts.
    pub(super) fn without_roles(&self) -> Self {
        Self {
            scopes: self.scopes.clone(),
            roles: None,
        }
    }

    /// Said to be none, which is not the same as nothing said.
    pub(super) const fn nothing() -> Self {
        Self {
            scopes: Some(Vec::new()),
            roles: None,
        }
    }
}

impl StandIn {
    /// Takes the place of an issuer in the configuration: of all that is said of it, only where its keys are is another.
    pub(super) fn of(issuer: &mut Issuer) -> Result<Self> {
        let algorithm = issuer.algorithms.first().map_or(USUAL, String::as_str);
        let signer = Signer::new(algorithm, issuer.typ.as_deref().unwrap_or("at+jwt"))?;
        let listener = http::listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        let address = listener
            .local_addr()
            .context("the listener has no address")?;
        issuer.jwks = Some(format!("http://{address}{PATH}"));
        issuer.allow.push(address.to_string());
        let is_asked = issuer.introspection.is_some();
        issuer.ca = None;
        issuer.introspection = None;
        issuer.client = None;
        issuer.asks_signed = false;
        Ok(Self {
            said: issuer.clone(),
            signer,
            listener: Some(listener),
            is_asked,
        })
    }

    /// What the file calls it.
    pub(super) fn name(&self) -> &str {
        &self.said.name
    }

    /// Whether the file has it asked about tokens, which no other can answer.
    pub(super) const fn is_asked(&self) -> bool {
        self.is_asked
    }

    /// What the holder of a token is called here.
    pub(super) fn subject(&self, user: &str) -> String {
        format!("{}{user}", self.said.subject_prefix)
    }

    /// Publishes the key for as long as it is polled. Only the first call does.
    pub(super) fn publish(&mut self) -> Result<impl Future<Output = Result<()>> + use<>> {
        let keys = json!({"keys": [self.signer.jwk()?]}).to_string();
        let page = Page::new(PATH, "application/json", move || keys.clone().into_bytes());
        let listener = self
            .listener
            .take()
            .context("the key is published already")?;
        Ok(async move {
            let served = page.serve(listener, std::future::pending()).await;
            served.context("cannot go on publishing a key")
        })
    }

    /// A token that is good at this resource.
    pub(super) fn token(&self, resource: &str, user: &str, grants: &Grants) -> Result<String> {
        self.signer.token(&self.claims(resource, user, grants))
    }

    /// Tokens of a good user, each with one thing wrong. None may speak in the name of one of the other issuers.
    pub(super) fn wrong(
        &self,
        resource: &str,
        grants: &Grants,
        others: &[Self],
    ) -> Result<Vec<(String, String)>> {
        let good = self.claims(resource, "ana", grants);
        let now = now();
        let with = |key: &str, value: Value| {
            let mut claims = good.clone();
            if let Some(claims) = claims.as_object_mut() {
                claims.insert(key.to_owned(), value);
            }
            claims
        };
        let other = json!(format!("{}/", self.said.url));
        let mut tokens = Vec::new();
        for (what, claims) in [
            (
                "for another audience",
                with("aud", "https://nobody.invalid/mcp".into()),
            ),
            ("for the whole host", with("aud", origin(resource).into())),
            ("for no audience", with("aud", Value::Null)),
            (
                "of another issuer",
                with("iss", "https://nobody.invalid".into()),
            ),
            ("of an issuer with a slash more", with("iss", other)),
            ("that has expired", with("exp", (now - 1).into())),
            ("that never expires", with("exp", Value::Null)),
            ("that is not valid yet", with("nbf", (now + HOUR).into())),
        ] {
            tokens.push((what.to_owned(), self.signer.token(&claims)?));
        }
        for other in others
            .iter()
            .filter(|other| other.said.url != self.said.url)
        {
            let claims = with("iss", other.said.url.clone().into());
            let what = format!("in the name of {}", other.name());
            tokens.push((what, self.signer.token(&claims)?));
        }
        let stranger = Signer::new(USUAL, "at+jwt")?;
        tokens.push(("signed by somebody else".to_owned(), stranger.token(&good)?));
        let confused = self.signer.confused(&good)?;
        tokens.push(("HS256 with the public key".to_owned(), confused));
        tokens.extend(crate::intruder::damaged(&self.signer.token(&good)?));
        Ok(tokens)
    }

    /// As the file wants tokens of this issuer to be.
    fn claims(&self, resource: &str, user: &str, grants: &Grants) -> Value {
        let now = now();
        let mut claims = Map::new();
        for (key, value) in [
            ("iss", json!(self.said.url)),
            ("aud", json!(resource)),
            ("sub", json!(user)),
            ("client_id", json!("tollhouse-test")),
            ("iat", json!(now - 5)),
            ("exp", json!(now + HOUR)),
        ] {
            claims.insert(key.to_owned(), value);
        }
        let said = &self.said.claims;
        if let Some(scopes) = &grants.scopes {
            let path = said.scopes.as_deref().unwrap_or("scope");
            put(&mut claims, path, scopes.join(" ").into());
        }
        if let Some(roles) = &grants.roles {
            let path = said.roles.as_deref().unwrap_or("roles");
            put(&mut claims, path, roles.clone().into());
        }
        for (claim, value) in &self.said.require {
            put(&mut claims, claim, value.as_str().into());
        }
        claims.into()
    }
}

/// Puts a value where a path with dots leads.
fn put(claims: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => drop(claims.insert(path.to_owned(), value)),
        Some((first, rest)) => {
            let inner = claims.entry(first).or_insert_with(|| json!({}));
            if let Some(inner) = inner.as_object_mut() {
                put(inner, rest, value);
            }
        }
    }
}

/// Everything that the file names, for who may do everything.
pub(super) fn everything(resolved: &Resolved, asked: &[String]) -> Grants {
    let mut scopes: Vec<String> = resolved.rights.scopes().map(str::to_owned).collect();
    scopes.extend(asked.iter().cloned());
    scopes.sort();
    scopes.dedup();
    let roles: Vec<String> = resolved.rights.roles().map(str::to_owned).collect();
    Grants {
        scopes: Some(scopes),
        roles: (!roles.is_empty()).then_some(roles),
    }
}

fn origin(resource: &str) -> String {
    let url = resource.parse::<reqwest::Url>();
    url.map_or_else(|_| String::new(), |url| url.origin().ascii_serialization())
}

pub(super) fn now() -> u64 {
    SystemClock::default().unix_ms() / 1000
}

const PATH: &str = "/keys";
const HOUR: u64 = 60 * 60;
/// What most issuers can, where the file says nothing of it.
const USUAL: &str = "ES256";
