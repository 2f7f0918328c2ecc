//! What carries messages, and what arrives.

use std::{future::Future, time::Duration};

use serde_json::Value;
use tokio::{sync::mpsc, time::timeout};
use tollhouse_wire_check::Revision;

mod body;
mod http;
mod pair;
mod pipe;
mod say;

use http::Http;
use pair::Pair;
use pipe::Pipe;

/// A client's side of a transport.
pub(super) enum Wire {
    Pipe(Pipe),
    Http(Http),
    Pair(Pair),
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
    /// A stream has begun, with an event from which it can be resumed.
    Primed,
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

    pub(super) fn pair(address: std::net::SocketAddr) -> (Self, Arrivals) {
        let (sender, arrivals) = mpsc::unbounded_channel();
        (Self::Pair(Pair::new(address, sender)), arrivals)
    }

    pub(super) async fn send(&mut self, message: &Value) {
        match self {
            Self::Pipe(pipe) => pipe.send(message).await,
            Self::Http(http) => http.send(message).await,
            Self::Pair(pair) => pair.send(message).await,
        }
    }

    /// Leaves a request without a word, where that is how it is cancelled.
    pub(super) fn leave(&mut self, id: &Value) -> bool {
        match self {
            Self::Pipe(_) | Self::Pair(_) => false,
            Self::Http(http) => http.leave(id),
        }
    }

    /// Breaks the connection of a reply off without saying anything of the request.
    pub(super) fn break_off(&mut self, id: &Value) {
        match self {
            Self::Pipe(_) | Self::Pair(_) => panic!("one stream has everything"),
            Self::Http(http) => http.break_off(id),
        }
    }

    /// Reads on where a reply was broken off.
    pub(super) fn resume(&mut self, id: &Value) {
        match self {
            Self::Pipe(_) | Self::Pair(_) => panic!("one stream has everything"),
            Self::Http(http) => http.resume(id),
        }
    }

    /// Pings with another header than the session's, or without it, and gives the status.
    pub(super) async fn knock(&self, name: &str, value: Option<&str>) -> u16 {
        match self {
            Self::Pipe(_) | Self::Pair(_) => panic!("there are no headers for sessions"),
            Self::Http(http) => http.knock(name, value).await,
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
            Self::Pair(pair) => pair.end().await,
        }
    }
}

/// Waits, but not for ever.
pub(super) async fn within<T>(work: impl Future<Output = T>) -> T {
    timeout(PATIENCE, work).await.unwrap()
}

/// How long anything may take that a test waits for.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);
