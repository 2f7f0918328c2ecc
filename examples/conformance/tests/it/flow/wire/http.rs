//! Streamable HTTP: every message a POST, every answer to it a body or a stream.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    slice,
    sync::{Arc, Mutex},
};

use hyper::{Method, Response, body::Incoming, header::CONTENT_TYPE};
use serde_json::Value;
use tokio::{sync::mpsc::UnboundedSender, task::AbortHandle};
use tokio_util::task::TaskTracker;
use tollhouse_wire_check::Revision;

use super::{
    Arrival,
    body::{self, Reader},
    say::Say,
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
    /// Requests that were cancelled: nobody comes back for their replies.
    unwanted: Arc<Mutex<BTreeSet<String>>>,
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
            unwanted: Arc::default(),
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
    pub(super) async fn send(&mut self, message: &Value) {
        let asked = asked(message);
        let (line, message) = (self.line.clone(), message.clone());
        if asked.is_empty() {
            if let Some(id) = message.pointer("/params/requestId") {
                self.line.unwanted.lock().unwrap().insert(id.to_string());
            }
            return line.tell_only(&message).await;
        }
        let key = asked.first().map(ToString::to_string);
        let task = self
            .tasks
            .spawn(async move { line.post(&message, asked).await });
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
        let key = id.to_string();
        let task = self.tasks.spawn(async move {
            let status = line.follow(&mut vec![id.clone()]).await;
            line.tell(Arrival::Replied { id, status });
        });
        self.open.insert(key, task.abort_handle());
    }

    /// Pings with another header than the session's, or without it, and gives the status.
    pub(super) async fn knock(&self, name: &str, value: Option<&str>) -> u16 {
        let ping = serde_json::json!({"jsonrpc": "2.0", "id": "knock", "method": "ping"});
        let others = self.line.headers(&ping).into_iter();
        let headers = others
            .filter(|(known, _)| *known != name)
            .chain(value.map(|value| (name, value.to_owned())));
        let request = Say::at(self.line.address, "/mcp");
        let request = headers.fold(request, |request, (name, value)| {
            request.header(name, &value)
        });
        request.message(&ping).await.status().as_u16()
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
            .spawn(async move { line.read_events(response, None, &mut Vec::new()).await });
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
    /// Sends what gets no reply.
    async fn tell_only(&self, message: &Value) {
        let response = within(self.say(Method::POST, Some(message))).await;
        let status = response.status().as_u16();
        let body = body::whole(response).await;
        assert_eq!((status, body.len()), (202, 0), "{body:?} for {message}");
    }

    /// Sends requests, and reads what comes back for them.
    async fn post(&self, message: &Value, asked: Vec<Value>) {
        let response = self.say(Method::POST, Some(message)).await;
        let status = response.status().as_u16();
        if let Some(session) = response.headers().get("mcp-session-id") {
            let session = session.to_str().unwrap().to_owned();
            assert!(!self.revision.is_modern(), "there are no sessions any more");
            assert!(
                session.bytes().all(|byte| byte.is_ascii_graphic()),
                "{session}"
            );
            *self.session.lock().unwrap() = Some(session);
        }
        let mut left = asked.clone();
        self.read(response, &mut left).await;
        // The server may close a connection, not the stream, and have the client come back.
        if self.may_come_back(&left) {
            self.follow(&mut left).await;
        }
        for id in asked {
            self.tell(Arrival::Replied { id, status });
        }
    }

    fn may_come_back(&self, left: &[Value]) -> bool {
        let (events, unwanted) = (self.events.lock().unwrap(), self.unwanted.lock().unwrap());
        left.first().is_some_and(|id| {
            let id = id.to_string();
            events.contains_key(&id) && !unwanted.contains(&id)
        })
    }

    /// Comes back for the rest of a reply until it is whole, and gives the last status.
    async fn follow(&self, left: &mut Vec<Value>) -> u16 {
        for _ in 0..RETURNS_MAX {
            let response = self.resume(left.first().unwrap()).await;
            let status = response.status().as_u16();
            self.read(response, left).await;
            if status != 200 || !self.may_come_back(left) {
                return status;
            }
        }
        self.tell(Arrival::Wrong(format!(
            "the reply to {left:?} does not end"
        )));
        0
    }

    /// Takes a reply, in whichever form it comes; what is answered is no longer left.
    async fn read(&self, response: Response<Incoming>, left: &mut Vec<Value>) {
        let kind = response.headers().get(CONTENT_TYPE).cloned();
        match kind.as_ref().and_then(|kind| kind.to_str().ok()) {
            Some("application/json") => {
                let body = body::whole(response).await;
                match serde_json::from_slice(&body) {
                    Ok(message) => self.tell(Arrival::Message(message)),
                    Err(error) => self.tell(Arrival::Wrong(format!("{error}: {body:?}"))),
                }
                left.clear();
            }
            Some("text/event-stream") => {
                let name = left.first().map(ToString::to_string);
                self.read_events(response, name, left).await;
            }
            other => {
                self.tell(Arrival::Wrong(format!("a reply of the kind {other:?}")));
                left.clear();
            }
        }
    }

    /// Takes the events of a stream: of the one of this name, or of the session's own.
    async fn read_events(
        &self,
        response: Response<Incoming>,
        name: Option<String>,
        left: &mut Vec<Value>,
    ) {
        let mut reader = Reader::new(response);
        while let Some(event) = reader.event().await {
            if let (Some(name), Some(event)) = (&name, &event.id) {
                self.events
                    .lock()
                    .unwrap()
                    .insert(name.clone(), event.clone());
            }
            let Some(message) = self.take(&event) else {
                continue;
            };
            let misplaced = misplaced(&message, name.is_some());
            if let Some(why) = misplaced.filter(|_| !self.revision.is_modern()) {
                self.tell(Arrival::Wrong(format!("{why}: {message}")));
            }
            if message.get("method").is_none() {
                left.retain(|id| message.get("id") != Some(id));
            }
        }
    }

    /// Takes one event of a stream, and gives its message if it has one.
    fn take(&self, event: &body::Event) -> Option<Value> {
        if self.revision.is_modern() && event.id.is_some() {
            self.tell(Arrival::Wrong(format!(
                "{event:?}: streams are not resumed"
            )));
        }
        if !["", "message"].contains(&event.kind.as_str()) {
            self.tell(Arrival::Wrong(format!("{event:?} is no message")));
        }
        if event.data.is_empty() {
            // The first event of a stream, by which it can be resumed; older clients take it for a message.
            if self.revision != Revision::R2025_11_25 || event.id.is_none() {
                self.tell(Arrival::Wrong(format!("{event:?} is empty")));
            }
            self.tell(Arrival::Primed);
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
        let request = self.request(message.unwrap_or(&Value::Null));
        match message {
            Some(message) => request.message(message).await,
            None => request.bare(method).await,
        }
    }

    /// Asks for what comes behind the last event of the reply to this request.
    async fn resume(&self, id: &Value) -> Response<Incoming> {
        let last = self.events.lock().unwrap()[&id.to_string()].clone();
        let request = self.request(&Value::Null).header("last-event-id", &last);
        request.bare(Method::GET).await
    }

    /// A request with the headers that the revision wants of this message.
    fn request(&self, message: &Value) -> Say {
        let headers = self.headers(message).into_iter();
        let request = Say::at(self.address, "/mcp");
        headers.fold(request, |request, (name, value)| {
            request.header(name, &value)
        })
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

/// The ids of the requests in a message.
fn asked(message: &Value) -> Vec<Value> {
    let all = message
        .as_array()
        .map_or(slice::from_ref(message), Vec::as_slice);
    let asks = all.iter().filter(|message| message.get("method").is_some());
    asks.filter_map(|message| message.get("id").cloned())
        .collect()
}

/// Why a message does not belong on the stream of a request, or on the session's own.
fn misplaced(message: &Value, is_reply: bool) -> Option<&'static str> {
    let Some(method) = message.get("method").and_then(Value::as_str) else {
        return (!is_reply).then_some("an answer belongs on its request's stream");
    };
    let is_change =
        method.ends_with("/list_changed") || method == "notifications/resources/updated";
    let is_free = ["ping", "notifications/cancelled", "notifications/message"].contains(&method);
    match is_reply {
        true => is_change.then_some("this is about no request"),
        false => (!is_change && !is_free).then_some("this is about some request"),
    }
}

/// How often a client comes back for the rest of one reply.
const RETURNS_MAX: usize = 16;
