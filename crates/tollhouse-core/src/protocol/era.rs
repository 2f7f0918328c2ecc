//! Which rules a message follows: the one place that decides.

use super::{
    Header, Headers, Known, Session, modern,
    types::{params::Params, revision::Revision},
};
use crate::Refusal;

/// Which rules a message follows.
pub(super) enum Era<'a> {
    /// It stands alone.
    Modern,
    /// It opens a session.
    Opening,
    /// It asks whether somebody is there, before it opens one.
    Lone,
    /// It is of this session.
    Legacy(&'a Session),
}

impl<'a> Era<'a> {
    /// The one place that decides (MCP 2026-07-28, "Versioning"): what a message says of itself goes first,
    /// then its opening, its version header, and what is known of the client.
    pub(super) fn of(
        method: &str,
        params: &Params<'_>,
        headers: Option<&Headers<'_>>,
        known: Known<'a>,
    ) -> Result<Self, Refusal> {
        if params.names_version() {
            return Ok(Self::Modern);
        }
        if method == "initialize" && !matches!(known, Known::Session(_)) {
            return Ok(Self::Opening);
        }
        let version = headers.map(|headers| headers.version);
        let named = match version {
            Some(Header::One(name)) => std::str::from_utf8(name).ok(),
            _ => None,
        };
        let is_modern = named.is_some_and(|name| {
            // A name that is none of ours is refused by the same checks as a missing `_meta`.
            Revision::parse(name).is_none_or(|revision| revision == modern::REVISION)
        });
        match known {
            // Its version header, if it has one, is compared with what the session speaks.
            Known::Session(session) => Ok(Self::Legacy(session)),
            Known::Lost => Err(Refusal::UnknownSession),
            Known::Lent(session) if !is_modern => Ok(Self::Legacy(session)),
            Known::Nothing if headers.is_none() && method == "ping" => Ok(Self::Lone),
            Known::Nothing if named.is_some() && !is_modern => Err(no_session()),
            Known::Nothing | Known::Lent(_) => Ok(Self::Modern),
        }
    }
}

fn no_session() -> Refusal {
    Refusal::BadSession(
        "Mcp-Session-Id is missing: begin with initialize, or say the protocol version in `params._meta` of each request".to_owned(),
    )
}
