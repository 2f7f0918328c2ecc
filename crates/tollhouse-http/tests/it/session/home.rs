//! One server on loopback for clients with sessions, its book, and its end.

use std::net::{Ipv4Addr, SocketAddr};

use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tollhouse_core::{Builder, Server};
use tollhouse_http::{Options, listen, serve};

use super::tools;
use crate::language::{Book, PATIENCE, Peer, Request, Response, within};

/// One server.
#[derive(Debug)]
pub(super) struct Home {
    pub(super) address: SocketAddr,
    pub(super) server: Server,
    pub(super) book: Book,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Home {
    pub(super) async fn open() -> Self {
        Self::with(Options::default()).await
    }

    pub(super) async fn with(options: Options) -> Self {
        Self::built(options, |builder| builder).await
    }

    /// With more than the tools.
    pub(super) async fn built(options: Options, more: impl FnOnce(Builder) -> Builder) -> Self {
        let book = Book::default();
        let server = more(tools::builder(&book)).build().unwrap();
        let listener = listen((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let serving = serve(
            server.clone(),
            listener,
            options,
            stop.clone().cancelled_owned(),
        );
        let tasks = TaskTracker::new();
        tasks.spawn(async move { serving.await.unwrap() });
        tasks.close();
        Self {
            address,
            server,
            book,
            stop,
            tasks,
        }
    }

    pub(super) fn stop(&self) {
        self.stop.cancel();
    }

    /// Waits until it has.
    pub(super) async fn stopped(&self) {
        within(PATIENCE, self.tasks.wait()).await;
    }

    /// Says one request on a connection of its own and gives the whole response.
    pub(super) async fn say(&self, request: &Request) -> Response {
        Peer::connect(self.address).await.say(request).await
    }
}
