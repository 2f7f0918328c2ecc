//! One caller over HTTP, who speaks the newest revision or has a session of an older one.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpStream},
};

use serde_json::{Value, json};
use tollhouse::{Clock as _, SystemClock};

use super::SOON;
use crate::{
    operate::exchange,
    process::{PATIENCE, message},
};

#[derive(Clone)]
pub(super) struct Caller {
    pub(super) address: SocketAddr,
    pub(super) path: String,
    /// As clients say it, `Host` among them.
    pub(super) headers: Vec<(String, String)>,
    pub(super) session: Option<String>,
}

/// What is answered.
pub(super) struct Said {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
    /// The message in it, or null.
    pub(super) message: Value,
}

/// A stream that only listens.
pub(super) struct Stream(BufReader<TcpStream>);

impl Caller {
    /// With a credential behind `Bearer`.
    pub(super) fn new(address: SocketAddr, credential: &str) -> Self {
        Self::nobody(address).with("Authorization", &format!("Bearer {credential}"))
    }

    /// Without a credential.
    pub(super) fn nobody(address: SocketAddr) -> Self {
        Self {
            address,
            path: "/mcp".to_owned(),
            headers: Vec::new(),
            session: None,
        }
    }

    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn at(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// The same in a new session of an older revision.
    pub(super) fn in_session(mut self) -> Self {
        let opening = json!({
            "protocolVersion": OLDER,
            "capabilities": {},
            "clientInfo": {"name": "proof", "version": "1"}
        });
        let opening = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": opening});
        let said = self.send("POST", &[], &opening);
        assert_eq!(said.status, 200, "{}", said.body);
        self.session = said.header("mcp-session-id").map(str::to_owned);
        let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        let headers = self.of_session();
        assert_eq!(self.send("POST", &headers, &ready).status, 202);
        self
    }

    /// This one, and the same in a session.
    pub(super) fn both(self) -> [Self; 2] {
        [self.clone(), self.in_session()]
    }

    pub(super) fn ask(&self, method: &str, params: &Value) -> Said {
        if self.session.is_some() {
            let request = json!({"jsonrpc": "2.0", "id": 2, "method": method, "params": params});
            return self.send("POST", &self.of_session(), &request);
        }
        let headers = newest(method, params);
        self.send("POST", &headers, &message(method, params))
    }

    pub(super) fn call(&self, tool: &str, arguments: &Value) -> Said {
        self.ask("tools/call", &json!({"name": tool, "arguments": arguments}))
    }

    /// Whom the server takes this caller for.
    pub(super) fn subject(&self) -> String {
        let said = self.call("whoami", &json!({}));
        let user = &said.message["result"]["structuredContent"]["user"];
        user.as_str()
            .unwrap_or_else(|| panic!("{} {}", said.head, said.body))
            .to_owned()
    }

    pub(super) fn tools(&self) -> Vec<Value> {
        let said = self.ask("tools/list", &json!({}));
        let tools = said.message["result"]["tools"].as_array();
        tools
            .unwrap_or_else(|| panic!("{} {}", said.head, said.body))
            .clone()
    }

    /// The names of the tools that it sees, in order.
    pub(super) fn sees(&self) -> String {
        let tools = self.tools();
        let mut names = super::names(&tools);
        names.sort_unstable();
        names.join(" ")
    }

    /// Opens a stream of changes: `subscriptions/listen`, or that of the session.
    pub(super) fn listens(&self) -> Stream {
        let (method, headers, message) = if self.session.is_some() {
            ("GET", self.of_session(), Value::Null)
        } else {
            let filter = json!({"notifications": {"toolsListChanged": true}});
            let headers = newest("subscriptions/listen", &filter);
            ("POST", headers, message("subscriptions/listen", &filter))
        };
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let body = if message.is_null() {
            String::new()
        } else {
            message.to_string()
        };
        let head = self.head(method, &headers);
        let length = body.len();
        let request =
            format!("{head}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).unwrap();
        let mut stream = Stream(BufReader::new(stream));
        let first = stream.line();
        assert!(first.starts_with("HTTP/1.1 200 "), "{first}");
        while !stream.line().is_empty() {}
        if self.session.is_none() {
            assert!(stream.next().is_some(), "it is not acknowledged");
        }
        stream
    }

    /// One exchange with these headers beside those of the caller.
    pub(super) fn send(&self, method: &str, headers: &[(String, String)], message: &Value) -> Said {
        let body = if message.is_null() {
            String::new()
        } else {
            message.to_string()
        };
        let (head, body) = exchange(self.address, &self.head(method, headers), &body);
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Said {
            status,
            message: read(&body),
            head,
            body,
        }
    }

    fn head(&self, method: &str, headers: &[(String, String)]) -> String {
        let path = &self.path;
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream"
        );
        let all = || self.headers.iter().chain(headers);
        if !all().any(|(name, _)| name == "Host") {
            head += &format!("\r\nHost: {}", self.address);
        }
        for (name, value) in all() {
            head += &format!("\r\n{name}: {value}");
        }
        head
    }

    /// The headers of its session.
    pub(super) fn of_session(&self) -> Vec<(String, String)> {
        let session = self.session.clone().unwrap();
        vec![
            ("MCP-Protocol-Version".to_owned(), OLDER.to_owned()),
            ("Mcp-Session-Id".to_owned(), session),
        ]
    }
}

impl Said {
    pub(super) fn header(&self, wanted: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (name, value) = line.split_once(": ")?;
            name.eq_ignore_ascii_case(wanted).then_some(value)
        })
    }

    /// How it tells to sign in.
    pub(super) fn challenge(&self) -> &str {
        let challenge = self.header("www-authenticate");
        challenge.unwrap_or_else(|| panic!("{} {}", self.head, self.body))
    }
}

impl Stream {
    /// The next message; none at the end.
    pub(super) fn next(&mut self) -> Option<Value> {
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            // An empty event only says where the stream stands.
            if let Some(message) = line.strip_prefix("data:")
                && let Ok(message) = serde_json::from_str(message.trim())
            {
                return Some(message);
            }
        }
    }

    /// Waits for this notification, which has to come soon; a session is told of other lists as well.
    pub(super) fn hears(&mut self, method: &str) {
        let clock = SystemClock::default();
        while self.next().unwrap()["method"] != method {}
        assert!(clock.ticks() < SOON, "{:?}", clock.ticks());
    }

    /// Waits for the end, which has to come soon.
    pub(super) fn ends(&mut self) {
        let clock = SystemClock::default();
        while self.next().is_some() {}
        assert!(clock.ticks() < SOON, "{:?}", clock.ticks());
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }
}

/// What every request of the newest revision says in its head.
fn newest(method: &str, params: &Value) -> Vec<(String, String)> {
    let mut headers = vec![
        ("MCP-Protocol-Version".to_owned(), "2026-07-28".to_owned()),
        ("Mcp-Method".to_owned(), method.to_owned()),
    ];
    if let Some(name) = params.get("name").or_else(|| params.get("uri")) {
        let name = name.as_str().unwrap().to_owned();
        headers.push(("Mcp-Name".to_owned(), name));
    }
    headers
}

/// The last message of a body, which may be a stream.
fn read(body: &str) -> Value {
    let whole = serde_json::from_str(body);
    whole.unwrap_or_else(|_| {
        let mut lines = body.lines().rev();
        let last = lines.find_map(|line| line.strip_prefix("data:"));
        let last = last.and_then(|line| serde_json::from_str(line.trim()).ok());
        last.unwrap_or_default()
    })
}

const OLDER: &str = "2025-11-25";
