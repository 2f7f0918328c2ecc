//! Who vouches for callers elsewhere: issuers of tokens, and systems that keep keys.

use std::{collections::BTreeSet, time::Duration};

use super::{
    door::reference,
    time::{Longest, time},
};
use crate::{
    config::{
        codes::Code,
        expand::{World, expand},
        fields::Named,
        files::{Said, Span},
        problem::Problems,
        raw::{self, Introspection},
    },
    secrets::Reference,
};

/// Somebody else's authorization server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Issuer {
    pub(crate) name: String,
    pub(crate) url: String,
    pub(crate) audiences: Vec<String>,
    pub(crate) jwks: Option<String>,
    pub(crate) introspection: Option<Introspection>,
    /// Its id and secret there, of this server.
    pub(crate) client: Option<(String, Reference)>,
    pub(crate) cache: Duration,
    /// Whether it is asked about signed tokens too.
    pub(crate) asks_signed: bool,
    pub(crate) token_prefix: Option<String>,
    pub(crate) algorithms: Vec<String>,
    pub(crate) typ: Option<String>,
    pub(crate) subject_prefix: String,
    pub(crate) claims: Claims,
    pub(crate) require: Vec<(String, String)>,
    /// Certificates, in PEM.
    pub(crate) ca: Option<String>,
    /// Addresses, as `host:port`, that may be asked though they are private.
    pub(crate) allow: Vec<String>,
}

/// Where tokens say what.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Claims {
    pub(crate) scopes: Option<String>,
    pub(crate) roles: Option<String>,
    pub(crate) tenant: Option<String>,
    pub(crate) email: Option<String>,
}

/// A system that keeps keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lookup {
    pub(crate) way: Way,
    pub(crate) span: Span,
}

/// How it is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// By a query to a source.
    Query { source: Said<String>, sql: String },
    /// At a URL.
    Url {
        url: String,
        token: Option<Reference>,
        allow: Vec<String>,
    },
}

pub(super) fn issuers(
    said: Named<raw::Issuer>,
    world: &World<'_>,
    problems: &mut Problems,
) -> Vec<Said<Issuer>> {
    let mut all: Vec<Said<Issuer>> = Vec::new();
    let (mut prefixes, mut opaque) = (BTreeSet::new(), BTreeSet::new());
    for (name, said) in said {
        let at = name.span;
        let Some(issuer) = issuer(name, said, world, problems) else {
            continue;
        };
        if all.iter().any(|other| other.value.url == issuer.url) {
            let text = format!("another issuer has the url {}", issuer.url);
            problems.add(Code::Conflict, at, text, "take one of them out");
        }
        if !prefixes.insert(issuer.subject_prefix.clone()) {
            let text =
                "users of two issuers could have the same name, and would be the same user here";
            let fix = format!("tell them apart: subject_prefix = \"{}:\"", issuer.name);
            problems.add(Code::Conflict, at, text, fix);
        }
        if issuer.introspection.is_some() && !opaque.insert(issuer.token_prefix.clone()) {
            let text = "two issuers would be asked about the same tokens";
            let fix = "say how the tokens of each begin: token_prefix = \"…\"";
            problems.add(Code::Conflict, at, text, fix);
        }
        all.push(Said::new(issuer, at));
    }
    all
}

