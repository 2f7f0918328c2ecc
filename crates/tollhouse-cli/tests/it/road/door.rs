//! A door: one caller who speaks one era over one transport, with one small set of verbs.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::SocketAddr,
    os::unix::net::UnixStream,
};

use serde_json::{Value, json};
use tollhouse_wire_check::Revision;

use super::{Way, exchange};
use crate::process::Process;

/// What whoever sits at the client says to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    Yes,
    /// Accepts the form with a no in it.
    No,
    Decline,
    Cancel,
    /// Does not answer: the question itself is what is heard. Only in the modern era.
    Nothing,
}

/// Where the messages go.
pub(super) enum Line {
    Http { address: SocketAddr, key: String },
    Program(Process),
    Here(BufReader<UnixStream>, UnixStream),
}

pub(super) struct Door {
    way: Way,
    line: Line,
    session: Option<String>,
    has_forms: bool,
    says: Says,
    next: i64,
}

/// The end of a request, and what was asked before it.
#[derive(Debug)]
pub(super) struct Heard {
    /// Of the response over HTTP.
    pub(super) status: Option<u16>,
    pub(super) head: String,
    pub(super) message: Value,
    pub(super) asked: Vec<Value>,
}

impl Door {
    pub(super) fn open(way: Way, line: Line, has_forms: bool) -> Self {
        let mut door = Self {
            way,
            line,
            session: None,
            has_forms,
            says: Says::Yes,
            next: 0,
        };
        if !way.is_modern() {
            door.shake_hands();
        }
        door
    }

    /// The same client, whose user says this from now on.
    pub(super) const fn says(&mut self, says: Says) -> &mut Self {
        self.says = says;
        self
    }

    pub(super) fn list(&mut self) -> Vec<Value> {
        let heard = self.ask("tools/list", &json!({}));
        heard.result()["tools"].as_array().unwrap().clone()
    }

    pub(super) fn call(&mut self, tool: &str, arguments: &Value) -> Heard {
        self.ask("tools/call", &json!({"name": tool, "arguments": arguments}))
    }

    pub(super) fn read(&mut self, uri: &str) -> Heard {
        self.ask("resources/read", &json!({"uri": uri}))
    }

    /// Sends a request, answers what is asked meanwhile, and gives the end.
    pub(super) fn ask(&mut self, method: &str, params: &Value) -> Heard {
        let mut params = params.clone();
        let mut asked = Vec::new();
        loop {
            let mut heard = self.send(method, &params, &mut asked);
            let questions = heard.message.pointer("/result/inputRequests");
            let Some(questions) = questions.and_then(Value::as_object).cloned() else {
                heard.asked = asked;
                return heard;
            };
            asked.extend(questions.values().cloned());
            if self.says == Says::Nothing {
                heard.asked = asked;
                return heard;
            }
            assert!(asked.len() < 8, "{asked:?}");
            let answers = questions.keys().map(|name| (name.clone(), self.answer()));
            params["inputResponses"] = Value::Object(answers.collect());
            params["requestState"] = heard.result()["requestState"].clone();
        }
    }

    /// The program at the other end of a pipe.
    pub(super) const fn program(&self) -> Option<&Process> {
        match &self.line {
            Line::Program(process) => Some(process),
            Line::Http { .. } | Line::Here(..) => None,
        }
    }

    pub(super) fn into_program(self) -> Option<Process> {
        match self.line {
            Line::Program(process) => Some(process),
            Line::Http { .. } | Line::Here(..) => None,
        }
    }

    fn answer(&self) -> Value {
        match self.says {
            Says::Yes => json!({"action": "accept", "content": {"confirm": true}}),
            Says::No => json!({"action": "accept", "content": {"confirm": false}}),
            Says::Decline => json!({"action": "decline"}),
            Says::Cancel => json!({"action": "cancel"}),
            Says::Nothing => panic!("a session waits for an answer"),
        }
    }

    fn send(&mut self, method: &str, params: &Value, asked: &mut Vec<Value>) -> Heard {
        self.next += 1;
        let message = self.message(method, params);
        let heard = match &mut self.line {
            Line::Http { .. } => self.over_http(&message, asked),
            Line::Program(_) | Line::Here(..) => self.over_pipe(&message, asked),
        };
        if !heard.message.is_null() {
            self.revision().check_reply(method, &heard.message);
        }
        heard
    }

    fn over_http(&self, message: &Value, asked: &mut Vec<Value>) -> Heard {
        let mut reply = self.post(message);
        let mut last = Value::Null;
        while let Some(next) = reply.next() {
            if next["method"] == "elicitation/create" {
                let answer = self.answer_to(&next);
                asked.push(next);
                assert_eq!(self.post(&answer).status, 202);
            } else if next.get("id") == message.get("id") {
                last = next;
                break;
            } else if next.get("method").is_none() {
                last = next;
            }
        }
        Heard {
            status: Some(reply.status),
            head: reply.head,
            message: last,
            asked: Vec::new(),
        }
    }

