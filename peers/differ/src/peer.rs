//! A client that sends any bytes and reads what really comes back.

use std::io::{Error, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::json;

use crate::cases::Case;
use crate::era::{Era, SESSION};
use crate::request::Request;
use crate::seen::{self, Head};

/// One server, as a client knows it.
#[derive(Debug)]
pub(crate) struct Peer {
    era: Era,
    address: SocketAddr,
    session: Option<String>,
}

impl Peer {
    pub(crate) const fn new(era: Era, address: SocketAddr) -> Self {
        Self {
            era,
            address,
            session: None,
        }
    }

    /// Sends the request of a case, and tells what was seen.
    pub(crate) fn try_case(&mut self, case: &Case) -> Result<String> {
        if self.era == Era::Legacy && (case.alone || self.session.is_none()) {
            self.begin()?;
        }
        let raw = self.say(&case.request)?;
        if case.alone {
            self.session = None;
        }
        Ok(seen::told(&raw))
    }

    /// Begins a session.
    fn begin(&mut self) -> Result<()> {
        self.session = None;
        let params = json!({
            "protocolVersion": self.era.version(),
            "capabilities": {},
            "clientInfo": {"name": "differ", "version": "1.0.0"},
        });
        let hello = self
            .era
            .request("initialize", &params)
            .without("Mcp-Session-Id");
        let raw = self.say(&hello)?;
        let session = Head::of(&raw).and_then(|head| head.header("mcp-session-id"));
        let shown = || format!("no session: {}", raw.escape_ascii());
        self.session = Some(session.with_context(shown)?);
        let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        self.say(&self.era.posting(&ready).with("Mcp-Session-Id", SESSION))?;
        Ok(())
    }

    /// All that comes back until the connection ends, or until nothing comes any more.
    fn say(&self, request: &Request) -> Result<Vec<u8>> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let wire = request.wire(&self.address.to_string(), self.session.as_deref());
        let mut raw = Vec::new();
        // A server may refuse and close before it has read everything.
        if stream.write_all(&wire).is_err() {
            return Ok(raw);
        }
        let mut chunk = [0; 4096];
        loop {
            match stream.read(&mut chunk) {
                Ok(0) => return Ok(raw),
                Ok(read) => raw.extend(chunk.iter().take(read)),
                Err(error) if is_silence(&error) => {
                    raw.extend_from_slice(seen::STILL_OPEN);
                    return Ok(raw);
                }
                // A refused body may be answered, and then be broken off.
                Err(_) => return Ok(raw),
            }
        }
    }
}

fn is_silence(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// How long a stream may be silent until it counts as open.
const PATIENCE: Duration = Duration::from_millis(400);
