//! What every request shares: the server, who its callers are, and how it is refused.

use std::{borrow::Cow, time::Duration};

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
        header::{ALLOW, CONNECTION, WWW_AUTHENTICATE},
    },
};
use tokio::time::timeout;
use tollhouse_core::{Credentials, Id, Principal, Refusal, Server, Unauthenticated};

use crate::{Options, body::NoBody, headers::single, options::Doorman, reply};

/// What every request shares.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) server: Server,
    everybody: Principal,
    doorman: Option<Doorman>,
    pub(crate) body_bytes_max: usize,
    pub(crate) body_timeout: Duration,
    pub(crate) keep_alive: Duration,
}

impl Desk {
    pub(crate) fn new(server: Server, options: &Options) -> Self {
        Self {
            server,
            everybody: options.everybody.clone(),
            doorman: options.doorman.clone(),
            body_bytes_max: options.body_bytes_max,
            body_timeout: options.body_timeout,
            keep_alive: options.keep_alive,
        }
    }

    /// Who sends a request with these headers; otherwise the answer to whoever may not call.
    pub(crate) async fn principal(
        &self,
        headers: &HeaderMap,
    ) -> Result<Cow<'_, Principal>, Box<Response<Body>>> {
        let Some(doorman) = &self.doorman else {
            return Ok(Cow::Borrowed(&self.everybody));
        };
        let presented: Vec<_> = doorman
            .headers
            .iter()
            .map(|name| (name.as_str(), single(headers, name)))
            .collect();
        let asked = doorman.who.authenticate(Credentials::new(&presented));
        let told = timeout(self.body_timeout, asked).await;
        match told.unwrap_or(Err(Unauthenticated::Unavailable)) {
            Ok(principal) => Ok(Cow::Owned(principal)),
            Err(why) => Err(Box::new(turn_away(why))),
        }
    }

    /// A refusal of the transport, in the words of the protocol.
    pub(crate) fn refuse(&self, id: Option<&Id>, status: StatusCode, why: &str) -> Response<Body> {
        let last = self.server.refuse(id, Refusal::NotAMessage(why.to_owned()));
        reply::json(status, last.body)
    }

    /// A refusal with the status that the table gives it.
    pub(crate) fn refusal(&self, refusal: Refusal) -> Response<Body> {
        let last = self.server.refuse(None, refusal);
        reply::json(reply::code(last.status()), last.body)
    }

    /// What whoever uses another method is told.
    pub(crate) fn use_post(&self) -> Response<Body> {
        let refusal = self.refuse(None, StatusCode::METHOD_NOT_ALLOWED, "use POST");
        with(refusal, ALLOW, "POST")
    }
}

/// What whoever may not call is told: not in the words of the protocol, since nothing of the message has been
/// read, and clients look at the status and the challenge.
fn turn_away(why: Unauthenticated) -> Response<Body> {
    // Everyday, and whoever sends many of them is not to fill the log.
    tracing::debug!(?why, "a request was turned away");
    let mut response = reply::json(reply::code(why.status()), why.body().into());
    let challenge = why.challenge().map(HeaderValue::try_from);
    if let Some(Ok(challenge)) = challenge {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}

/// What a request whose body cannot be had is told.
pub(crate) fn no_body(desk: &Desk, why: NoBody) -> Response<Body> {
    let (status, text) = match why {
        NoBody::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "the body is too large"),
        NoBody::TooSlow => (StatusCode::REQUEST_TIMEOUT, "the body took too long"),
        NoBody::BrokenOff => (StatusCode::BAD_REQUEST, "the body broke off"),
    };
    // What is left of the body is not worth reading.
    with(desk.refuse(None, status, text), CONNECTION, "close")
}

/// A response without a body.
pub(crate) fn status(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

fn with(mut response: Response<Body>, name: HeaderName, value: &'static str) -> Response<Body> {
    response
        .headers_mut()
        .insert(name, HeaderValue::from_static(value));
    response
}
