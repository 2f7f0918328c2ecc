//! What every request shares: the server, who its callers are, and how it is refused.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderName, HeaderValue, Response, StatusCode, Uri,
        header::{ALLOW, CONNECTION, WWW_AUTHENTICATE},
    },
};
use tollhouse_core::{Id, Place, Principal, Refusal, Server, Unauthenticated};

use crate::{
    Options,
    body::NoBody,
    doorman::Doorman,
    places::{Places, Site},
    reply,
    vigil::{Credential, Vigil},
};

/// What every request shares.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) server: Server,
    pub(crate) places: Places,
    everybody: Principal,
    doorman: Option<Doorman>,
    pub(crate) body_bytes_max: usize,
    pub(crate) body_timeout: Duration,
    pub(crate) keep_alive: Duration,
}

/// Who sends a request, and where it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Caller<'a> {
    pub(crate) principal: Principal,
    site: Option<&'a Site>,
}

impl Caller<'_> {
    /// What a challenge says here.
    pub(crate) fn place(&self) -> Place<'_> {
        place(self.site)
    }
}

impl Desk {
    pub(crate) fn new(server: Server, options: &Options, listens: SocketAddr) -> Self {
        Self {
            server,
            places: Places::new(options, listens),
            everybody: options.everybody.clone(),
            doorman: options.doorman.clone(),
            body_bytes_max: options.body_bytes_max,
            body_timeout: options.body_timeout,
            keep_alive: options.keep_alive,
        }
    }

    /// Whoever calls from this address, as long as nobody says who it is. Of an address of version 6 the network counts:
    /// who has one has all that are in it.
    pub(crate) fn stranger(&self, peer: IpAddr) -> Principal {
        if self.everybody.is_known() || self.doorman.is_some() {
            return self.everybody.clone();
        }
        let network = match peer.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
            }
        };
        self.everybody.clone().from_address(&network)
    }

    /// Who sends a request with these headers to this address, a stranger if nobody asks; otherwise the answer to
    /// whoever may not call.
    pub(crate) async fn caller(
        &self,
        headers: &HeaderMap,
        (uri, stranger): (&Uri, Principal),
    ) -> Result<Caller<'_>, Box<Response<Body>>> {
        let site = self.places.find(headers, uri.path());
        let Some(doorman) = &self.doorman else {
            return Ok(Caller {
                principal: stranger,
                site,
            });
        };
        let resource = site.map(Site::resource);
        match doorman.ask(headers, resource, self.body_timeout).await {
            Ok(principal) => Ok(Caller { principal, site }),
            Err(why) => Err(Box::new(turn_away(why, place(site)))),
        }
    }

    /// Watches over a caller who came with these headers, as long as a stream is open; none if nothing can change.
    pub(crate) fn vigil(&self, caller: &Caller<'_>, headers: &HeaderMap) -> Option<Box<Vigil>> {
        let doorman = self.doorman.as_ref()?;
        let credential = || Credential {
            doorman: doorman.clone(),
            headers: doorman.presented(headers),
            resource: caller.site.map(|site| site.resource().to_owned()),
            patience: self.body_timeout,
        };
        let changes = doorman.changes();
        Vigil::over(&caller.principal, &self.server, credential, changes)
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
fn turn_away(why: Unauthenticated, place: Place<'_>) -> Response<Body> {
    // Everyday, and whoever sends many of them is not to fill the log.
    tracing::debug!(?why, "a request was turned away");
    let mut response = reply::json(reply::code(why.status()), why.body().into());
    if let Some(challenge) = why.challenge(place) {
        challenge_with(&mut response, challenge);
    }
    response
}

/// Tells a client what to present instead.
pub(crate) fn challenge_with(response: &mut Response<Body>, challenge: String) {
    if let Ok(challenge) = HeaderValue::try_from(challenge) {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
}

fn place(site: Option<&Site>) -> Place<'_> {
    site.map(Site::place).unwrap_or_default()
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
