//! Who is behind a credential, as a port, and the one table that says how whoever fails is told.

use std::{fmt, sync::Arc};

use futures_util::future::BoxFuture;
use tokio::sync::watch;

use crate::{Header, Principal};

/// Tells who calls.
///
/// An edge asks before it reads anything else of a request, and takes no answer but this one: there is no
/// caller whose credential failed.
pub trait Authenticate: fmt::Debug + Send + Sync {
    /// The headers that credentials come in. An edge asks once, and what is no name of a header is never
    /// presented. Pages of allowed origins may send them.
    fn headers(&self) -> Vec<String> {
        vec!["authorization".to_owned()]
    }

    /// A number that moves whenever somebody who was let in may no longer be, or may do more or less than before. An
    /// edge that holds a stream open then asks again. `None` if nothing ever changes.
    fn changes(&self) -> Option<watch::Receiver<u64>> {
        None
    }

    /// Who presents these credentials.
    ///
    /// # Errors
    ///
    /// Nobody who may call. A credential that is malformed, unknown or has expired is never the same as none,
    /// and a good one beside it does not mend it.
    fn authenticate<'a>(
        &'a self,
        presented: Credentials<'a>,
    ) -> BoxFuture<'a, Result<Principal, Unauthenticated>>;
}

impl<A: Authenticate + ?Sized> Authenticate for Arc<A> {
    fn headers(&self) -> Vec<String> {
        self.as_ref().headers()
    }

    fn changes(&self) -> Option<watch::Receiver<u64>> {
        self.as_ref().changes()
    }

    fn authenticate<'a>(
        &'a self,
        presented: Credentials<'a>,
    ) -> BoxFuture<'a, Result<Principal, Unauthenticated>> {
        self.as_ref().authenticate(presented)
    }
}

/// What a request presents: every header that is asked for, with its value. Their values are secrets, so they
/// are not shown by `Debug`.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    headers: &'a [(&'a str, Header<'a>)],
    resource: Option<&'a str>,
}

impl<'a> Credentials<'a> {
    /// Of these headers, by their names in lower case.
    #[must_use]
    pub const fn new(headers: &'a [(&'a str, Header<'a>)]) -> Self {
        Self {
            headers,
            resource: None,
        }
    }

    /// The same, presented at this resource: the canonical URI of the endpoint that was asked (RFC 8707, 2).
    #[must_use]
    pub const fn at(mut self, resource: &'a str) -> Self {
        self.resource = Some(resource);
        self
    }

    /// Where they are presented. A token that was made for another place is not good here. `None` if the edge has no
    /// name that tokens could be made for.
    #[must_use]
    pub const fn resource(&self) -> Option<&'a str> {
        self.resource
    }

    /// All headers that were asked for, also those that are absent.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, Header<'a>)> + use<'a> {
        self.headers.iter().copied()
    }

    /// The header of this name, in lower case; absent if it was not asked for.
    #[must_use]
    pub fn header(&self, name: &str) -> Header<'a> {
        let found = self.iter().find(|(known, _)| *known == name);
        found.map_or(Header::Absent, |(_, value)| value)
    }
}

impl fmt::Debug for Credentials<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.iter().map(|(name, value)| match value {
            Header::Absent => (name, "absent"),
            Header::One(_) => (name, "one"),
            Header::Several => (name, "several"),
        });
        formatter.debug_map().entries(shown).finish()
    }
}

/// Why there is no caller. The text is for whoever has to mend it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unauthenticated {
    /// No credential came.
    #[error("Send a key, for example as Authorization: Bearer KEY")]
    MissingKey,
    /// A key whose checksum is wrong.
    #[error("This key has a typing error; copy it again, whole")]
    MistypedKey,
    /// A key that is not known, or not any more.
    #[error("This key is unknown, revoked or has expired; ask for a new one")]
    UnknownKey,
    /// No credential came where a token is wanted.
    #[error("Sign in, and send the access token as Authorization: Bearer TOKEN")]
    MissingToken,
    /// A token that is not good here.
    #[error("This token is not valid here; sign in again")]
    InvalidToken,
    /// What came is no single credential: of another kind, or two that differ.
    #[error("Send one credential, once, as Authorization: Bearer KEY")]
    Unclear,
    /// One header of a credential came twice, so that the request itself is malformed. An edge that sees it asks nobody.
    #[error("Send each header of a credential once")]
    Repeated,
    /// Credentials are demanded, and there is none that would be right.
    #[error("set MCP_API_KEY, or make a key with tollhouse keys create")]
    NotConfigured,
    /// Whoever knows cannot be asked now.
    #[error("try again in a moment")]
    Unavailable,
}

