//! Streamable HTTP: every message a POST, every answer to it a body or a stream.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use http_body_util::Full;
use hyper::{
    Method, Request, Response,
    body::{Bytes, Incoming},
    client::conn::http1,
    header::{ACCEPT, CONTENT_TYPE, HOST},
};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::{net::TcpStream, sync::mpsc::UnboundedSender, task::AbortHandle};
use tokio_util::task::TaskTracker;
use tollhouse_wire_check::Revision;

use super::{
    Arrival,
    body::{self, Reader},
    within,
};

/// The client's side: what every request of it carries, and the replies that are being read.
pub(crate) struct Http {
    line: Line,
    open: BTreeMap<String, AbortHandle>,
    stream: Option<AbortHandle>,
    tasks: TaskTracker,
}

/// What a reply needs beside itself.
#[derive(Clone)]
struct Line {
    address: SocketAddr,
    revision: Revision,
    session: Arc<Mutex<Option<String>>>,
    arrivals: UnboundedSender<Arrival>,
}

impl Http {
    pub(super) fn new(
        address: SocketAddr,
        revision: Revision,
        arrivals: UnboundedSender<Arrival>,
    ) -> Self {
        let line = Line {
            address,
            revision,
            session: Arc::default(),
            arrivals,
        };
        Self {
            line,
            open: BTreeMap::new(),
            stream: None,
            tasks: TaskTracker::new(),
        }
    }

    /// Sends a message; what comes back arrives when it comes.
    pub(super) fn send(&mut self, message: &Value) {
        let (line, message) = (self.line.clone(), message.clone());
        let id = message.get("method").and(message.get("id")).cloned();
        let key = id.as_ref().map(ToString::to_string);
        let task = self.tasks.spawn(async move { line.post(&message).await });
        if let Some(key) = key {
            self.open.insert(key, task.abort_handle());
        }
    }

    /// Breaks the reply off: from 2026-07-28 on, that is how a request is cancelled.
    pub(super) fn leave(&mut self, id: &Value) -> bool {
        let leaves = self.line.revision.is_modern();
        if leaves {
            self.open.remove(&id.to_string()).unwrap().abort();
        }
        leaves
    }

    /// Opens the stream for what belongs to no request.
    pub(super) async fn listen(&mut self) {
        if self.line.revision.is_modern() || self.stream.is_some() {
            return;
        }
        let response = self.line.say(Method::GET, None).await;
        assert_eq!(response.status(), 200, "GET");
        let line = self.line.clone();
        let task = self.tasks.spawn(async move {
            let mut reader = Reader::new(response);
            while let Some(event) = reader.event().await {
                line.take(&event);
            }
        });
        self.stream = Some(task.abort_handle());
    }

    /// Ends the session, if there is one; then it is unknown.
    pub(super) async fn end(self) {
        let has_session = self.line.session.lock().unwrap().is_some();
        if has_session {
            let response = self.line.say(Method::DELETE, None).await;
            let status = response.status().as_u16();
            assert!([200, 204].contains(&status), "DELETE {status}");
            let ping = serde_json::json!({"jsonrpc": "2.0", "id": "late", "method": "ping"});
            let response = self.line.say(Method::POST, Some(&ping)).await;
            assert_eq!(response.status(), 404, "after the end");
        }
        if let Some(stream) = self.stream {
            stream.abort();
        }
        self.tasks.close();
        within(self.tasks.wait()).await;
    }
}

impl Line {
    async fn post(&self, message: &Value) {
        let response = self.say(Method::POST, Some(message)).await;
        let status = response.status().as_u16();
        if let Some(session) = response.headers().get("mcp-session-id") {
            let session = session.to_str().unwrap().to_owned();
            assert!(
                !self.revision.is_modern(),
                "a session in {:?}",
                self.revision
            );
            assert!(
                session.bytes().all(|byte| byte.is_ascii_graphic()),
                "{session}"
            );
            *self.session.lock().unwrap() = Some(session);
        }
        let asks = |message: &Value| message.get("method").and(message.get("id")).is_some();
        let wants_reply = match message.as_array() {
            Some(batch) => batch.iter().any(asks),
            None => asks(message),
        };
        if !wants_reply {
            let body = body::whole(response).await;
            if status != 202 || !body.is_empty() {
                self.tell(Arrival::Wrong(format!("{status} {body:?} for {message}")));
            }
            return;
        }
        let id = message.get("id").cloned().unwrap_or_default();
        self.read(response).await;
        self.tell(Arrival::Replied { id, status });
    }

