//! What carries messages, and what arrives.

use std::{future::Future, time::Duration};

use serde_json::Value;
use tokio::{sync::mpsc, time::timeout};
use tollhouse_wire_check::Revision;

mod body;
mod http;
mod pipe;

use http::Http;
use pipe::Pipe;

/// A client's side of a transport.
pub(super) enum Wire {
    Pipe(Pipe),
    Http(Http),
}

/// What came from the server.
#[derive(Debug)]
pub(super) enum Arrival {
    Message(Value),
    /// The reply to this request is complete: with this status, where there is one.
    Replied {
        id: Value,
        status: u16,
    },
    /// The transport did what it must not.
    Wrong(String),
}

pub(super) type Arrivals = mpsc::UnboundedReceiver<Arrival>;

impl Wire {
    pub(super) fn stdio(pipe: pipe::Halves) -> (Self, Arrivals) {
        let (sender, arrivals) = mpsc::unbounded_channel();
        (Self::Pipe(Pipe::new(pipe, sender)), arrivals)
    }

    pub(super) fn http(address: std::net::SocketAddr, revision: Revision) -> (Self, Arrivals) {
        let (sender, arrivals) = mpsc::unbounded_channel();
        (Self::Http(Http::new(address, revision, sender)), arrivals)
    }

    pub(super) async fn send(&mut self, message: &Value) {
        match self {
            Self::Pipe(pipe) => pipe.send(message).await,
            Self::Http(http) => http.send(message),
        }
    }

    /// Leaves a request without a word, where that is how it is cancelled.
    pub(super) fn leave(&mut self, id: &Value) -> bool {
        match self {
            Self::Pipe(_) => false,
            Self::Http(http) => http.leave(id),
        }
    }

    /// Breaks the connection of a reply off without saying anything of the request.
    pub(super) fn break_off(&mut self, id: &Value) {
        match self {
            Self::Pipe(_) => panic!("one pipe has everything"),
            Self::Http(http) => http.break_off(id),
        }
    }

    /// Reads on where a reply was broken off.
    pub(super) fn resume(&mut self, id: &Value) {
        match self {
            Self::Pipe(_) => panic!("one pipe has everything"),
            Self::Http(http) => http.resume(id),
        }
    }

    /// Listens for what belongs to no request, where that needs a stream of its own.
    pub(super) async fn listen(&mut self) {
        if let Self::Http(http) = self {
            http.listen().await;
        }
    }

    /// The end, in the words of the transport.
    pub(super) async fn end(self) {
        match self {
            Self::Pipe(pipe) => pipe.end().await,
            Self::Http(http) => http.end().await,
        }
    }
}

/// Waits, but not for ever.
pub(super) async fn within<T>(work: impl Future<Output = T>) -> T {
    timeout(PATIENCE, work).await.unwrap()
}

/// How long anything may take that a test waits for.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
