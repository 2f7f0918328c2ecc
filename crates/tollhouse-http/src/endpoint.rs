//! The one endpoint: a POST with one message, answered by one message or a stream; for a session, its stream
//! and its end too.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, Response, StatusCode},
};
use bytes::Bytes;
use hyper::body::Incoming;
use tollhouse_core::{
    Exchange, Header, Headers, Known, Principal, Received, Refusal, Server, Session,
};

use crate::{
    Options, body,
    desk::{self, Caller, Desk, status},
    headers::{self, single},
    reply,
    session::{self, Seated, Sessions},
};

/// The desk, and the sessions if they are kept.
#[derive(Debug)]
pub(crate) struct Endpoint {
    pub(crate) desk: Desk,
    pub(crate) sessions: Option<Arc<Sessions>>,
}

impl Endpoint {
    pub(crate) fn new(server: &Server, options: &Options, listens: SocketAddr) -> Self {
        let keeps = !options.sessionless;
        Self {
            desk: Desk::new(server.clone(), options, listens),
            sessions: keeps.then(|| Arc::new(Sessions::new(server.clone()))),
        }
    }

    /// Whether a path leads here: one of the usual two, or that of a public URL. All answer alike.
    pub(crate) fn is_at(&self, path: &str) -> bool {
        self.desk.places.has_endpoint_at(path)
    }

    /// Cancels the calls whose clients have left.
    pub(crate) fn cancel_all(&self) {
        if let Some(sessions) = &self.sessions {
            sessions.cancel_all();
        }
    }
}

pub(crate) async fn answer(
    endpoint: &Endpoint,
    request: Request<Incoming>,
    stranger: Principal,
) -> Response<Body> {
    let desk = &endpoint.desk;
    let (head, body) = request.into_parts();
    let caller = match desk.caller(&head.headers, (&head.uri, stranger)).await {
        Ok(caller) => caller,
        Err(refusal) => return *refusal,
    };
    match (&head.method, &endpoint.sessions) {
        (&Method::POST, _) => {}
        (&Method::GET, Some(sessions)) => {
            return session::get((desk, sessions, &caller), &head.headers);
        }
        (&Method::DELETE, Some(sessions)) => {
            return session::delete((desk, sessions, &caller), &head.headers);
        }
        _ => return desk.use_post(),
    }
    if !headers::is_json(&head.headers) {
        return desk.refuse(
            None,
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "send Content-Type: application/json",
        );
    }
    let Some(accepts) = headers::accepts(&head.headers) else {
        let why = "accept application/json and text/event-stream";
        return desk.refuse(None, StatusCode::NOT_ACCEPTABLE, why);
    };
    let body = match body::read(body, desk.body_bytes_max, desk.body_timeout).await {
        Ok(body) => body,
        Err(why) => return desk::no_body(desk, why),
    };
    receive((endpoint, &caller), &head.headers, accepts, &body).await
}

async fn receive(
    (endpoint, caller): (&Endpoint, &Caller<'_>),
    map: &HeaderMap,
    accepts: reply::Accepts,
    body: &Bytes,
) -> Response<Body> {
    let desk = &endpoint.desk;
    let headers = headers::read(map, accepts);
    let sessions = endpoint.sessions.as_ref();
    let sender = match Sender::of((sessions, caller), map, &headers) {
        Ok(sender) => sender,
        Err(refusal) => return desk.refusal(refusal),
    };
    let received = desk
        .server
        .receive(body, Some(&headers), &caller.principal, sender.known());
    match received {
        // The header says what the body says: that has been checked by now.
        Received::Exchange(exchange)
            if accepts == reply::Accepts::Json && headers.method == Header::One(LISTEN) =>
        {
            let why = "a stream of changes needs Accept: text/event-stream";
            desk.refuse(Some(exchange.id()), StatusCode::NOT_ACCEPTABLE, why)
        }
        Received::Exchange(exchange) => {
            reply_to((desk, caller, map), sender, exchange, accepts).await
        }
        Received::Several(exchange, cancelled) => {
            if let Sender::Seated(seat) = &sender {
                cancelled.iter().for_each(|id| seat.cancel(id));
            }
            match exchange {
                Some(exchange) => reply_to((desk, caller, map), sender, exchange, accepts).await,
                None => status(StatusCode::ACCEPTED),
            }
        }
        // Without a store for them, a session has no id.
        Received::Opened(_, last) if sessions.is_none() => reply::json(StatusCode::OK, last.body),
        Received::Opened(opened, last) => session::opened((desk, caller), &opened, last),
        Received::Cancel(id) => {
            if let Sender::Seated(seat) = &sender {
                seat.cancel(&id);
            }
            status(StatusCode::ACCEPTED)
        }
        Received::Accepted => status(StatusCode::ACCEPTED),
        Received::Refused(last) => reply::last(last, caller),
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
        (sessions, caller): (Option<&Arc<Sessions>>, &Caller<'_>),
        map: &HeaderMap,
        headers: &Headers<'_>,
    ) -> Result<Self, Refusal> {
        if headers.stand_alone() {
            return Ok(Self::Anybody);
        }
        let Some(sessions) = sessions else {
            let version = match headers.version {
                Header::One(name) => Some(name),
                Header::Absent | Header::Several => None,
            };
            return Ok(Session::bare(version).map_or(Self::Anybody, Self::Bare));
        };
        let found = match single(map, &session::SESSION_ID) {
            Header::Absent => return Ok(Self::Anybody),
            Header::One(id) => sessions.find(id, &caller.principal),
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
    (desk, caller, map): (&Desk, &Caller<'_>, &HeaderMap),
    sender: Sender,
    mut exchange: Box<Exchange>,
    accepts: reply::Accepts,
) -> Response<Body> {
    match sender {
        // A request of a session that stands alone is answered as if it were of none.
        Sender::Seated(seat) if exchange.session().is_some() => {
            session::reply((desk, caller), seat, exchange, accepts).await
        }
        sender => {
            if matches!(sender, Sender::Bare(_)) {
                exchange.outlive_its_caller();
            }
            drop(sender);
            reply::exchange(exchange, accepts, (desk, caller, map)).await
        }
    }
}

/// The method whose reply is never one JSON body.
const LISTEN: &[u8] = b"subscriptions/listen";
