//! Somebody at the door who knows what tests present, and fails in every way there is.

use futures_util::future::{BoxFuture, ready};
use tollhouse_core::{Authenticate, Credentials, Header, Principal, Unauthenticated};

/// Knows one key, by two headers; what comes behind `Bearer` says how it is taken.
#[derive(Clone, Copy, Debug)]
pub(super) struct Porter;

impl Authenticate for Porter {
    fn headers(&self) -> Vec<String> {
        ["authorization", "memcontext-api-key", "no name"]
            .map(str::to_owned)
            .to_vec()
    }

    fn authenticate<'a>(
        &'a self,
        presented: Credentials<'a>,
    ) -> BoxFuture<'a, Result<Principal, Unauthenticated>> {
        let own = presented.header("memcontext-api-key");
        let told = match (presented.header("authorization"), own) {
            (Header::Absent, Header::Absent) => Err(Unauthenticated::MissingKey),
            (Header::One(value), Header::Absent) => {
                bearer(value).and_then(|key| taken(key, presented))
            }
            (Header::Absent, Header::One(key)) => taken(key, presented),
            (Header::One(value), Header::One(key)) if bearer(value) == Ok(key) => {
                taken(key, presented)
            }
            _ => Err(Unauthenticated::Unclear),
        };
        Box::pin(ready(told))
    }
}

fn bearer(value: &[u8]) -> Result<&[u8], Unauthenticated> {
    match value.strip_prefix(b"Bearer") {
        Some(rest) => Ok(rest.trim_ascii()),
        None => Err(Unauthenticated::Unclear),
    }
}

fn taken(key: &[u8], presented: Credentials<'_>) -> Result<Principal, Unauthenticated> {
    let ana = |scopes: &[&str]| Principal::new("ana", scopes.iter().map(|&scope| scope.to_owned()));
    match key {
        b"right" => Ok(ana(&["orders:read", "orders:write"])),
        b"narrow" => Ok(ana(&["orders:read"])),
        b"expired" => Err(Unauthenticated::InvalidToken),
        b"mistyped" => Err(Unauthenticated::MistypedKey),
        b"unset" => Err(Unauthenticated::NotConfigured),
        b"down" => Err(Unauthenticated::Unavailable),
        // A token that was made for the resource that it names.
        _ => match key.strip_prefix(b"for ") {
            Some(resource) if presented.resource().map(str::as_bytes) == Some(resource) => {
                Ok(ana(&[]))
            }
            Some(_elsewhere) => Err(Unauthenticated::InvalidToken),
            None => Err(Unauthenticated::UnknownKey),
        },
    }
}
