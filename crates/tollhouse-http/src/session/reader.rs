//! Reads a stream into the body of a response, and does the work behind it as long as somebody reads.

use std::{
    convert::Infallible,
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{body::Body, http::Response};
use bytes::Bytes;
use futures_util::{future::BoxFuture, stream};
use tokio_util::sync::CancellationToken;
use tollhouse_core::Server;

use super::{
    sessions::Seated,
    stream::{Found, Stream},
};
use crate::reply;

/// Work that is polled where it stands; when its holder is dropped, the server may run the rest of it.
pub(super) struct Carried {
    work: Option<BoxFuture<'static, ()>>,
    after: Option<After>,
    /// Whether nobody reads on when the work is done.
    is_all: bool,
}

/// What becomes of work when nobody reads any longer.
struct After {
    server: Server,
    seat: Seated,
    stream: Arc<Stream>,
    /// What stops the work where there is no room for more of its kind.
    cancel: Vec<CancellationToken>,
}

impl Carried {
    /// Work that goes on when its holder is dropped, as long as there is room.
    pub(super) fn new(
        server: Server,
        (seat, stream): (Seated, Arc<Stream>),
        cancel: Vec<CancellationToken>,
        work: BoxFuture<'static, ()>,
    ) -> Self {
        let after = After {
            server,
            seat,
            stream,
            cancel,
        };
        Self {
            work: Some(work),
            after: Some(after),
            is_all: false,
        }
    }

    /// Work that ends with its reader, and the reader with it.
    pub(super) fn only_here(work: BoxFuture<'static, ()>) -> Self {
        Self {
            work: Some(work),
            after: None,
            is_all: true,
        }
    }

    /// No work: somebody else does it.
    pub(super) const fn nothing() -> Self {
        Self {
            work: None,
            after: None,
            is_all: false,
        }
    }
}

impl Carried {
    fn is_over(&self) -> bool {
        self.is_all && self.work.is_none()
    }
}

/// Never comes when there is nothing to do.
impl Future for Carried {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let Some(work) = self.work.as_mut() else {
            return Poll::Pending;
        };
        let polled = work.as_mut().poll(context);
        if polled.is_ready() {
            self.work = None;
        }
        polled
    }
}

impl Drop for Carried {
    fn drop(&mut self) {
        let (Some(work), Some(after)) = (self.work.take(), self.after.take()) else {
            return;
        };
        let room = after.seat.leave_alone();
        // Whoever reads on, or was sent away by the server itself, has not left.
        if room.is_none() && after.stream.is_forsaken() {
            after.cancel.iter().for_each(CancellationToken::cancel);
        }
        after.server.carry_on(async move {
            work.await;
            drop(room);
        });
    }
}

impl fmt::Debug for Carried {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Carried(running: {})", self.work.is_some())
    }
}

/// One response that reads a stream.
#[derive(Debug)]
pub(super) struct Reader {
    stream: Arc<Stream>,
    /// The last message that the client has.
    number: u64,
    reader: u64,
    primes: bool,
    carried: Carried,
    keep_alive: Duration,
    // Keeps the session at hand for as long as somebody reads.
    _seat: Seated,
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.stream.leave();
    }
}

impl Reader {
    /// Reads what comes after this message, and does this work meanwhile.
    pub(super) fn new(
        seat: Seated,
        (stream, number): (Arc<Stream>, u64),
        carried: Carried,
        keep_alive: Duration,
    ) -> Self {
        Self {
            reader: stream.take_over(),
            stream,
            number,
            primes: seat.session().understands_priming(),
            carried,
            keep_alive,
            _seat: seat,
        }
    }

    /// The response: a priming event if the client understands one, then messages.
    pub(super) fn into_response(self) -> Response<Body> {
        let chunks = stream::unfold(self, |mut reader| async move {
            let chunk = reader.next().await?;
            Some((Ok::<_, Infallible>(chunk), reader))
        });
        reply::event_stream(Body::from_stream(chunks))
    }

    async fn next(&mut self) -> Option<Bytes> {
        if std::mem::take(&mut self.primes) {
            return Some(self.stream.priming(self.number));
        }
        loop {
            let rung = self.stream.rung();
            match self.stream.after(self.number, self.reader) {
                Found::Message(number, message) => {
                    self.number = number;
                    return Some(self.stream.event(number, &message));
                }
                Found::End => return None,
                Found::Nothing if self.carried.is_over() => return None,
                Found::Nothing => {}
            }
            tokio::select! {
                biased;
                () = &mut self.carried => {}
                () = rung => {}
                () = tokio::time::sleep(self.keep_alive) => {
                    return Some(Bytes::from_static(reply::ALIVE));
                }
            }
        }
    }

    /// Waits for the answer, for a client that takes no stream.
    pub(super) async fn answer(mut self) -> Option<Bytes> {
        loop {
            let rung = self.stream.rung();
            if let Some(answer) = self.stream.answered() {
                return answer;
            }
            tokio::select! {
                biased;
                () = &mut self.carried => {}
                () = rung => {}
            }
        }
    }
}
