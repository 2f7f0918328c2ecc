//! Sends what an exchange says: one JSON body, or a stream of events if something came before the last.

use std::{convert::Infallible, time::Duration};

use axum::{
    body::Body,
    http::{
        HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER},
    },
};
use bytes::{Bytes, BytesMut};
use futures_util::stream;
use tollhouse_core::{Exchange, Frame, Last, Refusal};

use crate::{
    desk::{Caller, Desk, challenge_with},
    vigil::{self, Fate, Vigil},
};

/// Which forms of reply the client takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Accepts {
    /// Whatever fits.
    Both,
    /// One JSON body; what came before the result is left out.
    Json,
    /// A stream, also for one message.
    Stream,
}

pub(crate) async fn exchange(
    mut exchange: Box<Exchange>,
    accepts: Accepts,
    (desk, caller, headers): (&Desk, &Caller<'_>, &HeaderMap),
) -> Response<Body> {
    loop {
        match (exchange.next().await, accepts) {
            (Some(Frame::Last(last)), Accepts::Both | Accepts::Json) => {
                return self::last(last, caller);
            }
            (Some(Frame::Event(_) | Frame::Question(_)), Accepts::Json)
            | (Some(Frame::Pause), _) => {}
            // The caller has left, so nobody reads this.
            (None, _) => return json(StatusCode::NO_CONTENT, Bytes::new()),
            (Some(first), _) => return events(exchange, first, (desk, caller, headers)),
        }
    }
}

/// The response to a request whose last message is its first.
pub(crate) fn last(last: Last, caller: &Caller<'_>) -> Response<Body> {
    let mut response = json(code(last.status()), last.body);
    tell_how(&mut response, last.refusal.as_ref(), caller);
    response
}

/// Says in headers how the same would be let through: which scopes whoever lacks some has to bring, and when whoever
/// comes too often may come again (RFC 9110, 10.2.3).
fn tell_how(response: &mut Response<Body>, refusal: Option<&Refusal>, caller: &Caller<'_>) {
    if let Some(Refusal::Forbidden(scopes)) = refusal {
        challenge_with(response, caller.place().step_up(scopes));
    }
    if let Some(retry_s) = refusal.and_then(Refusal::retry_s) {
        response.headers_mut().insert(RETRY_AFTER, retry_s.into());
    }
}

/// A response of one JSON message.
pub(crate) fn json(status: StatusCode, body: Bytes) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A status of the refusal table, which HTTP knows but for 499.
pub(crate) fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// A stream that begins with this frame. It carries no event ids: it cannot be taken up again.
fn events(
    exchange: Box<Exchange>,
    first: Frame,
    (desk, caller, headers): (&Desk, &Caller<'_>, &HeaderMap),
) -> Response<Body> {
    let (status, refusal) = match &first {
        Frame::Last(last) => (code(last.status()), last.refusal.clone()),
        Frame::Event(_) | Frame::Question(_) | Frame::Pause => (StatusCode::OK, None),
    };
    let listens = exchange.is_listening();
    let stream = Stream {
        exchange,
        first: Some(first),
        vigil: listens.then(|| desk.vigil(caller, headers)).flatten(),
        keep_alive: desk.keep_alive,
    };
    let chunks = stream::unfold(Some(stream), |stream| async move {
        let (chunk, stream) = stream?.next().await?;
        Some((Ok::<_, Infallible>(chunk), stream))
    });
    let mut response = event_stream(Body::from_stream(chunks));
    *response.status_mut() = status;
    tell_how(&mut response, refusal.as_ref(), caller);
    response
}

/// What an exchange says, until its last message.
struct Stream {
    exchange: Box<Exchange>,
    first: Option<Frame>,
    /// Over the caller, if it listens to changes.
    vigil: Option<Box<Vigil>>,
    keep_alive: Duration,
}

impl Stream {
    /// The next bytes, and the stream if more may come.
    async fn next(mut self) -> Option<(Bytes, Option<Self>)> {
        loop {
            let frame = match self.first.take() {
                Some(first) => Some(first),
                None => tokio::select! {
                    biased;
                    fate = vigil::fate(&mut self.vigil) => {
                        self.meet(fate);
                        continue;
                    }
                    frame = self.exchange.next() => frame,
                    () = tokio::time::sleep(self.keep_alive) => {
                        return Some((Bytes::from_static(ALIVE), Some(self)));
                    }
                },
            };
            match frame? {
                Frame::Event(message) | Frame::Question(message) => {
                    return Some((event(&message), Some(self)));
                }
                // Who leaves such a stream cancels the call.
                Frame::Pause => {}
                Frame::Last(last) => return Some((event(&last.body), None)),
            }
        }
    }

    fn meet(&mut self, fate: Fate) {
        match fate {
            Fate::Changed(principal) => self.exchange.renew(&principal),
            Fate::Gone => {
                self.vigil = None;
                self.exchange.end();
            }
        }
    }
}

/// A response whose body is events.
pub(crate) fn event_stream(body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Reverse proxies that buffer would hold events back.
    headers.insert(
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    );
    response
}

/// What a silent stream says.
pub(crate) const ALIVE: &[u8] = b": alive\n\n";

/// One message as an event; a message is one line, so one `data:` is enough.
pub(crate) fn event(message: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(message.len() + 24);
    out.extend_from_slice(b"event: message\ndata: ");
    out.extend_from_slice(message);
    out.extend_from_slice(b"\n\n");
    out.freeze()
}