    /// Takes a whole reply, in whichever form it comes.
    async fn read(&self, response: Response<Incoming>) {
        let kind = response.headers().get(CONTENT_TYPE).cloned();
        match kind.as_ref().and_then(|kind| kind.to_str().ok()) {
            Some("application/json") => {
                let body = body::whole(response).await;
                match serde_json::from_slice(&body) {
                    Ok(message) => self.tell(Arrival::Message(message)),
                    Err(error) => self.tell(Arrival::Wrong(format!("{error}: {body:?}"))),
                }
            }
            Some("text/event-stream") => {
                let mut reader = Reader::new(response);
                while let Some(event) = reader.event().await {
                    self.take(&event);
                }
            }
            other => self.tell(Arrival::Wrong(format!("a reply of the kind {other:?}"))),
        }
    }

    /// Takes one event of a stream.
    fn take(&self, event: &body::Event) {
        if self.revision.is_modern() && event.id.is_some() {
            self.tell(Arrival::Wrong(format!(
                "{event:?}: streams are not resumed"
            )));
        }
        if event.data.is_empty() {
            // The first event of a stream, by which it can be resumed; older clients take it for a message.
            if self.revision != Revision::R2025_11_25 || event.id.is_none() {
                self.tell(Arrival::Wrong(format!("{event:?} is empty")));
            }
            return;
        }
        match serde_json::from_str(&event.data) {
            Ok(message) => self.tell(Arrival::Message(message)),
            Err(error) => self.tell(Arrival::Wrong(format!("{error}: {event:?}"))),
        }
    }

    fn tell(&self, arrival: Arrival) {
        // Fails only when nobody waits any more.
        drop(self.arrivals.send(arrival));
    }

    async fn say(&self, method: Method, message: Option<&Value>) -> Response<Incoming> {
        let mut request = Request::builder()
            .method(method.clone())
            .uri("/mcp")
            .header(HOST, self.address.to_string());
        request = match message {
            Some(_) => request
                .header(CONTENT_TYPE, "application/json")
                .header(ACCEPT, "application/json, text/event-stream"),
            None => request.header(ACCEPT, "text/event-stream"),
        };
        for (name, value) in self.headers(message.unwrap_or(&Value::Null)) {
            request = request.header(name, value);
        }
        let body = message.map(ToString::to_string).unwrap_or_default();
        let request = request.body(Full::new(Bytes::from(body))).unwrap();
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        let connection = TaskTracker::new().spawn(connection);
        let response = sender.send_request(request).await;
        drop(connection);
        response.unwrap()
    }

    /// What the revision wants to have said in headers too.
    fn headers(&self, message: &Value) -> Vec<(&'static str, String)> {
        let text = |pointer: &str| {
            let value = message.pointer(pointer).and_then(Value::as_str);
            value.map(str::to_owned)
        };
        let version = self.revision.name().to_owned();
        if self.revision.is_modern() {
            let name = text("/params/name").or_else(|| text("/params/uri"));
            let headers = [
                ("mcp-protocol-version", Some(version)),
                ("mcp-method", text("/method")),
                ("mcp-name", name),
            ];
            let said = headers.into_iter();
            return said
                .filter_map(|(name, value)| Some((name, value?)))
                .collect();
        }
        let mut headers = Vec::new();
        let is_first = text("/method").as_deref() == Some("initialize");
        if self.revision >= Revision::R2025_06_18 && !is_first {
            headers.push(("mcp-protocol-version", version));
        }
        let session = self.session.lock().unwrap().clone();
        headers.extend(session.map(|session| ("mcp-session-id", session)));
        headers
    }
}
