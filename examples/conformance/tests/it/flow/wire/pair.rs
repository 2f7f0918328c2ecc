//! The transport of 2024-11-05: a stream that the server speaks on, and an address to post to.

use std::net::SocketAddr;

use hyper::Method;
use serde_json::Value;
use tokio::{sync::mpsc::UnboundedSender, task::AbortHandle};
use tokio_util::task::TaskTracker;

use super::{
    Arrival,
    body::{self, Reader},
    say::Say,
    within,
};

/// The client's side: where to post, once the stream is open.
pub(crate) struct Pair {
    address: SocketAddr,
    arrivals: UnboundedSender<Arrival>,
    open: Option<(String, AbortHandle)>,
    tasks: TaskTracker,
}

impl Pair {
    pub(super) fn new(address: SocketAddr, arrivals: UnboundedSender<Arrival>) -> Self {
        Self {
            address,
            arrivals,
            open: None,
            tasks: TaskTracker::new(),
        }
    }

    pub(super) async fn send(&mut self, message: &Value) {
        let target = self.target().await;
        let response = Say::at(self.address, &target).message(message).await;
        let status = response.status().as_u16();
        let body = body::whole(response).await;
        assert_eq!((status, body.len()), (202, 0), "{body:?} for {message}");
    }

    /// Ends the stream, and with it the session.
    pub(super) async fn end(self) {
        if let Some((_, stream)) = self.open {
            stream.abort();
        }
        self.tasks.close();
        within(self.tasks.wait()).await;
    }

    /// Where to post: the first word of the stream, which is opened with the first message.
    async fn target(&mut self) -> String {
        if let Some((target, _)) = &self.open {
            return target.clone();
        }
        let response = Say::at(self.address, STREAM).bare(Method::GET).await;
        assert_eq!(response.status(), 200);
        let mut reader = Reader::new(response);
        let first = within(reader.event()).await.unwrap();
        assert_eq!(first.kind, "endpoint");
        let target = first.data;
        assert!(target.starts_with('/'), "{target} is not of this origin");
        let arrivals = self.arrivals.clone();
        let task = self.tasks.spawn(async move {
            while let Some(event) = reader.event().await {
                let arrival = match serde_json::from_str(&event.data) {
                    Ok(message) if event.kind == "message" => Arrival::Message(message),
                    _ => Arrival::Wrong(format!("{event:?}")),
                };
                drop(arrivals.send(arrival));
            }
        });
        self.open = Some((target.clone(), task.abort_handle()));
        target
    }
}

const STREAM: &str = "/sse";
