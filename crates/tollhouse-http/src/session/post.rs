//! Replies to requests of a session.

use std::{sync::Arc, task::Poll, time::Duration};

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode},
};
use futures_util::poll;
use tokio_util::sync::CancellationToken;
use tollhouse_core::{Exchange, Frame, Id, Last, Refusal, Session};

use super::{
    SESSION_ID,
    reader::{Carried, Reader},
    sessions::Seated,
    stream::Stream,
};
use crate::{
    desk::{Caller, Desk, status},
    reply::{self, Accepts},
};

/// The answer to `initialize`, with an id.
pub(crate) fn opened(
    (desk, caller): (&Desk, &Caller<'_>),
    session: &Session,
    last: Last,
) -> Response<Body> {
    let id = desk.server.seal_session(session, &caller.principal);
    let Some(id) = id.and_then(|id| HeaderValue::try_from(id).ok()) else {
        return status(StatusCode::SERVICE_UNAVAILABLE);
    };
    let mut response = reply::json(StatusCode::OK, last.body);
    response.headers_mut().insert(&SESSION_ID, id);
    response
}

/// The reply to requests: what is there at once goes as JSON, anything else as a stream that the client can
/// come back to. A client that leaves cancels nothing (MCP 2025-11-25, "Transports").
pub(crate) async fn reply(
    (desk, caller): (&Desk, &Caller<'_>),
    seat: Seated,
    mut exchange: Box<Exchange>,
    accepts: Accepts,
) -> Response<Body> {
    let requests = match seat.reserve(&mut exchange) {
        Ok(requests) => requests,
        Err(last) => return reply::last(last, caller),
    };
    let first = {
        let next = exchange.next();
        tokio::pin!(next);
        poll!(next)
    };
    if let Poll::Ready(Some(Frame::Last(last))) = &first
        && (accepts != Accepts::Stream || matches!(last.refusal, Some(Refusal::Forbidden(_))))
    {
        seat.release(&requests);
        return reply::last(last.clone(), caller);
    }
    let stream = seat.open();
    let work = Work {
        seat: seat.clone(),
        exchange,
        stream: Arc::clone(&stream),
        requests,
        // Who has had no event yet does not know where to come back to.
        may_pause: accepts != Accepts::Json && seat.session().understands_priming(),
    };
    let cancel = work.requests.iter().map(|(_, cancel)| cancel.clone());
    let cancel = cancel.collect();
    let work = Box::pin(work.done(first));
    let carried = Carried::new(
        desk.server.clone(),
        (seat.clone(), Arc::clone(&stream)),
        cancel,
        work,
    );
    let reader = Reader::new(seat, (stream, 0), carried, desk.keep_alive);
    if accepts != Accepts::Json {
        return reader.into_response();
    }
    match reader.answer().await {
        Some(message) => reply::json(StatusCode::OK, message),
        // Cancelled: there is no answer.
        None => status(StatusCode::NO_CONTENT),
    }
}

/// Requests under way, and the stream that they are answered on.
struct Work {
    seat: Seated,
    exchange: Box<Exchange>,
    stream: Arc<Stream>,
    requests: Vec<(Id, CancellationToken)>,
    may_pause: bool,
}

impl Work {
    /// Puts what an exchange says on its stream, from this on.
    async fn done(mut self, first: Poll<Option<Frame>>) {
        let mut frame = match first {
            Poll::Ready(frame) => frame,
            Poll::Pending => self.exchange.next().await,
        };
        let mut is_asking = false;
        while let Some(said) = frame {
            is_asking |= matches!(said, Frame::Question(_));
            match said {
                Frame::Event(message) => self.stream.say(message),
                Frame::Question(message) => self.stream.say_needed(message),
                Frame::Pause if self.may_pause => self.stream.pause(),
                Frame::Pause => {}
                Frame::Last(last) => {
                    self.stream.answer(last.body);
                    break;
                }
            }
            frame = self.next(&mut is_asking).await;
        }
        self.seat.close(&self.requests, &self.stream);
    }

    /// What comes next. A question that nobody is there to read is not waited for long.
    async fn next(&mut self, is_asking: &mut bool) -> Option<Frame> {
        if *is_asking {
            tokio::select! {
                biased;
                frame = self.exchange.next() => return frame,
                () = self.stream.left_alone(PATIENCE_ALONE) => {}
            }
            self.exchange.give_up_asking();
            *is_asking = false;
        }
        self.exchange.next().await
    }
}

const PATIENCE_ALONE: Duration = Duration::from_secs(30);
