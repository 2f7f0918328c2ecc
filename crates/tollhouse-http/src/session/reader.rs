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
use tollhouse_core::Server;

use super::{
    sessions::Seated,
    stream::{Found, Stream},
};
use crate::reply;

/// Work that is polled where it stands; when its holder is dropped, the server may run the rest of it.
pub(super) struct Carried {
    work: Option<BoxFuture<'static, ()>>,
    server: Option<Server>,
}

impl Carried {
    /// Work that goes on when its holder is dropped.
    pub(super) fn new(server: Server, work: BoxFuture<'static, ()>) -> Self {
        Self {
            work: Some(work),
            server: Some(server),
        }
    }

    /// Work that ends with its holder.
    pub(super) fn only_here(work: BoxFuture<'static, ()>) -> Self {
        Self {
            work: Some(work),
            server: None,
        }
    }

    /// No work: somebody else does it.
    pub(super) const fn nothing() -> Self {
        Self {
            work: None,
            server: None,
        }
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
        if let (Some(work), Some(server)) = (self.work.take(), &self.server) {
            server.carry_on(work);
        }
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

    /// Waits for the last message, for a client that takes no stream.
    pub(super) async fn last(mut self) -> Option<Bytes> {
        loop {
            let rung = self.stream.rung();
            match self.stream.after(u64::MAX, self.reader) {
                Found::Nothing => {}
                Found::Message(..) | Found::End => return self.stream.last(),
            }
            tokio::select! {
                biased;
                () = &mut self.carried => {}
                () = rung => {}
            }
        }
    }
}
