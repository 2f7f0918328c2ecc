//! What every request shares: the server, who its callers are, and how it is refused.

use std::{borrow::Cow, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
        header::{ALLOW, AUTHORIZATION, CONNECTION, WWW_AUTHENTICATE},
    },
};
use tokio::time::timeout;
use tollhouse_core::{Authenticate, Header, Id, Principal, Refusal, Server, Unauthenticated};

use crate::{Options, body::NoBody, headers::single, reply};

/// What every request shares.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) server: Server,
    anonymous: Principal,
    authenticate: Option<Arc<dyn Authenticate>>,
    pub(crate) body_bytes_max: usize,
    pub(crate) body_timeout: Duration,
    pub(crate) keep_alive: Duration,
}

impl Desk {
    pub(crate) fn new(server: Server, options: &Options) -> Self {
        Self {
            server,
            anonymous: Principal::anonymous(),
            authenticate: options.authenticate.clone(),
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
        let Some(authenticate) = &self.authenticate else {
            return Ok(Cow::Borrowed(&self.anonymous));
        };
        let credential = match single(headers, AUTHORIZATION) {
            Header::Absent => Ok(None),
            Header::One(value) => Ok(Some(value)),
            // Which of them counts would be a guess.
            Header::Several => Err(Unauthenticated),
        };
        let principal = match credential {
            Ok(credential) => {
                let asked = authenticate.authenticate(credential);
                let Ok(told) = timeout(self.body_timeout, asked).await else {
                    return Err(Box::new(self.refusal(Refusal::Busy)));
                };
                told
            }
            Err(why) => Err(why),
        };
        principal.map(Cow::Owned).map_err(|why| {
            let refusal = self.refuse(None, StatusCode::UNAUTHORIZED, &why.to_string());
            Box::new(with(refusal, WWW_AUTHENTICATE, "Bearer"))
        })
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
