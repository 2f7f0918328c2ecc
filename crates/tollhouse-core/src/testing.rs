//! A server in memory for tests: requests go through the real protocol and the real road.
#![expect(
    clippy::indexing_slicing,
    reason = "indexing a JSON value gives null where there is nothing"
)]

use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::{
    Exchange, Frame, Known, Principal, Received, Server, ask::CONFIRM, protocol::Revision,
};

mod hands;

pub use hands::Hands;

/// A client and its server in one process.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use tollhouse_core::{Server, testing::TestServer, tool};
///
/// let hello = tool("hello", "Say hello.", || async { "Hello!" });
/// let server = TestServer::new(Server::builder("greeter").tool(hello).build()?);
/// let reply = server.call("hello", serde_json::json!({})).await;
/// assert_eq!(reply.text(), "Hello!");
/// # Ok::<(), tollhouse_core::BuildError>(())
/// # }).unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct TestServer {
    server: Server,
    principal: Principal,
    capabilities: Value,
    answers: Map<String, Value>,
    meta: Map<String, Value>,
    see: fn(&Value),
}

/// All that came back for one request.
#[derive(Clone, Debug)]
pub struct TestReply {
    /// The status that an HTTP edge would give.
    pub status: u16,
    /// The messages before the last.
    pub events: Vec<Value>,
    /// The last message; null if there was none.
    pub message: Value,
}

impl TestServer {
    /// A client without name, scopes and capabilities.
    #[must_use]
    pub fn new(server: Server) -> Self {
        Self {
            server,
            principal: Principal::anonymous(),
            capabilities: json!({}),
            answers: Map::new(),
            meta: Map::new(),
            see: |_| {},
        }
    }

    /// The same client, which first shows every message that comes back to this function: to check it, or
    /// to print it.
    #[must_use]
    pub fn showing(mut self, see: fn(&Value)) -> Self {
        self.see = see;
        self
    }

    /// The same server, called by this user, who holds no scope and is in no role.
    #[must_use]
    pub fn as_user(self, subject: &str) -> Self {
        self.as_caller(Principal::new(subject, []))
    }

    /// The same server, called by this caller.
    #[must_use]
    pub fn as_caller(mut self, principal: Principal) -> Self {
        self.principal = principal;
        self
    }