impl Unauthenticated {
    /// The table: HTTP status, the word in the body, and the word in the challenge (RFC 6750, 3.1), which has
    /// none if no credential came.
    const fn row(self) -> (u16, &'static str, Option<&'static str>) {
        const FAILED: Option<&str> = Some("invalid_token");
        match self {
            Self::MissingKey => (401, "missing_api_key", None),
            Self::MistypedKey | Self::UnknownKey => (401, "invalid_api_key", FAILED),
            Self::MissingToken => (401, "unauthorized", None),
            Self::InvalidToken => (401, "invalid_token", FAILED),
            Self::Unclear => (401, "unauthorized", FAILED),
            Self::Repeated => (400, "invalid_request", Some("invalid_request")),
            Self::NotConfigured => (503, "MCP_API_KEY not configured", None),
            Self::Unavailable => (503, "unavailable", None),
        }
    }

    /// The HTTP status: 401 if another credential would help, 400 if the request has to be another, 503 if nothing
    /// that the caller does would help.
    #[must_use]
    pub const fn status(self) -> u16 {
        self.row().0
    }

    /// The body, JSON: `{"error":"missing_api_key"}`.
    #[must_use]
    pub fn body(self) -> String {
        let (_, word, _) = self.row();
        format!(r#"{{"error":"{word}"}}"#)
    }

    /// The value of `WWW-Authenticate`, if another credential or another request would help (RFC 6750, 3; RFC 9728, 5.1).
    #[must_use]
    pub fn challenge(self, place: Place<'_>) -> Option<String> {
        let (status, _, word) = self.row();
        if status >= 500 {
            return None;
        }
        let mut challenge = r#"Bearer realm="mcp""#.to_owned();
        place.add_metadata(&mut challenge);
        add(&mut challenge, "scope", place.scope);
        add(&mut challenge, "error", word);
        let description = word.map(|_failed| self.to_string());
        add(&mut challenge, "error_description", description.as_deref());
        Some(challenge)
    }
}

/// What a challenge says of the place where the caller was refused. Whoever makes one says only what may stand between
/// quotes: a canonical URL, and scopes that passed [`scope_list`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place<'a> {
    /// Where its metadata is (RFC 9728), if there is an authorization server that could help.
    pub resource_metadata: Option<&'a str>,
    /// The scopes to begin with, if there are some.
    pub scope: Option<&'a str>,
}

impl Place<'_> {
    /// The value of `WWW-Authenticate` for a caller who is known but lacks scopes: all that the request needs, and not
    /// only those that are missing, since clients ask for just what they read here (RFC 6750, 3.1).
    #[must_use]
    pub fn step_up(self, scopes: &[String]) -> String {
        let scope = scope_list(scopes.iter().map(String::as_str));
        let mut challenge = r#"Bearer error="insufficient_scope""#.to_owned();
        add(&mut challenge, "scope", scope.as_deref());
        self.add_metadata(&mut challenge);
        let why = "This needs all of these scopes; sign in again and allow them";
        add(&mut challenge, "error_description", Some(why));
        challenge
    }

    fn add_metadata(self, challenge: &mut String) {
        add(challenge, "resource_metadata", self.resource_metadata);
    }
}

/// Scopes in one text, each at most once; `None` if there are none. Left out is what no challenge may carry (RFC 6749,
/// 3.3), and `offline_access`, which is between a client and its authorization server (MCP 2026-07-28,
/// "Authorization").
pub fn scope_list<'a>(scopes: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let mut listed: Vec<&str> = Vec::new();
    for scope in scopes {
        let is_token = !scope.is_empty() && scope.bytes().all(is_of_a_scope);
        if is_token && scope != "offline_access" && !listed.contains(&scope) {
            listed.push(scope);
        }
    }
    (!listed.is_empty()).then(|| listed.join(" "))
}

const fn is_of_a_scope(byte: u8) -> bool {
    byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\')
}

fn add(challenge: &mut String, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        // Each challenge begins with its first parameter.
        challenge.push_str(&format!(r#", {name}="{value}""#));
    }
}

#[cfg(test)]
mod tests;
