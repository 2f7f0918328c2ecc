//! Every surface of the server, as something to ask there and what whoever is let in reads.

use serde_json::{Value, json};

use super::states::{Answer, State};
use crate::language::{House, Request};

/// One surface.
#[derive(Clone, Debug)]
pub(super) struct Surface {
    pub(super) name: &'static str,
    pub(super) request: Request,
    /// The status for whoever is let in.
    pub(super) status: u16,
    pub(super) door: Door,
}

/// Who is let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    /// Whoever can say who they are.
    Guarded,
    /// Everybody.
    Open,
}

impl Surface {
    /// How a credential that is no good is answered here, if anybody looks at it.
    pub(super) fn turns_away(&self, state: State) -> Option<Answer> {
        match (self.door, state.answer) {
            (Door::Guarded, answer @ Answer::Out(..)) => Some(answer),
            (Door::Guarded, Answer::In) | (Door::Open, _) => None,
        }
    }
}

/// All of them, at a house where a key that is `right` opens sessions.
pub(super) async fn surfaces(house: &House) -> Vec<Surface> {
    let mut all = stateless();
    all.extend(of_sessions(house).await);
    all
}

fn stateless() -> Vec<Surface> {
    let surface = |door| {
        move |(name, request, status)| Surface {
            name,
            request,
            status,
            door,
        }
    };
    let guarded = messages().into_iter().chain(requests());
    let guarded = guarded.map(surface(Door::Guarded));
    guarded
        .chain(unguarded().into_iter().map(surface(Door::Open)))
        .collect()
}

/// What it is called, what is asked there, and the status.
type Row = (&'static str, Request, u16);

/// Messages that stand alone.
fn messages() -> Vec<Row> {
    let filter = json!({"notifications": {"toolsListChanged": true}});
    vec![
        ("discover", Request::rpc("server/discover", json!({})), 200),
        ("tools/list", Request::rpc("tools/list", json!({})), 200),
        ("a call", call(), 200),
        (
            "a call that takes only a stream",
            call().with("Accept", "text/event-stream"),
            200,
        ),
        (
            "a call of an unknown tool",
            Request::call("nope", json!({})),
            200,
        ),
        (
            "a call with bad arguments",
            Request::call("echo", json!({"text": 7})),
            200,
        ),
        ("a call that panics", Request::call("boom", json!({})), 200),
        ("an unknown method", Request::rpc("nope", json!({})), 404),
        (
            "a stream of changes",
            Request::rpc("subscriptions/listen", filter),
            200,
        ),
    ]
}

/// Other ways and other methods.
fn requests() -> Vec<Row> {
    vec![
        ("POST /", call().to("/"), 200),
        ("POST of a mount", call().to("/a/mcp"), 200),
        ("what is no JSON", Request::bytes("{"), 400),
        (
            "another media type",
            call().with("Content-Type", "text/plain"),
            415,
        ),
        ("an opening", opening("2025-11-25"), 200),
        (
            "an opening at a mount",
            opening("2025-06-18").to("/a/mcp"),
            200,
        ),
        ("GET without a session", Request::bare("GET", "/mcp"), 405),
        (
            "DELETE without a session",
            Request::bare("DELETE", "/mcp"),
            405,
        ),
        ("PUT /mcp", Request::bare("PUT", "/mcp"), 405),
        ("HEAD /mcp", Request::bare("HEAD", "/mcp"), 405),
        ("OPTIONS /mcp", Request::bare("OPTIONS", "/mcp"), 405),
        ("GET /sse", Request::bare("GET", "/sse"), 200),
        ("POST /messages", call().to("/messages?session_id=x"), 404),
    ]
}

/// What is for everybody.
fn unguarded() -> Vec<Row> {
    vec![
        ("a preflight", preflight("/mcp"), 204),
        ("a preflight of a mount", preflight("/a/mcp"), 204),
        ("GET /healthz", Request::bare("GET", "/healthz"), 200),
        ("GET /readyz", Request::bare("GET", "/readyz"), 200),
        ("an unknown path", call().to("/nowhere"), 404),
        ("an unknown path below", call().to("/mcp2"), 404),
    ]
}

fn call() -> Request {
    Request::call("echo", json!({"text": "hi"}))
}

/// What is asked in a session. The one that ends it comes last.
async fn of_sessions(house: &House) -> Vec<Surface> {
    let session = session(house, "2025-11-25").await;
    let arrays = self::session(house, "2025-03-26").await;
    let ping = json!({"jsonrpc": "2.0", "id": 5, "method": "ping"});
    let call = legacy(
        "tools/call",
        json!({"name": "echo", "arguments": {"text": "hi"}}),
    );
    [
        (
            "a list of a session",
            session.wrap(&legacy("tools/list", json!({}))),
            200,
        ),
        ("a call of a session", session.wrap(&call), 200),
        (
            "an array of a session",
            arrays.wrap(&json!([ping, call])),
            200,
        ),
        ("the stream of a session", session.bare("GET"), 200),
        ("the end of a session", session.bare("DELETE"), 204),
    ]
    .map(|(name, request, status)| Surface {
        name,
        request,
        status,
        door: Door::Guarded,
    })
    .into()
}

/// A session that is open.
#[derive(Clone, Debug)]
pub(super) struct Session {
    id: String,
    version: &'static str,
}

/// Opens one with a key.
pub(super) async fn session(house: &House, version: &'static str) -> Session {
    let opening = opening(version).header("Authorization", "Bearer right");
    let response = house.say(&opening).await;
    let id = response.head.header("mcp-session-id").unwrap().to_owned();
    let session = Session { id, version };
    let opened = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    let opened = session
        .wrap(&opened)
        .header("Authorization", "Bearer right");
    assert_eq!(house.say(&opened).await.status(), 202);
    session
}

impl Session {
    /// A message of the session.
    pub(super) fn wrap(&self, message: &Value) -> Request {
        self.mark(Request::message(message))
    }

    /// A request without a message.
    pub(super) fn bare(&self, method: &str) -> Request {
        self.mark(Request::bare(method, "/mcp"))
    }

    fn mark(&self, request: Request) -> Request {
        let request = request.header("Mcp-Session-Id", &self.id);
        match self.version {
            "2025-03-26" => request,
            version => request.header("MCP-Protocol-Version", version),
        }
    }
}

/// A request of a session.
pub(super) fn legacy(method: &str, params: Value) -> Value {
    let mut message = json!({"jsonrpc": "2.0", "id": 4, "method": method});
    message["params"] = params;
    message
}

fn opening(version: &str) -> Request {
    Request::message(
        &json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": version,
            "capabilities": {},
            "clientInfo": {"name": "proof", "version": "1"},
        }}),
    )
}

pub(super) fn preflight(path: &str) -> Request {
    Request::bare("OPTIONS", path)
        .header("Origin", "http://localhost:6274")
        .header("Access-Control-Request-Method", "POST")
}
