//! A request of HTTP as it will stand on the wire.

use std::fmt;

use crate::era::SESSION;

/// Good in every part until somebody spoils one.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    verb: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    pub(crate) fn post() -> Self {
        Self {
            verb: "POST".to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
        .header("Content-Type", "application/json")
        .header("Accept", "application/json, text/event-stream")
    }

    pub(crate) fn verb(mut self, verb: &str) -> Self {
        verb.clone_into(&mut self.verb);
        self
    }

    /// One header more, also if there is one of that name.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self
    }

    /// This header and no other of its name.
    pub(crate) fn with(self, name: &str, value: &str) -> Self {
        self.without(name).header(name, value)
    }

    pub(crate) fn bytes(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }

    /// What goes over the wire to this host, in this session.
    pub(crate) fn wire(&self, host: &str, session: Option<&str>) -> Vec<u8> {
        let mut head = format!("{} /mcp HTTP/1.1\r\nConnection: close\r\n", self.verb);
        if !self.headers.iter().any(|(name, _)| name == "Host") {
            head.push_str(&format!("Host: {host}\r\n"));
        }
        for (name, value) in &self.headers {
            let value = value.replace(SESSION, session.unwrap_or_default());
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", self.body.len()));
        let mut wire = head.into_bytes();
        wire.extend_from_slice(&self.body);
        wire
    }
}

impl fmt::Display for Request {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.verb)?;
        for (name, value) in &self.headers {
            write!(out, " [{name}: {value}]")?;
        }
        let body = self.body.escape_ascii().to_string();
        let shown: String = body.chars().take(SHOWN).collect();
        write!(out, " {shown}")
    }
}

const SHOWN: usize = 600;
