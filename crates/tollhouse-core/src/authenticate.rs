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
    /// A token that is not good here.
    #[error("This token is not valid here; sign in again")]
    InvalidToken,
    /// What came is no single credential: of another kind, sent twice, or two that differ.
    #[error("Send one credential, once, as Authorization: Bearer KEY")]
    Unclear,
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
            Self::InvalidToken => (401, "invalid_token", FAILED),
            Self::Unclear => (401, "unauthorized", FAILED),
            Self::NotConfigured => (503, "MCP_API_KEY not configured", None),
            Self::Unavailable => (503, "unavailable", None),
        }
    }

    /// The HTTP status: 401 if another credential would help, 503 if none would.
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

    /// The value of `WWW-Authenticate`, if another credential would help.
    #[must_use]
    pub fn challenge(self) -> Option<String> {
        let (status, _, word) = self.row();
        let failure = word.map_or_else(String::new, |word| {
            format!(r#", error="{word}", error_description="{self}""#)
        });
        (status == 401).then(|| format!(r#"Bearer realm="mcp"{failure}"#))
    }
}

#[cfg(test)]
mod tests {
    use super::{Credentials, Header, Unauthenticated};

    #[test]
    fn a6_every_failure_has_its_row() {
        for (why, status, body, begins) in [
            (
                Unauthenticated::MissingKey,
                401,
                r#"{"error":"missing_api_key"}"#,
                Some(r#"Bearer realm="mcp""#),
            ),
            (
                Unauthenticated::MistypedKey,
                401,
                r#"{"error":"invalid_api_key"}"#,
                Some(FAILED),
            ),
            (
                Unauthenticated::UnknownKey,
                401,
                r#"{"error":"invalid_api_key"}"#,
                Some(FAILED),
            ),
            (
                Unauthenticated::InvalidToken,
                401,
                r#"{"error":"invalid_token"}"#,
                Some(FAILED),
            ),
            (
                Unauthenticated::Unclear,
                401,
                r#"{"error":"unauthorized"}"#,
                Some(FAILED),
            ),
            (
                Unauthenticated::NotConfigured,
                503,
                r#"{"error":"MCP_API_KEY not configured"}"#,
                None,
            ),
            (
                Unauthenticated::Unavailable,
                503,
                r#"{"error":"unavailable"}"#,
                None,
            ),
        ] {
            assert_eq!((why.status(), why.body().as_str()), (status, body));
            let challenge = why.challenge();
            assert_eq!(challenge.is_some(), begins.is_some(), "{why:?}");
            let challenge = challenge.unwrap_or_default();
            assert!(challenge.starts_with(begins.unwrap_or_default()), "{why:?}");
            // What RFC 6750 lets a description say; a quote would end it.
            let text = why.to_string();
            let is_plain = |c: char| (' '..='~').contains(&c) && !matches!(c, '"' | '\\');
            assert!(text.chars().all(is_plain), "{text}");
        }
    }

    #[test]
    fn p10_what_is_presented_is_not_shown() {
        let headers = [("authorization", Header::One(b"Bearer of a secret"))];
        let shown = format!("{:?}", Credentials::new(&headers));
        assert_eq!(shown, r#"{"authorization": "one"}"#);
    }

    const FAILED: &str = r#"Bearer realm="mcp", error="invalid_token", error_description="#;
}
