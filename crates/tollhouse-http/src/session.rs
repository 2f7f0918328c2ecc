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
mod seat;
mod sessions;
mod store;
mod stream;
mod table;

use std::sync::Arc;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, Response, StatusCode, header::AsHeaderName},
};
use tollhouse_core::{Header, Refusal};

pub(crate) use get::get;
pub(crate) use pair::Pairs;
pub(crate) use post::{opened, reply};
pub(crate) use sessions::{Seated, Sessions};

use crate::{
    desk::{Caller, Desk, status},
    headers::{VERSION, single},
};

/// Who asks for what is of a session, and where.
pub(crate) type Asker<'a> = (&'a Desk, &'a Arc<Sessions>, &'a Caller<'a>);

/// Ends a session: its streams, what waits for it, and its calls.
pub(crate) fn delete(asker: Asker<'_>, headers: &HeaderMap) -> Response<Body> {
    match seat(asker, headers) {
        Ok(seat) => {
            seat.end();
            if let Some(id) = text(headers, &SESSION_ID) {
                asker.0.server.session_over(id, &asker.2.principal);
            }
            status(StatusCode::NO_CONTENT)
        }
        Err(refusal) => *refusal,
    }
}

/// The session that a request without a message names.
fn seat(
    (desk, sessions, caller): Asker<'_>,
    headers: &HeaderMap,
) -> Result<Seated, Box<Response<Body>>> {
    let version = single(headers, &VERSION);
    let id = match single(headers, &SESSION_ID) {
        Header::One(id) => id,
        // Who speaks of no session has only one method here.
        Header::Absent if !is_of_a_session(version) => return Err(Box::new(desk.use_post())),
        Header::Absent | Header::Several => {
            return Err(Box::new(desk.refusal(one_id())));
        }
    };
    let seat = match sessions.find(id, &caller.principal) {
        Ok(seat) => seat,
        Err(refusal) => return Err(Box::new(desk.refusal(refusal))),
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

/// What whoever sends none or several ids is told.
pub(crate) fn one_id() -> Refusal {
    let why = "send one Mcp-Session-Id, as it was given with the answer to initialize";
    Refusal::BadSession(why.to_owned())
}

pub(crate) static SESSION_ID: HeaderName = HeaderName::from_static("mcp-session-id");
