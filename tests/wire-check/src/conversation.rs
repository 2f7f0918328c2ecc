//! What two sides say to one another, followed from the first message to the last.
//!
//! Each message is checked for itself, and against what was said before it: answers against requests,
//! questions against what the client can do, events against what was asked for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::{Revision, complain, judge, methods::Side};

mod events;

/// A talk of one client and one server in one revision.
///
/// ```
/// use serde_json::json;
/// use tollhouse_wire_check::{Conversation, Revision};
///
/// let mut talk = Conversation::new(Revision::R2025_06_18);
/// talk.client(&json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
///     "protocolVersion": "2025-06-18",
///     "capabilities": {},
///     "clientInfo": {"name": "doc", "version": "1"},
/// }}));
/// talk.server(&json!({"jsonrpc": "2.0", "id": 1, "result": {
///     "protocolVersion": "2025-06-18",
///     "capabilities": {},
///     "serverInfo": {"name": "doc", "version": "1"},
/// }}));
/// talk.end();
/// ```
#[derive(Clone, Debug)]
pub struct Conversation {
    revision: Revision,
    client: Speaker,
    server: Speaker,
    is_ready: bool,
    level: Option<usize>,
    subscribed: BTreeSet<String>,
}

/// What is known of one side.
#[derive(Clone, Debug, Default)]
struct Speaker {
    capabilities: Value,
    /// Its requests that have no answer yet, by id as it is written.
    open: BTreeMap<String, Open>,
    /// Ids that it has used, and whether that request was cancelled.
    used: BTreeMap<String, bool>,
}

/// A request without an answer.
#[derive(Clone, Debug)]
struct Open {
    method: String,
    params: Value,
    /// The last progress that was told.
    progress: Option<f64>,
    /// Whether a stream of changes was acknowledged.
    acknowledged: bool,
}

impl Open {
    fn new(message: &Value) -> Self {
        Self {
            method: text(message, "/method").to_owned(),
            params: message.get("params").cloned().unwrap_or_default(),
            progress: None,
            acknowledged: false,
        }
    }
}

impl Conversation {
    /// A talk of which nothing was said yet.
    #[must_use]
    pub fn new(revision: Revision) -> Self {
        Self {
            revision,
            client: Speaker::default(),
            server: Speaker::default(),
            is_ready: false,
            level: None,
            subscribed: BTreeSet::new(),
        }
    }

    /// The client says this.
    ///
    /// # Panics
    ///
    /// It may not say this now; the text names every problem.
    #[track_caller]
    pub fn client(&mut self, message: &Value) {
        let problems = self.hear(Side::Client, message);
        complain(self.revision, "message of a client", message, &problems);
    }

    /// The server says this.
    ///
    /// # Panics
    ///
    /// It may not say this now; the text names every problem.
    #[track_caller]
    pub fn server(&mut self, message: &Value) {
        let problems = self.hear(Side::Server, message);
        complain(self.revision, "message of a server", message, &problems);
    }

    /// The client says what no client may say; only its id is noted, so that the answer can be checked.
    pub fn misspoken(&mut self, message: &Value) {
        let id = message.get("id").unwrap_or(&Value::Null).to_string();
        let open = Open::new(message);
        self.client.used.insert(id.clone(), false);
        self.client.open.insert(id, open);
    }

    /// The client leaves this request without a word, as it may over HTTP from 2026-07-28 on.
    ///
    /// # Panics
    ///
    /// There is no such request, or it may not be left so.
    #[track_caller]
    pub fn leave(&mut self, id: &Value) {
        let id = id.to_string();
        let was_open = self.client.open.remove(&id).is_some();
        assert!(self.revision.is_modern() && was_open, "cannot leave {id}");
        self.client.used.insert(id, true);
    }

    /// What the server declared that it can do; null before that.
    #[must_use]
    pub fn offered(&self) -> &Value {
        &self.server.capabilities
    }

    /// Nothing more will be said.
    ///
    /// # Panics
    ///
    /// A request of the client has no answer and was not cancelled.
    #[track_caller]
    pub fn end(&self) {
        let forgotten: Vec<_> = self.client.open.iter().collect();
        assert!(forgotten.is_empty(), "without an answer: {forgotten:?}");
    }

    fn hear(&mut self, side: Side, message: &Value) -> Vec<String> {
        let Some(batch) = message.as_array() else {
            return self.hear_one(side, message);
        };
        // Of the items, only what concerns the whole is left to say.
        let mut problems = judge::problems(self.revision, side, None, message);
        problems.extend(batch.iter().flat_map(|item| self.hear_one(side, item)));
        problems
    }

