//! Replies to requests of a session.

use std::{sync::Arc, task::Poll};

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode},
};
use futures_util::poll;
use tollhouse_core::{Exchange, Frame, Id, Last, Principal, Session};

use super::{
    SESSION_ID,
    reader::{Carried, Reader},
    sessions::Seated,
    stream::Stream,
};
use crate::{
    endpoint::Desk,
    reply::{self, Accepts},
};

/// The answer to `initialize`: with an id, unless the edge keeps no sessions.
pub(crate) fn opened(
    (desk, principal): (&Desk, &Principal),
    session: &Session,
    last: Last,
) -> Response<Body> {
    let mut response = reply::json(StatusCode::OK, last.body);
    if desk.keeps_sessions() {
        let id = desk.server.seal_session(session, principal);
        let id = id.and_then(|id| HeaderValue::try_from(id).ok());
        let Some(id) = id else {
            return crate::endpoint::status(StatusCode::SERVICE_UNAVAILABLE);
        };
        response.headers_mut().insert(SESSION_ID, id);
    }
    response
}

/// The reply to requests: what is there at once goes as JSON, anything else as a stream that the client can
/// come back to. A client that leaves cancels nothing (MCP 2025-11-25, "Transports").
pub(crate) async fn reply(
    desk: &Desk,
    seat: Seated,
    mut exchange: Box<Exchange>,
    accepts: Accepts,
) -> Response<Body> {
    if let Some(refusal) = seat.refuses(&exchange) {
        let last = desk.server.refuse(Some(exchange.id()), refusal);
        return reply::json(reply::code(last.status()), last.body);
    }
    if accepts == Accepts::Json {
        exchange.cannot_ask();
    }
    let first = {
        let next = exchange.next();
        tokio::pin!(next);
        poll!(next)
    };
    if let (Poll::Ready(Some(Frame::Last(last))), Accepts::Both | Accepts::Json) = (&first, accepts)
    {
        return reply::json(reply::code(last.status()), last.body.clone());
    }
    let requests = exchange.cancellers();
    let ids: Vec<Id> = requests.iter().map(|(id, _)| id.clone()).collect();
    let stream = seat.open(requests);
    // Who has had no event yet does not know where to come back to.
    let may_pause = accepts != Accepts::Json && seat.session().understands_priming();
    let work = carry(
        seat.clone(),
        (exchange, first),
        Arc::clone(&stream),
        (ids, may_pause),
    );
    let carried = Carried::new(desk.server.clone(), Box::pin(work));
    let reader = Reader::new(seat, (stream, 0), carried, desk.keep_alive);
    if accepts != Accepts::Json {
        return reader.into_response();
    }
    match reader.last().await {
        Some(message) => reply::json(StatusCode::OK, message),
        // Cancelled: there is no answer.
        None => crate::endpoint::status(StatusCode::NO_CONTENT),
    }
}

/// Puts what an exchange says on its stream.
async fn carry(
    seat: Seated,
    (mut exchange, first): (Box<Exchange>, Poll<Option<Frame>>),
    stream: Arc<Stream>,
    (ids, may_pause): (Vec<Id>, bool),
) {
    let mut frame = match first {
        Poll::Ready(frame) => frame,
        Poll::Pending => exchange.next().await,
    };
    loop {
        match frame {
            Some(Frame::Event(message)) => stream.say(message),
            Some(Frame::Pause) if may_pause => stream.pause(),
            Some(Frame::Pause) => {}
            Some(Frame::Last(last)) => {
                stream.say(last.body);
                break;
            }
            None => break,
        }
        frame = exchange.next().await;
    }
    seat.close(&ids, &stream);
}