fn issuer(
    name: Said<String>,
    said: raw::Issuer,
    world: &World<'_>,
    problems: &mut Problems,
) -> Option<Issuer> {
    let mut text =
        |said: Option<Said<String>>| said.and_then(|said| expand(&said, world, problems));
    let (url, jwks, client_id, ca) = (
        text(said.url),
        text(said.jwks),
        text(said.client_id),
        text(said.ca),
    );
    let audiences = said.audience.into_iter().flatten();
    let audiences: Vec<_> = audiences.filter_map(|said| text(Some(said))).collect();
    let introspection = said.introspection.and_then(|said| asked(&said, &mut text));
    let secret = said.client_secret.as_ref();
    let secret = secret.and_then(|said| Some((said.span, reference(said, world, problems)?)));
    let client = client(
        client_id,
        secret,
        introspection.is_some(),
        name.span,
        problems,
    );
    let algorithms = said.algorithms.into_iter().flatten();
    let algorithms: Vec<_> = algorithms
        .filter(|said| algorithm(said, problems))
        .collect();
    let allow = said.allow.unwrap_or_default();
    let url = url.and_then(|url| address(&url, problems).then_some(url))?;
    Some(Issuer {
        audiences: self::audiences(audiences, problems),
        jwks: jwks.and_then(|url| address(&url, problems).then_some(url.value)),
        introspection,
        client,
        cache: said
            .cache
            .and_then(|said| time(&said, Longest::CALL, problems))
            .unwrap_or(CACHE),
        asks_signed: said.ask_signed.is_some_and(|said| said.value),
        token_prefix: name_of(said.token_prefix),
        algorithms: algorithms.into_iter().map(|said| said.value).collect(),
        typ: name_of(said.typ),
        subject_prefix: name_of(said.subject_prefix).unwrap_or_default(),
        claims: Claims::of(said.claims.unwrap_or_default()),
        require: said
            .require
            .into_iter()
            .map(|(claim, said)| (claim.value, said.value))
            .collect(),
        ca: ca.and_then(|file| world.read(&file, &file.value, problems)),
        allow: allowed(&allow, &url.value, problems),
        url: url.value,
        name: name.value,
    })
}

/// What is nobody's name must not be that of whoever a token is for.
fn audiences(said: Vec<Said<String>>, problems: &mut Problems) -> Vec<String> {
    for said in said.iter().filter(|said| said.value.trim().is_empty()) {
        let text = "an audience that is empty would be that of tokens for nobody";
        let fix = "write what tokens say under `aud`, or take `audience` out: tokens are for the `public_url`";
        problems.add(Code::Malformed, said.span, text, fix);
    }
    said.into_iter().map(|said| said.value).collect()
}

/// Where it is asked about tokens, if it is.
fn asked(
    said: &Said<Introspection>,
    text: &mut impl FnMut(Option<Said<String>>) -> Option<Said<String>>,
) -> Option<Introspection> {
    match &said.value {
        Introspection::Found(is_found) => is_found.then_some(Introspection::Found(true)),
        Introspection::At(url) => {
            let url = text(Some(said.with(url.clone())))?;
            Some(Introspection::At(url.value))
        }
    }
}

impl Claims {
    fn of(said: raw::Claims) -> Self {
        Self {
            scopes: name_of(said.scopes),
            roles: name_of(said.roles),
            tenant: name_of(said.tenant),
            email: name_of(said.email),
        }
    }
}

fn name_of(said: Option<Said<String>>) -> Option<String> {
    said.map(|said| said.value)
}

/// Its id and secret there. Who asks about tokens has to say who asks.
fn client(
    id: Option<Said<String>>,
    secret: Option<(Span, Reference)>,
    is_asked: bool,
    at: Span,
    problems: &mut Problems,
) -> Option<(String, Reference)> {
    match (id, secret) {
        (Some(id), Some((_, secret))) if is_asked => Some((id.value, secret)),
        (Some(Said { span, .. }), _) | (None, Some((span, _))) if !is_asked => {
            let text = "this is for introspection, and nobody is asked";
            problems.add(
                Code::Conflict,
                span,
                text,
                "write introspection = true, or take it out",
            );
            None
        }
        (None, None) if !is_asked => None,
        _ => {
            let text = "an issuer answers about tokens only to whom it knows";
            let fix = "add client_id = \"…\" and client_secret = \"env:NAME\"";
            problems.add(Code::MissingKey, at, text, fix);
            None
        }
    }
}

