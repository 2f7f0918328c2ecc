//! A client of any revision: it says what its revision says, answers what it is asked, and checks every
//! message in both directions.

use std::collections::{BTreeMap, VecDeque};

use serde_json::{Map, Value, json};
use tollhouse_wire_check::{Conversation, Revision};

use super::{
    Variant, Way,
    wire::{Arrival, Arrivals, Wire, within},
};

pub(super) mod person;
mod reply;
mod strange;
mod watch;

pub(super) use reply::Reply;

/// One client, and all that came to it.
pub(super) struct Client {
    variant: Variant,
    talk: Conversation,
    wire: Wire,
    arrivals: Arrivals,
    capabilities: Value,
    /// How grave a line must be to be wanted, where every request says so.
    level: Option<&'static str>,
    last_id: u64,
    /// Requests without a whole answer, each with what is known of it.
    open: BTreeMap<String, Reply>,
    /// What the server told beside the answers.
    events: VecDeque<Value>,
    /// What the server asked: the method, and its parameters.
    asked: Vec<(String, Value)>,
    answers: Vec<(&'static str, Value)>,
    watching: Option<Value>,
    /// How many streams have begun with an event of their own.
    primed: usize,
}

impl Client {
    pub(super) fn new(variant: Variant, (wire, arrivals): (Wire, Arrivals)) -> Self {
        Self {
            variant,
            talk: Conversation::new(variant.revision),
            wire,
            arrivals,
            capabilities: json!({}),
            level: None,
            last_id: 0,
            open: BTreeMap::new(),
            events: VecDeque::new(),
            asked: Vec::new(),
            answers: Vec::new(),
            watching: None,
            primed: 0,
        }
    }

    pub(super) fn revision(&self) -> Revision {
        self.variant.revision
    }

    pub(super) fn is_modern(&self) -> bool {
        self.variant.revision.is_modern()
    }

    pub(super) fn is_over_http(&self) -> bool {
        self.variant.way == Way::Http
    }

    /// The same client, which can do this.
    pub(super) fn able(mut self, capabilities: Value) -> Self {
        self.capabilities = capabilities;
        self
    }

    /// The first words: a handshake, or the question what there is. Gives the result.
    pub(super) async fn greet(&mut self) -> Value {
        self.greet_wishing(self.revision().name()).await
    }

    /// The first words of a client that wishes another revision, of which there may be no such.
    pub(super) async fn greet_wishing(&mut self, version: &str) -> Value {
        if self.is_modern() {
            return self.request("server/discover", json!({})).await.result();
        }
        let params = json!({
            "protocolVersion": version,
            "capabilities": self.capabilities,
            "clientInfo": {"name": "flow", "version": "1.0.0"},
        });
        let welcome = self.request("initialize", params).await.result();
        // Some clients do not wait until they have said that they are ready.
        self.request("tools/list", json!({})).await;
        self.notify("notifications/initialized", None).await;
        welcome
    }

    /// Calls a tool; what it asks is answered.
    pub(super) async fn call(&mut self, tool: &str, arguments: Value) -> Reply {
        let mut params = json!({"name": tool});
        params["arguments"] = arguments;
        self.request("tools/call", params).await
    }

    /// Sends a request, and waits for its answer; what it asks on the way is answered.
    pub(super) async fn request(&mut self, method: &str, params: Value) -> Reply {
        let mut params = params;
        for _ in 0..ROUNDS_MAX {
            let id = self.start(method, params.clone()).await;
            let reply = self.finish(&id).await;
            let result = reply.result();
            let Some(questions) = result["inputRequests"].as_object() else {
                return reply;
            };
            let mut answers = Map::new();
            for (key, question) in questions {
                answers.insert(key.clone(), self.answer(question));
            }
            params["inputResponses"] = Value::Object(answers);
            if let Some(state) = result.get("requestState") {
                params["requestState"] = state.clone();
            }
        }
        panic!("{method} does not come to an end");
    }

    /// Sends a request, and does not wait.
    pub(super) async fn start(&mut self, method: &str, mut params: Value) -> Value {
        let id = self.next_id();
        self.add_meta(&mut params);
        let message = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        self.open.insert(id.to_string(), Reply::default());
        self.say(&message).await;
        id
    }

    /// Sends several messages as one, and waits for the answers to those that are requests.
    pub(super) async fn batch(&mut self, messages: Vec<(&str, Value)>) -> Vec<Reply> {
        let mut batch = Vec::new();
        let mut ids = Vec::new();
        for (method, params) in messages {
            let mut message = json!({"jsonrpc": "2.0", "method": method});
            message["params"] = params;
            if !method.starts_with("notifications/") {
                message["id"] = self.next_id();
                ids.push(message["id"].clone());
                self.open
                    .insert(message["id"].to_string(), Reply::default());
            }
            batch.push(message);
        }
        self.say(&Value::Array(batch)).await;
        let mut replies = Vec::new();
        for id in ids {
            replies.push(self.finish(&id).await);
        }
        replies
    }

    /// Waits for the whole answer to a request.
    pub(super) async fn finish(&mut self, id: &Value) -> Reply {
        let key = id.to_string();
        while !self.open[&key].is_whole(self.is_over_http()) {
            self.take().await;
        }
        self.open.remove(&key).unwrap()
    }

