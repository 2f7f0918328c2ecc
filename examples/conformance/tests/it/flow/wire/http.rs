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
    http::request::Builder,
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
    /// The last event of each reply that is a stream, by the request's id.
    events: Arc<Mutex<BTreeMap<String, String>>>,
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
            events: Arc::default(),
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

    /// Breaks the connection of a reply off, which in a session says nothing about the request.
    pub(super) fn break_off(&mut self, id: &Value) {
        assert!(!self.line.revision.is_modern());
        self.open.remove(&id.to_string()).unwrap().abort();
    }

    /// Reads on behind the last event of a reply that was broken off.
    pub(super) fn resume(&mut self, id: &Value) {
        let (line, id) = (self.line.clone(), id.clone());
        self.tasks.spawn(async move {
            let status = line.follow(&id).await;
            line.tell(Arrival::Replied { id, status });
        });
    }

    /// Opens the stream for what belongs to no request.
    pub(super) async fn listen(&mut self) {
        if self.line.revision.is_modern() || self.stream.is_some() {
            return;
        }
        let response = self.line.say(Method::GET, None).await;
        assert_eq!(response.status(), 200, "GET");
        let line = self.line.clone();
        let task = self
            .tasks
            .spawn(async move { line.read_events(response, None).await });
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
        let is_whole = self.read(response, &id).await;
        if !is_whole && self.events.lock().unwrap().contains_key(&id.to_string()) {
            // The server may close a connection, not the stream, and have the client come back.
            self.follow(&id).await;
        }
        self.tell(Arrival::Replied { id, status });
    }

    /// Comes back for the rest of a reply until it is whole, and gives the last status.
    async fn follow(&self, id: &Value) -> u16 {
        for _ in 0..RETURNS_MAX {
            let response = self.resume(id).await;
            let status = response.status().as_u16();
            if status != 200 || self.read(response, id).await {
                return status;
            }
        }
        self.tell(Arrival::Wrong(format!("the reply to {id} does not end")));
        0
    }

    /// Takes a reply, in whichever form it comes, and tells whether it came to its end.
    async fn read(&self, response: Response<Incoming>, id: &Value) -> bool {
        let kind = response.headers().get(CONTENT_TYPE).cloned();
        match kind.as_ref().and_then(|kind| kind.to_str().ok()) {
            Some("application/json") => {
                let body = body::whole(response).await;
                match serde_json::from_slice(&body) {
                    Ok(message) => self.tell(Arrival::Message(message)),
                    Err(error) => self.tell(Arrival::Wrong(format!("{error}: {body:?}"))),
                }
                true
            }
            Some("text/event-stream") => self.read_events(response, Some(id)).await,
            other => {
                self.tell(Arrival::Wrong(format!("a reply of the kind {other:?}")));
                true
            }
        }
    }

    /// Takes the events of a stream, and tells whether the answer to this request was among them.
    async fn read_events(&self, response: Response<Incoming>, id: Option<&Value>) -> bool {
        let mut is_answered = false;
        let mut reader = Reader::new(response);
        while let Some(event) = reader.event().await {
            if let (Some(request), Some(event)) = (id, &event.id) {
                let mut events = self.events.lock().unwrap();
                events.insert(request.to_string(), event.clone());
            }
            let message = self.take(&event).unwrap_or_default();
            let misplaced = misplaced(&message, id).filter(|_| !self.revision.is_modern());
            if let Some(why) = misplaced {
                self.tell(Arrival::Wrong(format!("{why}: {message}")));
            }
            is_answered |= message.get("method").is_none() && message.get("id") == id;
        }
        is_answered
    }

    /// Takes one event of a stream, and gives its message if it has one.
    fn take(&self, event: &body::Event) -> Option<Value> {
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
            return None;
        }
        match serde_json::from_str::<Value>(&event.data) {
            Ok(message) => {
                self.tell(Arrival::Message(message.clone()));
                Some(message)
            }
            Err(error) => {
                self.tell(Arrival::Wrong(format!("{error}: {event:?}")));
                None
            }
        }
    }

    fn tell(&self, arrival: Arrival) {
        // Fails only when nobody waits any more.
        drop(self.arrivals.send(arrival));
    }

    async fn say(&self, method: Method, message: Option<&Value>) -> Response<Incoming> {
        let mut request = self.request(method, message.unwrap_or(&Value::Null));
        request = match message {
            Some(_) => request
                .header(CONTENT_TYPE, "application/json")
                .header(ACCEPT, "application/json, text/event-stream"),
            None => request.header(ACCEPT, "text/event-stream"),
        };
        let body = message.map(ToString::to_string).unwrap_or_default();
        self.exchange(request.body(body.into()).unwrap()).await
    }

    /// Asks for what comes behind the last event of the reply to this request.
    async fn resume(&self, id: &Value) -> Response<Incoming> {
        let last = self.events.lock().unwrap()[&id.to_string()].clone();
        let request = self
            .request(Method::GET, &Value::Null)
            .header(ACCEPT, "text/event-stream")
            .header("last-event-id", last);
        self.exchange(request.body(Full::default()).unwrap()).await
    }

    /// A request with the headers that the revision wants of this message.
    fn request(&self, method: Method, message: &Value) -> Builder {
        let request = Request::builder()
            .method(method)
            .uri("/mcp")
            .header(HOST, self.address.to_string());
        let headers = self.headers(message).into_iter();
        headers.fold(request, |request, (name, value)| {
            request.header(name, value)
        })
    }

    /// Sends a request over a connection of its own.
    async fn exchange(&self, request: Request<Full<Bytes>>) -> Response<Incoming> {
        let stream = TcpStream::connect(self.address).await.unwrap();
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        drop(TaskTracker::new().spawn(connection));
        sender.send_request(request).await.unwrap()
    }

    /// What the revision wants to have said in headers too.
    fn headers(&self, message: &Value) -> Vec<(&'static str, String)> {
        let text = |pointer: &str| {
            let value = message.pointer(pointer).and_then(Value::as_str);
            value.map(str::to_owned)
        };
        let newest = text("/params/_meta/io.modelcontextprotocol~1protocolVersion");
        if let Some(version) = newest {
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
            headers.push(("mcp-protocol-version", self.revision.name().to_owned()));
        }
        let session = self.session.lock().unwrap().clone();
        headers.extend(session.map(|session| ("mcp-session-id", session)));
        headers
    }
}

/// Why a message does not belong on the stream of this request, or on the one of none.
fn misplaced(message: &Value, id: Option<&Value>) -> Option<&'static str> {
    let method = message.get("method").and_then(Value::as_str);
    let is_change = |method: &str| {
        method.ends_with("/list_changed") || method == "notifications/resources/updated"
    };
    match (method, id) {
        (None, None) => (!message.is_null()).then_some("an answer belongs on its request's stream"),
        (Some("ping" | "notifications/cancelled" | "notifications/message"), None) => None,
        (Some(method), None) => (!is_change(method)).then_some("this is about some request"),
        (Some(method), Some(_)) => is_change(method).then_some("this is about no request"),
        (None, Some(_)) => None,
    }
}

/// How often a client comes back for the rest of one reply.
const RETURNS_MAX: usize = 16;