    fn over_pipe(&mut self, message: &Value, asked: &mut Vec<Value>) -> Heard {
        self.write(message);
        loop {
            let next = self.line_read();
            if next["method"] == "elicitation/create" {
                let answer = self.answer_to(&next);
                asked.push(next);
                self.write(&answer);
            } else if next.get("id") == message.get("id") {
                return Heard {
                    status: None,
                    head: String::new(),
                    message: next,
                    asked: Vec::new(),
                };
            }
        }
    }

    fn answer_to(&self, question: &Value) -> Value {
        json!({"jsonrpc": "2.0", "id": question["id"], "result": self.answer()})
    }

    pub(super) fn post(&self, message: &Value) -> exchange::Reply {
        let Line::Http { address, key } = &self.line else {
            panic!("not over HTTP");
        };
        let credential = format!("Bearer {key}");
        let mut headers = vec![("MCP-Protocol-Version", self.revision().name())];
        if !key.is_empty() {
            headers.push(("Authorization", &credential));
        }
        if let Some(session) = &self.session {
            headers.push(("Mcp-Session-Id", session));
        }
        let params = &message["params"];
        if self.way.is_modern() {
            headers.push(("Mcp-Method", message["method"].as_str().unwrap()));
            let name = params.get("name").or_else(|| params.get("uri"));
            headers.extend(name.map(|name| ("Mcp-Name", name.as_str().unwrap())));
        }
        exchange::post(*address, &headers, message)
    }

    fn write(&mut self, message: &Value) {
        match &mut self.line {
            Line::Program(process) => process.write(&message.to_string()),
            Line::Here(_, output) => writeln!(output, "{message}").unwrap(),
            Line::Http { .. } => panic!("not a pipe"),
        }
    }

    fn line_read(&mut self) -> Value {
        match &mut self.line {
            Line::Program(process) => process.read(),
            Line::Here(input, _) => {
                let mut line = String::new();
                input.read_line(&mut line).unwrap();
                serde_json::from_str(&line).unwrap()
            }
            Line::Http { .. } => panic!("not a pipe"),
        }
    }

    fn message(&self, method: &str, params: &Value) -> Value {
        let mut params = params.clone();
        if self.way.is_modern() {
            params["_meta"]["io.modelcontextprotocol/protocolVersion"] =
                self.revision().name().into();
            params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = self.capabilities();
        }
        json!({"jsonrpc": "2.0", "id": self.next, "method": method, "params": params})
    }

    fn capabilities(&self) -> Value {
        if self.has_forms {
            json!({"elicitation": {"form": {}}})
        } else {
            json!({})
        }
    }

    fn shake_hands(&mut self) {
        let opening = json!({
            "protocolVersion": self.revision().name(),
            "capabilities": self.capabilities(),
            "clientInfo": {"name": "proof", "version": "1"},
        });
        let heard = self.ask("initialize", &opening);
        assert!(heard.result()["serverInfo"].is_object(), "{heard:?}");
        self.session = heard.header("mcp-session-id").map(str::to_owned);
        let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        match &self.line {
            Line::Http { .. } => assert_eq!(self.post(&ready).status, 202),
            Line::Program(_) | Line::Here(..) => self.write(&ready),
        }
    }

    const fn revision(&self) -> Revision {
        if self.way.is_modern() {
            Revision::R2026_07_28
        } else {
            Revision::R2025_11_25
        }
    }
}

impl Heard {
    pub(super) fn result(&self) -> &Value {
        &self.message["result"]
    }

    pub(super) fn data(&self) -> &Value {
        &self.result()["structuredContent"]
    }

    /// The code of an error of the protocol.
    pub(super) fn code(&self) -> Option<i64> {
        self.message.pointer("/error/code").and_then(Value::as_i64)
    }

    pub(super) fn is_error(&self) -> bool {
        self.result()["isError"] == true
    }

    /// All that a model reads, or the words of the error.
    pub(super) fn text(&self) -> String {
        let error = self.message.pointer("/error/message");
        if let Some(words) = error.and_then(Value::as_str) {
            return words.to_owned();
        }
        let parts = self.result()["content"].as_array().into_iter().flatten();
        let texts = parts.filter_map(|part| part["text"].as_str());
        texts.collect::<Vec<_>>().join("\n")
    }

    /// Something was done, and is not an error.
    pub(super) fn is_done(&self) -> &Self {
        assert!(self.result().is_object() && !self.is_error(), "{self:?}");
        assert!(self.result().get("inputRequests").is_none(), "{self:?}");
        self
    }

    /// A model reads an error that says this.
    pub(super) fn is_told(&self, words: &str) -> &Self {
        assert!(
            self.is_error() && self.text().contains(words),
            "{words}: {self:?}"
        );
        self
    }

    pub(super) fn header(&self, wanted: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case(wanted).then_some(value)
        })
    }
}
