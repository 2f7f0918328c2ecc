//! One client with a session: it keeps its id, counts its requests, and follows the conversation.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tollhouse_wire_check::{Conversation, Revision};

use super::{Home, Stream};
use crate::language::{Peer, Request, Response};

/// One client.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) address: SocketAddr,
    pub(super) revision: Revision,
    /// Its session's id, as it was given.
    pub(super) id: Option<String>,
    /// What it presents.
    pub(super) credential: Option<&'static str>,
    /// Which forms of reply it takes.
    accept: &'static str,
    talk: Conversation,
    requests: i64,
}

impl Client {
    /// One that has said nothing yet.
    pub(super) fn new(home: &Home, revision: Revision) -> Self {
        Self {
            address: home.address,
            revision,
            id: None,
            credential: None,
            accept: "application/json, text/event-stream",
            talk: Conversation::new(revision),
            requests: 0,
        }
    }

    /// One that can do all that its revision knows.
    pub(super) async fn open(home: &Home, revision: Revision) -> Self {
        Self::new(home, revision).opened(abilities(revision)).await
    }

    /// One that can do nothing.
    pub(super) async fn unable(home: &Home, revision: Revision) -> Self {
        Self::new(home, revision).opened(json!({})).await
    }

    /// One that presents this.
    pub(super) async fn presenting(home: &Home, credential: &'static str) -> Self {
        let mut client = Self::new(home, Revision::R2025_11_25);
        client.credential = Some(credential);
        client.opened(json!({})).await
    }

    /// The same after the handshake.
    pub(super) async fn opened(mut self, capabilities: Value) -> Self {
        let params = opening(self.revision.name(), capabilities);
        let request = self.request("initialize", params).without(VERSION);
        let response = self.post(&request).await;
        assert_eq!(response.status(), 200);
        self.id = response.head.header("mcp-session-id").map(str::to_owned);
        self.hear(&parsed(&response.body));
        assert_eq!(self.note("notifications/initialized", json!({})).await, 202);
        self
    }

    /// The same, but it takes no streams.
    pub(super) fn taking_json(mut self) -> Self {
        self.accept = "application/json";
        self
    }

    /// The same at another server.
    pub(super) fn at(mut self, home: &Home) -> Self {
        self.address = home.address;
        self
    }

    /// The id of the newest request.
    pub(super) fn newest(&self) -> i64 {
        self.requests
    }

    /// The next request of this client.
    pub(super) fn request(&mut self, method: &str, params: Value) -> Request {
        let message = self.message(method, params);
        self.talk.client(&message);
        self.wrap(&message)
    }

    /// A request's message, not said yet.
    pub(super) fn message(&mut self, method: &str, params: Value) -> Value {
        self.requests += 1;
        let mut message = json!({"jsonrpc": "2.0", "id": self.requests, "method": method});
        if params.as_object().is_some_and(|params| !params.is_empty()) {
            message["params"] = params;
        }
        message
    }

    /// The conversation has this too.
    pub(super) fn says(&mut self, message: &Value) {
        self.talk.client(message);
    }

    /// The conversation has what no client may say.
    pub(super) fn misspeaks(&mut self, message: &Value) {
        self.talk.misspoken(message);
    }

    /// Any message of this session, whether or not it may be said.
    pub(super) fn wrap(&self, message: &Value) -> Request {
        self.mark(Request::message(message).with("Accept", self.accept))
    }

    /// A request without a message, of this session.
    pub(super) fn bare(&self, method: &str) -> Request {
        let request = Request::bare(method, "/mcp");
        match method {
            "GET" => self.mark(request.with("Accept", "text/event-stream")),
            _ => self.mark(request),
        }
    }

    fn mark(&self, mut request: Request) -> Request {
        if self.revision >= Revision::R2025_06_18 {
            request = request.header(VERSION, self.revision.name());
        }
        if let Some(id) = &self.id {
            request = request.header("Mcp-Session-Id", id);
        }
        match self.credential {
            Some(credential) => request.header("Authorization", credential),
            None => request,
        }
    }

    pub(super) async fn post(&self, request: &Request) -> Response {
        Peer::connect(self.address).await.say(request).await
    }

    /// Says a request and gives the last message, whichever way it comes.
    pub(super) async fn say(&mut self, method: &str, params: Value) -> Value {
        let request = self.request(method, params);
        let mut peer = Peer::connect(self.address).await;
        peer.send(request.wire()).await;
        let head = peer.head().await;
        if head.is_stream() {
            let mut stream = Stream::new(peer, &head);
            return self.rest(&mut stream).await.pop().unwrap();
        }
        let message = parsed(&peer.body(&head).await);
        self.hear(&message);
        message
    }

    /// Calls a tool and gives the last message.
    pub(super) async fn call(&mut self, tool: &str, arguments: Value) -> Value {
        self.say("tools/call", called(tool, arguments)).await
    }