pub(super) fn lookup(
    said: &raw::Lookup,
    world: &World<'_>,
    problems: &mut Problems,
) -> Option<Lookup> {
    match (&said.sql, &said.url) {
        (Some(_), Some(url)) => {
            let text = "`sql` and `url` are two ways to ask, and one is enough";
            problems.add(Code::Conflict, url.span, text, "take one of them out");
            None
        }
        (Some(sql), None) => Some(Lookup {
            way: Way::Query {
                source: said.source.clone()?,
                sql: sql.value.clone(),
            },
            span: sql.span,
        }),
        (None, Some(url)) => {
            let url = expand(url, world, problems)?;
            if !address(&url, problems) {
                return None;
            }
            let token = said.token.as_ref();
            let token = token.and_then(|said| reference(said, world, problems));
            let allow = said.allow.as_deref().unwrap_or_default();
            Some(Lookup {
                way: Way::Url {
                    allow: allowed(allow, &url.value, problems),
                    token,
                    url: url.value,
                },
                span: url.span,
            })
        }
        (None, None) => None,
    }
}

/// Whether a URL is one that can be asked: secrets go there, so it is TLS, or this machine.
fn address(said: &Said<String>, problems: &mut Problems) -> bool {
    let is_local = |rest: &str| {
        let host = rest.split(['/', '?']).next().unwrap_or_default();
        let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
        matches!(host, "localhost" | "127.0.0.1" | "[::1]")
    };
    let text = said.value.as_str();
    let rest = text.strip_prefix("https://");
    let rest = rest.or_else(|| text.strip_prefix("http://").filter(|rest| is_local(rest)));
    let is_one = rest.is_some_and(|rest| {
        !rest.is_empty() && !rest.starts_with(['/', ':']) && !rest.contains(['@', '#', ' '])
    });
    if !is_one {
        let text = format!("`{}` is no URL to trust", said.value);
        let fix = "write https://NAME/…; http:// only for this machine, http://localhost:PORT";
        problems.add(Code::Malformed, said.span, text, fix);
    }
    is_one
}

/// The addresses that may be asked though they are private: the one that the file names itself, and these.
fn allowed(said: &[Said<String>], url: &str, problems: &mut Problems) -> Vec<String> {
    let mut all: Vec<String> = host_and_port(url).into_iter().collect();
    for said in said {
        let bare = said.value.strip_prefix("http://").unwrap_or(&said.value);
        let port = bare.rsplit_once(':').and_then(|(host, port)| {
            let port: u16 = port.parse().ok()?;
            (!host.is_empty() && !host.contains(['/', '@'])).then_some(port)
        });
        if port.is_some() {
            all.push(said.value.clone());
        } else {
            let text = format!("`{}` is no address", said.value);
            let fix = "write host and port: \"keycloak.internal:8443\", or \"http://keycloak.internal:8080\" to do \
                       without TLS in a network of your own";
            problems.add(Code::Malformed, said.span, text, fix);
        }
    }
    all
}

fn host_and_port(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?']).next()?;
    let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| {
        !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())
    });
    let port = if scheme == "http" { 80 } else { 443 };
    Some(if has_port {
        authority.to_owned()
    } else {
        format!("{authority}:{port}")
    })
}

fn algorithm(said: &Said<String>, problems: &mut Problems) -> bool {
    let is_known = ALGORITHMS.contains(&said.value.as_str());
    if !is_known {
        let text = format!("`{}` is no signature that is trusted here", said.value);
        let fix = crate::config::problem::instead(&said.value, &ALGORITHMS);
        problems.add(Code::NotAllowed, said.span, text, fix);
    }
    is_known
}

/// Signatures that only the issuer can make.
const ALGORITHMS: [&str; 9] = [
    "EdDSA", "ES256", "ES384", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512",
];
/// How soon a revoked token ends.
const CACHE: Duration = Duration::from_secs(1);
