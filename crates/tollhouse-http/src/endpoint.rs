//! The one endpoint: a POST with one message, answered by one message or a stream; for a session, its stream
//! and its end too.

use std::{borrow::Cow, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode,
        header::{
            ACCEPT, ALLOW, AUTHORIZATION, AsHeaderName, CONNECTION, CONTENT_TYPE, WWW_AUTHENTICATE,
        },
    },
};
use bytes::Bytes;
use hyper::body::Incoming;
use tokio::time::timeout;
use tollhouse_core::{
    Authenticate, Claim, Exchange, Header, Headers, Id, Known, Principal, Received, Refusal,
    Server, Session, Unauthenticated,
};

use crate::{
    Options, body, reply,
    session::{self, Seated, Sessions},
};

/// What every request shares.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) server: Server,
    anonymous: Principal,
    authenticate: Option<Arc<dyn Authenticate>>,
    pub(crate) body_bytes_max: usize,
    pub(crate) body_timeout: Duration,
    pub(crate) keep_alive: Duration,
    pub(crate) sessions: Arc<Sessions>,
    sessionless: bool,
}

impl Desk {
    pub(crate) fn new(server: Server, options: &Options) -> Self {
        Self {
            sessions: Arc::new(Sessions::new(server.clone())),
            server,
            anonymous: Principal::anonymous(),
            authenticate: options.authenticate.clone(),
            body_bytes_max: options.body_bytes_max,
            body_timeout: options.body_timeout,
            keep_alive: options.keep_alive,
            sessionless: options.sessionless,
        }
    }

    pub(crate) fn keeps_sessions(&self) -> bool {
        !self.sessionless
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

pub(crate) async fn answer(desk: &Desk, request: Request<Incoming>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let principal = match desk.principal(&head.headers).await {
        Ok(principal) => principal,
        Err(refusal) => return *refusal,
    };
    let asker = (desk, principal.as_ref());
    match head.method {
        Method::POST => {}
        Method::GET if desk.keeps_sessions() => {
            return session::get(asker, &head.headers, accepts(&head.headers));
        }
        Method::DELETE if desk.keeps_sessions() => return session::delete(asker, &head.headers),
        _ => return desk.use_post(),
    }
    if !is_json(&head.headers) {
        return desk.refuse(
            None,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send Content-Type: application/json",
        );
    }
    let Some(accepts) = accepts(&head.headers) else {
        let why = "accept application/json and text/event-stream";
        return desk.refuse(None, StatusCode::NOT_ACCEPTABLE, why);
    };
    let body = match body::read(body, desk.body_bytes_max, desk.body_timeout).await {
        Ok(body) => body,
        Err(why) => return no_body(desk, why),
    };
    receive(asker, &head.headers, accepts, &body).await
}

async fn receive(
    (desk, principal): (&Desk, &Principal),
    map: &HeaderMap,
    accepts: reply::Accepts,
    body: &Bytes,
) -> Response<Body> {
    let headers = headers(map, accepts);
    let sender = match Sender::of((desk, principal), map, &headers) {
        Ok(sender) => sender,
        Err(refusal) => return desk.refusal(refusal),
    };
    let received = desk
        .server
        .receive(body, Some(&headers), principal, sender.known());
    match received {
        // The header says what the body says: that has been checked by now.
        Received::Exchange(exchange)
            if accepts == reply::Accepts::Json && headers.method == Header::One(LISTEN) =>
        {
            let why = "a stream of changes needs Accept: text/event-stream";
            desk.refuse(Some(exchange.id()), StatusCode::NOT_ACCEPTABLE, why)
        }
        Received::Exchange(exchange) => reply_to(desk, sender, exchange, accepts).await,
        Received::Several(exchange, cancelled) => {
            if let Sender::Seated(seat) = &sender {
                cancelled.iter().for_each(|id| seat.cancel(id));
            }
            match exchange {
                Some(exchange) => reply_to(desk, sender, exchange, accepts).await,
                None => status(StatusCode::ACCEPTED),
            }
        }
        Received::Opened(opened, last) => session::opened((desk, principal), &opened, last),
        Received::Cancel(id) => {
            if let Sender::Seated(seat) = &sender {
                seat.cancel(&id);
            }
            status(StatusCode::ACCEPTED)
        }
        Received::Accepted => status(StatusCode::ACCEPTED),
        Received::Refused(last) => reply::json(reply::code(last.status()), last.body),
    }
}

/// Who sends a message, as far as its headers tell.
enum Sender {
    /// Whoever says all that matters in the message.
    Anybody,
    /// A session.
    Seated(Seated),
    /// Somebody whose session is unknown.
    Lost,
    /// Somebody without a session where none are kept.
    Bare(Session),
}

impl Sender {
    fn of(
        (desk, principal): (&Desk, &Principal),
        map: &HeaderMap,
        headers: &Headers<'_>,
    ) -> Result<Self, Refusal> {
        if headers.stand_alone() {
            return Ok(Self::Anybody);
        }
        if !desk.keeps_sessions() {
            let version = match headers.version {
                Header::One(name) => Some(name),
                Header::Absent | Header::Several => None,
            };
            return Ok(Session::bare(version).map_or(Self::Anybody, Self::Bare));
        }
        let found = match single(map, &session::SESSION_ID) {
            Header::Absent => return Ok(Self::Anybody),
            Header::One(id) => desk.sessions.find(id, principal),
            Header::Several => Err(session::one_id()),
        };
        match found {
            Ok(seat) => Ok(Self::Seated(seat)),
            Err(Refusal::UnknownSession) => Ok(Self::Lost),
            Err(refusal) => Err(refusal),
        }
    }

    fn known(&self) -> Known<'_> {
        match self {
            Self::Anybody => Known::Nothing,
            Self::Seated(seat) => Known::Session(seat.session()),
            Self::Lost => Known::Lost,
            Self::Bare(session) => Known::Lent(session),
        }
    }
}

async fn reply_to(
    desk: &Desk,
    sender: Sender,
    mut exchange: Box<Exchange>,
    accepts: reply::Accepts,
) -> Response<Body> {
    match sender {
        // A request of a session that stands alone is answered as if it were of none.
        Sender::Seated(seat) if exchange.session().is_some() => {
            session::reply(desk, seat, exchange, accepts).await
        }
        sender => {
            if matches!(sender, Sender::Bare(_)) {
                exchange.outlive_its_caller();
            }
            drop(sender);
            reply::exchange(exchange, accepts, desk.keep_alive).await
        }
    }
}

pub(crate) fn no_body(desk: &Desk, why: body::NoBody) -> Response<Body> {
    let (status, text) = match why {
        body::NoBody::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "the body is too large"),
        body::NoBody::TooSlow => (StatusCode::REQUEST_TIMEOUT, "the body took too long"),
        body::NoBody::BrokenOff => (StatusCode::BAD_REQUEST, "the body broke off"),
    };
    // What is left of the body is not worth reading.
    with(desk.refuse(None, status, text), CONNECTION, "close")
}

pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let Header::One(value) = single(headers, CONTENT_TYPE) else {
        return false;
    };
    let media_type = value.split(|&byte| byte == b';').next().unwrap_or_default();
    media_type
        .trim_ascii()
        .eq_ignore_ascii_case(b"application/json")
}

/// Whether the path is one of the endpoint's two, which answer alike.
pub(crate) fn is_at(path: &str) -> bool {
    matches!(path, "/mcp" | "/")
}

/// What the client takes: `None` if neither of the two forms. No header takes everything.
fn accepts(headers: &HeaderMap) -> Option<reply::Accepts> {
    // What clients send who follow the specification to the letter.
    if single(headers, ACCEPT) == Header::One(b"application/json, text/event-stream") {
        return Some(reply::Accepts::Both);
    }
    let mut all = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .peekable();
    if all.peek().is_none() {
        return Some(reply::Accepts::Both);
    }
    let (mut json, mut stream) = (false, false);
    for range in all.flat_map(|value| value.split(',')) {
        let range = range.split(';').next().unwrap_or_default().trim();
        json |= ["application/json", "application/*", "*/*"]
            .iter()
            .any(|known| range.eq_ignore_ascii_case(known));
        stream |= ["text/event-stream", "text/*", "*/*"]
            .iter()
            .any(|known| range.eq_ignore_ascii_case(known));
    }
    match (json, stream) {
        (true, true) => Some(reply::Accepts::Both),
        (true, false) => Some(reply::Accepts::Json),
        (false, true) => Some(reply::Accepts::Stream),
        (false, false) => None,
    }
}

/// What the headers say about the message and its sender.
fn headers(map: &HeaderMap, accepts: reply::Accepts) -> Headers<'_> {
    let mut headers = Headers {
        version: single(map, &VERSION),
        method: single(map, &METHOD),
        name: single(map, &NAME),
        params: Vec::new(),
        one_reply: accepts == reply::Accepts::Json,
    };
    for name in map.keys() {
        if let Some(param) = name.as_str().strip_prefix("mcp-param-") {
            headers.params.push(Claim {
                name: param.to_owned(),
                values: map
                    .get_all(name)
                    .iter()
                    .map(|value| value.as_bytes().to_vec())
                    .collect(),
            });
        }
    }
    headers
}

pub(crate) fn single(map: &HeaderMap, name: impl AsHeaderName) -> Header<'_> {
    let mut values = map.get_all(name).iter();
    match (values.next(), values.next()) {
        (None, _) => Header::Absent,
        (Some(value), None) => Header::One(value.as_bytes().trim_ascii()),
        _ => Header::Several,
    }
}

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

/// The method whose reply is never one JSON body.
const LISTEN: &[u8] = b"subscriptions/listen";
// Made once: a name that is looked up as text is parsed each time.
pub(crate) static VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
static METHOD: HeaderName = HeaderName::from_static("mcp-method");
static NAME: HeaderName = HeaderName::from_static("mcp-name");