    /// Whether a request has no answer yet.
    pub(super) fn is_open(&self, id: &Value) -> bool {
        let reply = self.open.get(&id.to_string());
        reply.is_some_and(|reply| !reply.has_message())
    }

    /// No longer wants the answer to a request, and says so in the way of its revision and transport.
    pub(super) async fn cancel(&mut self, id: &Value) {
        self.open.remove(&id.to_string());
        if self.wire.leave(id) {
            return self.talk.leave(id);
        }
        let params = json!({"requestId": id, "reason": "no longer wanted"});
        self.notify("notifications/cancelled", Some(params)).await;
    }

    /// Loses the connection over which the answer to a request comes, and comes back for the rest; waits until
    /// the new stream has begun, if that can be seen.
    pub(super) async fn come_back(&mut self, id: &Value) {
        let before = self.primed;
        self.wire.break_off(id);
        self.wire.resume(id);
        while self.revision() == Revision::R2025_11_25 && self.primed == before {
            self.take().await;
        }
    }

    pub(super) async fn notify(&mut self, method: &str, params: Option<Value>) {
        let mut message = json!({"jsonrpc": "2.0", "method": method});
        if let Some(params) = params {
            message["params"] = params;
        }
        self.say(&message).await;
    }

    /// Asks for lines from this level up.
    pub(super) async fn ask_for_lines(&mut self, level: &'static str) {
        if self.is_modern() {
            self.level = Some(level);
        } else {
            let reply = self
                .request("logging/setLevel", json!({"level": level}))
                .await;
            assert_eq!(reply.result(), json!({}));
        }
    }

    /// Everything that was told beside the answers since it was last asked for.
    pub(super) fn events(&mut self) -> Vec<Value> {
        self.events.drain(..).collect()
    }

    /// Waits for an event of this method, and gives its parameters; those before it are passed over.
    pub(super) async fn event(&mut self, method: &str) -> Value {
        loop {
            match self.events.pop_front() {
                Some(event) if event["method"] == method => return event["params"].clone(),
                Some(_) => {}
                None => self.take().await,
            }
        }
    }

    /// The last words.
    pub(super) async fn leave(mut self) {
        self.unwatch().await;
        self.wire.end().await;
        self.talk.end();
        // What came meanwhile may be of no use, but not against the rules.
        while let Ok(arrival) = self.arrivals.try_recv() {
            match arrival {
                Arrival::Message(message) => self.talk.server(&message),
                Arrival::Replied { .. } | Arrival::Primed => {}
                Arrival::Wrong(what) => panic!("{what}"),
            }
        }
    }

    /// The next id: some are numbers, some are texts.
    fn next_id(&mut self) -> Value {
        self.last_id += 1;
        match self.last_id % 3 {
            0 => json!(format!("request-{}", self.last_id)),
            _ => json!(self.last_id),
        }
    }

    async fn say(&mut self, message: &Value) {
        self.talk.client(message);
        self.wire.send(message).await;
    }

    /// Takes the next thing that arrives.
    async fn take(&mut self) {
        let arrival = within(self.arrivals.recv()).await;
        match arrival.unwrap_or_else(|| panic!("the server hung up; open: {:?}", self.open)) {
            Arrival::Message(Value::Array(batch)) => {
                self.talk.server(&Value::Array(batch.clone()));
                for message in batch {
                    self.hear(message).await;
                }
            }
            Arrival::Message(message) => {
                self.talk.server(&message);
                self.hear(message).await;
            }
            Arrival::Replied { id, status } => {
                if let Some(reply) = self.open.get_mut(&id.to_string()) {
                    assert!(reply.has_message(), "request {id}: {status} and no answer");
                    reply.set_status(status);
                }
            }
            Arrival::Primed => self.primed += 1,
            Arrival::Wrong(what) => panic!("{what}"),
        }
    }

    async fn hear(&mut self, message: Value) {
        match (message.get("method").is_some(), message.get("id")) {
            (true, Some(id)) => {
                let told = match message["method"].as_str() {
                    Some("ping") => json!({}),
                    _ => self.answer(&message),
                };
                let answer = match told.get("error") {
                    Some(error) => json!({"jsonrpc": "2.0", "id": id, "error": error}),
                    None => json!({"jsonrpc": "2.0", "id": id, "result": told}),
                };
                if told != person::silence() {
                    self.say(&answer).await;
                }
            }
            (true, None) => self.events.push_back(message),
            (false, id) => {
                let key = id.unwrap_or(&Value::Null).to_string();
                let reply = self.open.get_mut(&key);
                reply
                    .unwrap_or_else(|| panic!("{message}"))
                    .set_message(message);
            }
        }
    }

    /// What every request of the revision says of its sender.
    fn add_meta(&self, params: &mut Value) {
        if !self.is_modern() {
            return;
        }
        let prefix = "io.modelcontextprotocol";
        let mut add =
            |name: &str, value: Value| params["_meta"][format!("{prefix}/{name}")] = value;
        add("protocolVersion", json!(self.revision().name()));
        add("clientCapabilities", self.capabilities.clone());
        if let Some(level) = self.level {
            add("logLevel", json!(level));
        }
    }
}

const ROUNDS_MAX: usize = 8;