    fn hear_one(&mut self, side: Side, message: &Value) -> Vec<String> {
        let (has_method, id) = (message.get("method").is_some(), message.get("id"));
        match (has_method, id) {
            (true, Some(id)) => self.hear_request(side, &id.to_string(), message),
            (true, None) => self.hear_notification(side, message),
            (false, Some(id)) if !id.is_null() => self.hear_answer(side, &id.to_string(), message),
            (false, _) => judge::problems(self.revision, side, None, message),
        }
    }

    fn hear_request(&mut self, side: Side, id: &str, message: &Value) -> Vec<String> {
        let mut problems = judge::problems(self.revision, side, None, message);
        let method = text(message, "/method").to_owned();
        problems.extend(self.order_problem(side, &method));
        problems.extend(self.ability_problem(side, message));
        let is_modern = self.revision.is_modern();
        let speaker = self.speaker(side);
        // From 2026-07-28 on an id is free again once its request is answered.
        let is_taken = if is_modern {
            speaker.open.contains_key(id)
        } else {
            speaker.used.contains_key(id)
        };
        if is_taken {
            problems.push(format!("the id {id} is in use"));
        }
        let open = Open::new(message);
        if method == "initialize" {
            speaker.capabilities = open.params.get("capabilities").cloned().unwrap_or_default();
        }
        speaker.used.insert(id.to_owned(), false);
        speaker.open.insert(id.to_owned(), open);
        problems
    }

    fn hear_answer(&mut self, side: Side, id: &str, message: &Value) -> Vec<String> {
        let revision = self.revision;
        let asker = self.speaker(other(side));
        let Some(open) = asker.open.remove(id) else {
            let mut problems = judge::problems(revision, side, None, message);
            problems.push(match asker.used.get(id) {
                Some(true) => format!("the request {id} was cancelled"),
                Some(false) => format!("the request {id} has its answer"),
                None => format!("there is no request {id}"),
            });
            return problems;
        };
        let problems = judge::problems(revision, side, Some(&open.method), message);
        if let Some(result) = message.get("result") {
            self.learn(&open, result);
        }
        problems
    }

    /// What a good answer to a request of the client changes.
    fn learn(&mut self, open: &Open, result: &Value) {
        let uri = text(&open.params, "/uri").to_owned();
        match open.method.as_str() {
            "initialize" | "server/discover" => {
                self.server.capabilities = result.get("capabilities").cloned().unwrap_or_default();
            }
            "logging/setLevel" => self.level = level(text(&open.params, "/level")),
            "resources/subscribe" => drop(self.subscribed.insert(uri)),
            "resources/unsubscribe" => drop(self.subscribed.remove(&uri)),
            _ => {}
        }
    }

    /// The handshake comes first, and once.
    fn order_problem(&self, side: Side, method: &str) -> Option<String> {
        let begun = self.client.used.is_empty();
        match (self.revision.is_modern(), side, method) {
            (true, ..) | (_, _, "ping") => None,
            (_, Side::Client, "initialize") => (!begun).then(|| "a second handshake".to_owned()),
            (_, Side::Client, _) => begun.then(|| "the handshake comes first".to_owned()),
            (_, Side::Server, _) => {
                (!self.is_ready).then(|| "the client is not ready yet".to_owned())
            }
        }
    }

    /// A client is asked only for what it can do.
    fn ability_problem(&self, side: Side, message: &Value) -> Option<String> {
        let method = text(message, "/method");
        let needed = match (side, method) {
            (Side::Server, "sampling/createMessage") => "/sampling",
            (Side::Server, "roots/list") => "/roots",
            (Side::Server, "elicitation/create") => match text(message, "/params/mode") {
                "url" => "/elicitation/url",
                _ => "/elicitation",
            },
            _ => return None,
        };
        let can = self.client.capabilities.pointer(needed).is_some();
        (!can).then(|| format!("the client does not do {method}"))
    }

    fn speaker(&mut self, side: Side) -> &mut Speaker {
        match side {
            Side::Client => &mut self.client,
            Side::Server => &mut self.server,
        }
    }
}

const fn other(side: Side) -> Side {
    match side {
        Side::Client => Side::Server,
        Side::Server => Side::Client,
    }
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// How grave a level is.
fn level(name: &str) -> Option<usize> {
    LEVELS.iter().position(|level| *level == name)
}

const LEVELS: [&str; 8] = [
    "debug",
    "info",
    "notice",
    "warning",
    "error",
    "critical",
    "alert",
    "emergency",
];

#[cfg(test)]
mod tests;
