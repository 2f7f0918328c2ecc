//! One request of HTTP, over a connection of its own.

use std::net::SocketAddr;

use http_body_util::Full;
use hyper::{
    Method, Request, Response,
    body::{Bytes, Incoming},
    client::conn::http1,
    header::{ACCEPT, CONTENT_TYPE, HOST},
    http::request::Builder,
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_util::task::TaskTracker;

/// A request before its verb and its body are known.
pub(super) struct Say {
    address: SocketAddr,
    request: Builder,
}

impl Say {
    pub(super) fn at(address: SocketAddr, target: &str) -> Self {
        let request = Request::builder()
            .uri(target)
            .header(HOST, address.to_string());
        Self { address, request }
    }

    pub(super) fn header(self, name: &str, value: &str) -> Self {
        Self {
            request: self.request.header(name, value),
            ..self
        }
    }

    /// Posts a message.
    pub(super) async fn message(self, message: &Value) -> Response<Incoming> {
        let request = self
            .request
            .method(Method::POST)
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json, text/event-stream");
        exchange(self.address, request, message.to_string()).await
    }

    /// Sends no body, and takes a stream.
    pub(super) async fn bare(self, method: Method) -> Response<Incoming> {
        let request = self.request.method(method);
        let request = request.header(ACCEPT, "text/event-stream");
        exchange(self.address, request, String::new()).await
    }
}

async fn exchange(address: SocketAddr, request: Builder, body: String) -> Response<Incoming> {
    let request = request.body(Full::new(Bytes::from(body))).unwrap();
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    drop(TaskTracker::new().spawn(connection));
    sender.send_request(request).await.unwrap()
}
