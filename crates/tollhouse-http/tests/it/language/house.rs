//! One server on loopback, its book, and its end.

use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

use tokio::net::TcpListener;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tollhouse_core::Server;
use tollhouse_http::{Options, listen, serve};

use super::{Book, PATIENCE, Peer, Request, Response, tools, within};

/// One server under trial.
#[derive(Debug)]
pub(crate) struct House {
    pub(crate) address: SocketAddr,
    pub(crate) server: Server,
    pub(crate) book: Book,
    stop: CancellationToken,
    abandoned: CancellationToken,
    tasks: TaskTracker,
}

impl House {
    /// With all defaults.
    pub(crate) async fn open() -> Self {
        Self::with(Options::default()).await
    }

    pub(crate) async fn with(options: Options) -> Self {
        let listener = listen((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        Self::on(listener, options)
    }

    pub(crate) fn on(listener: TcpListener, options: Options) -> Self {
        let address = listener.local_addr().unwrap();
        let book = Book::default();
        let server = tools::server(&book);
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let serving = serve(server.clone(), listener, options, stopped);
        let tasks = TaskTracker::new();
        let abandoned = CancellationToken::new();
        let serving = abandoned.clone().run_until_cancelled_owned(serving);
        tasks.spawn(async move { serving.await.map(Result::unwrap) });
        tasks.close();
        Self {
            address,
            server,
            book,
            stop,
            abandoned,
            tasks,
        }
    }

    /// Asks the server to stop.
    pub(crate) fn stop(&self) {
        self.stop.cancel();
    }

    /// Drops the server where it stands.
    pub(crate) fn abandon(&self) {
        self.abandoned.cancel();
    }

    /// Waits until it has.
    pub(crate) async fn stopped(&self) {
        self.stopped_within(PATIENCE).await;
    }

    pub(crate) async fn stopped_within(&self, limit: Duration) {
        within(limit, self.tasks.wait()).await;
    }

    /// Says one request on a connection of its own and gives the whole response.
    pub(crate) async fn say(&self, request: &Request) -> Response {
        Peer::connect(self.address).await.say(request).await
    }

    /// How many tools have begun.
    pub(crate) fn effects(&self) -> usize {
        self.book.read(|page| page.begun)
    }
}
