//! Streamable HTTP for clients with sessions (MCP 2025-11-25, "Transports"): the stream of a session, its end,
//! and replies that a client can come back for.
//!
//! A session's id is sealed and says all that was agreed on, so an idle session takes no memory here. What
//! more there is to remember stands in `sessions`; a reply that is not there at once is a `stream`, which
//! `post` and `get` read.

mod get;
mod pair;
mod post;
mod reader;
mod sessions;
mod store;
mod stream;

use axum::{
    body::Body,
    http::{HeaderMap, Response, StatusCode, header::AsHeaderName},
};
use tollhouse_core::{Header, Principal, Refusal};

pub(crate) use get::get;
pub(crate) use pair::Pairs;
pub(crate) use post::{opened, reply};
pub(crate) use sessions::{Seated, Sessions};

use crate::endpoint::{Desk, single, status};

/// Ends a session: its streams, what waits for it, and its calls.
pub(crate) fn delete(asker: (&Desk, &Principal), headers: &HeaderMap) -> Response<Body> {
    match seat(asker, headers) {
        Ok(seat) => {
            seat.end();
            status(StatusCode::NO_CONTENT)
        }
        Err(refusal) => *refusal,
    }
}

/// The session that a request without a message names.
fn seat(
    (desk, principal): (&Desk, &Principal),
    headers: &HeaderMap,
) -> Result<Seated, Box<Response<Body>>> {
    let version = single(headers, VERSION);
    let id = match single(headers, SESSION_ID) {
        Header::One(id) => id,
        // Who speaks of no session has only one method here.
        Header::Absent if !is_of_a_session(version) => return Err(Box::new(desk.use_post())),
        Header::Absent | Header::Several => {
            let why = "send one Mcp-Session-Id, as it was given with the answer to initialize";
            return Err(Box::new(desk.refusal(Refusal::BadSession(why.to_owned()))));
        }
    };
    let Some(seat) = desk.sessions.find(id, principal) else {
        return Err(Box::new(desk.refusal(Refusal::UnknownSession)));
    };
    match seat.session().check_version(version) {
        Ok(()) => Ok(seat),
        Err(refusal) => Err(Box::new(desk.refusal(refusal))),
    }
}

/// Whether a version header is one of those that came with sessions.
fn is_of_a_session(version: Header<'_>) -> bool {
    matches!(version, Header::One(name) if tollhouse_core::Session::bare(Some(name)).is_some())
}

/// The one value of a header, if there is just one and it is text.
fn text(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&str> {
    match single(headers, name) {
        Header::One(value) => std::str::from_utf8(value).ok(),
        Header::Absent | Header::Several => None,
    }
}

pub(crate) const SESSION_ID: &str = "mcp-session-id";
pub(crate) const VERSION: &str = "mcp-protocol-version";