    /// Begins a request whose reply is a stream.
    pub(super) async fn begin(&mut self, method: &str, params: Value) -> Stream {
        let request = self.request(method, params);
        self.send(&request).await
    }

    /// Begins a call of a tool whose reply is a stream.
    pub(super) async fn start(&mut self, tool: &str, arguments: Value) -> Stream {
        self.begin("tools/call", called(tool, arguments)).await
    }

    /// Sends any request that a stream answers.
    pub(super) async fn send(&self, request: &Request) -> Stream {
        let mut peer = Peer::connect(self.address).await;
        peer.send(request.wire()).await;
        let head = peer.head().await;
        Stream::new(peer, &head)
    }

    /// Opens the session's own stream, or comes back to the stream of this event.
    pub(super) async fn listen(&self, last: Option<&str>) -> Stream {
        let request = self.bare("GET");
        let request = match last {
            Some(last) => request.header("Last-Event-ID", last),
            None => request,
        };
        self.send(&request).await
    }

    /// The next message of a stream, as part of the conversation; none at the end.
    pub(super) async fn next(&mut self, stream: &mut Stream) -> Option<Value> {
        let message = stream.message().await?;
        self.hear(&message);
        Some(message)
    }

    /// All that still comes on a stream.
    pub(super) async fn rest(&mut self, stream: &mut Stream) -> Vec<Value> {
        let mut rest = Vec::new();
        while let Some(message) = self.next(stream).await {
            rest.push(message);
        }
        rest
    }

    /// The server has said this.
    #[track_caller]
    pub(super) fn hear(&mut self, message: &Value) {
        self.talk.server(message);
    }

    /// Waits until the server has noticed what happened before on other connections: it hears of that first.
    pub(super) async fn noticed(&mut self) {
        self.say("ping", json!({})).await;
    }

    /// Says a notification and gives the status.
    pub(super) async fn note(&mut self, method: &str, params: Value) -> u16 {
        let mut message = json!({"jsonrpc": "2.0", "method": method});
        if params.as_object().is_some_and(|params| !params.is_empty()) {
            message["params"] = params;
        }
        self.tell(&message).await
    }

    /// Says what wants no reply and gives the status.
    pub(super) async fn tell(&mut self, message: &Value) -> u16 {
        self.talk.client(message);
        let response = self.post(&self.wrap(message)).await;
        let is_empty = response.body.is_empty();
        assert_eq!(response.status() == 202, is_empty);
        response.status()
    }

    /// Answers a question with a result.
    pub(super) async fn answer(&mut self, question: &Value, result: Value) -> u16 {
        let id = &question["id"];
        self.tell(&json!({"jsonrpc": "2.0", "id": id, "result": result}))
            .await
    }

    /// No longer wants the reply to a request.
    pub(super) async fn cancel(&mut self, id: i64) {
        let params = json!({"requestId": id, "reason": "enough"});
        assert_eq!(self.note("notifications/cancelled", params).await, 202);
    }

    /// Ends its session and gives the status.
    pub(super) async fn delete(&self) -> u16 {
        self.post(&self.bare("DELETE")).await.status()
    }

    /// Says any request and asserts that it is refused.
    #[track_caller]
    pub(super) fn assert_refused(&self, response: &Response, status: u16, code: i64) {
        let told = String::from_utf8_lossy(&response.body).into_owned();
        assert_eq!(response.status(), status, "{told}");
        let message = parsed(&response.body);
        self.revision.check_server(&message);
        assert_eq!(message["error"]["code"], code, "{told}");
    }

    /// Every request has its answer.
    #[track_caller]
    pub(super) fn end(&self) {
        self.talk.end();
    }
}

/// The text of a tool's result.
pub(super) fn text(message: &Value) -> &str {
    message["result"]["content"][0]["text"].as_str().unwrap()
}

/// What a call of a tool says.
pub(super) fn called(tool: &str, arguments: Value) -> Value {
    let mut params = json!({"name": tool});
    params["arguments"] = arguments;
    params
}

/// What a call says that wants to hear of its progress.
pub(super) fn watched(tool: &str, arguments: Value, token: &str) -> Value {
    let mut params = called(tool, arguments);
    params["_meta"] = json!({"progressToken": token});
    params
}

/// What a handshake says.
pub(super) fn opening(version: &str, capabilities: Value) -> Value {
    let mut params = json!({"protocolVersion": version});
    params["capabilities"] = capabilities;
    params["clientInfo"] = json!({"name": "proof", "version": "1"});
    params
}

/// All that a client of this revision can say that it does.
pub(super) fn abilities(revision: Revision) -> Value {
    let mut abilities = json!({"roots": {}, "sampling": {}});
    if revision >= Revision::R2025_06_18 {
        abilities["elicitation"] = json!({});
    }
    if revision >= Revision::R2025_11_25 {
        abilities["elicitation"] = json!({"form": {}, "url": {}});
    }
    abilities
}

pub(super) fn parsed(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap()
}

pub(super) const VERSION: &str = "MCP-Protocol-Version";