    /// The same user, who holds these scopes too.
    #[must_use]
    pub fn scopes<'a>(mut self, scopes: impl IntoIterator<Item = &'a str>) -> Self {
        let scopes = scopes.into_iter().map(str::to_owned);
        self.principal = self.principal.holding(scopes);
        self
    }

    /// The same user, in these roles too.
    #[must_use]
    pub fn roles<'a>(mut self, roles: impl IntoIterator<Item = &'a str>) -> Self {
        let roles = roles.into_iter().map(str::to_owned);
        self.principal = self.principal.in_roles(roles);
        self
    }

    /// The same user, through a program with this id.
    #[must_use]
    pub fn by_client(mut self, client: &str) -> Self {
        self.principal = self.principal.by_client(client);
        self
    }

    /// The same user, of this tenant.
    #[must_use]
    pub fn of_tenant(mut self, tenant: &str) -> Self {
        self.principal = self.principal.of_tenant(tenant);
        self
    }

    /// The same user, with this verified address.
    #[must_use]
    pub fn with_email(mut self, email: &str) -> Self {
        self.principal = self.principal.with_email(email);
        self
    }

    /// The same client, which declares these capabilities.
    #[must_use]
    pub fn able(mut self, capabilities: Value) -> Self {
        self.capabilities = capabilities;
        self
    }

    /// The same client, which answers this key with this whenever it is asked.
    #[must_use]
    pub fn answering(mut self, key: &str, answer: Value) -> Self {
        self.answers.insert(key.to_owned(), answer);
        self
    }

    /// The same client, which can show forms, and whose user says yes wherever the road asks for one.
    #[must_use]
    pub fn confirming(mut self) -> Self {
        self.capabilities["elicitation"]["form"] = json!({});
        let yes = json!({"action": "accept", "content": {"confirm": true}});
        self.answering(CONFIRM, yes)
    }

    /// The same client, which sends this in `_meta`.
    #[must_use]
    pub fn with_meta(mut self, key: &str, value: Value) -> Self {
        self.meta.insert(key.to_owned(), value);
        self
    }

    /// Calls a tool. What it asks is answered by [`TestServer::answering`], as often as it asks anew.
    pub async fn call(&self, tool: &str, arguments: Value) -> TestReply {
        self.rounds("tools/call", json!({"name": tool, "arguments": arguments}))
            .await
    }

    /// Sends a request again with answers until it is complete or asks for what nobody answers.
    pub async fn rounds(&self, method: &str, mut params: Value) -> TestReply {
        for _ in 0..ROUNDS_MAX {
            let reply = self.request(method, params.clone()).await;
            let Some(asked) = reply.result()["inputRequests"].as_object() else {
                return reply;
            };
            let answers: Map<String, Value> = self
                .answers
                .clone()
                .into_iter()
                .filter(|(key, _)| asked.contains_key(key))
                .collect();
            if answers.is_empty() {
                return reply;
            }
            params["inputResponses"] = Value::Object(answers);
            params["requestState"] = reply.result()["requestState"].clone();
        }
        TestReply {
            status: 200,
            events: Vec::new(),
            message: Value::Null,
        }
    }

    /// Sends one request, with the `_meta` that every request carries.
    pub async fn request(&self, method: &str, mut params: Value) -> TestReply {
        let mut meta = self.meta.clone();
        meta.insert(
            "io.modelcontextprotocol/protocolVersion".to_owned(),
            json!(Revision::NEWEST.name()),
        );
        meta.insert(
            "io.modelcontextprotocol/clientCapabilities".to_owned(),
            self.capabilities.clone(),
        );
        params["_meta"] = Value::Object(meta);
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        self.send(&message.to_string()).await
    }

    /// Sends any text as one message.
    pub async fn send(&self, message: &str) -> TestReply {
        let reply = match self.open(message) {
            Received::Exchange(exchange) => collect(*exchange).await,
            Received::Opened(_, last) | Received::Refused(last) => {
                reply(Vec::new(), last.status(), &last.body)
            }
            Received::Cancel(_) | Received::Several(..) | Received::Accepted => {
                reply(Vec::new(), 202, &Bytes::from_static(b"null"))
            }
        };
        let last = Some(&reply.message).filter(|message| !message.is_null());
        reply.events.iter().chain(last).for_each(self.see);
        reply
    }

    /// Hands in any text as one message, to be followed step by step.
    #[must_use]
    pub fn open(&self, message: &str) -> Received {
        let body = Bytes::copy_from_slice(message.as_bytes());
        self.server
            .receive(&body, None, &self.principal, Known::Nothing)
    }
}

impl TestReply {
    /// The result; null if there is none.
    #[must_use]
    pub fn result(&self) -> &Value {
        &self.message["result"]
    }

    /// The error's code; 0 if there is no error.
    #[must_use]
    pub fn code(&self) -> i64 {
        self.message["error"]["code"].as_i64().unwrap_or_default()
    }

    /// All texts of a tool's result, one after the other; the error's text if it is one.
    #[must_use]
    pub fn text(&self) -> String {
        let pieces = self.result()["content"].as_array();
        let texts: String = pieces
            .into_iter()
            .flatten()
            .filter_map(|piece| piece["text"].as_str())
            .collect();
        match self.message["error"]["message"].as_str() {
            Some(text) => text.to_owned(),
            None => texts,
        }
    }

    /// Whether a tool told of a failure.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.result()["isError"] == json!(true)
    }
}

async fn collect(mut exchange: Exchange) -> TestReply {
    let mut events = Vec::new();
    loop {
        match exchange.next().await {
            Some(Frame::Event(message) | Frame::Question(message)) => {
                events.push(serde_json::from_slice(&message).unwrap_or_default())
            }
            Some(Frame::Pause) => {}
            Some(Frame::Last(last)) => return reply(events, last.status(), &last.body),
            None => return reply(events, 499, &Bytes::from_static(b"null")),
        }
    }
}

fn reply(events: Vec<Value>, status: u16, body: &[u8]) -> TestReply {
    TestReply {
        status,
        events,
        message: serde_json::from_slice(body).unwrap_or_default(),
    }
}

const ROUNDS_MAX: usize = 8;
