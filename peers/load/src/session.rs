//! Sessions of the older protocol: the handshake, and the headers that follow from it.

use anyhow::{Context, Result, ensure};

use crate::connection::Connection;
use crate::scenario::{Checker, Era, FIRST_ID, LEGACY, Scenario};

/// A session that a server has opened.
#[derive(Debug)]
pub(crate) struct Session {
    id: String,
}

impl Session {
    /// Shakes hands: `initialize`, then `notifications/initialized`.
    pub(crate) async fn open(connection: &mut Connection, port: u16) -> Result<Self> {
        let first = Scenario::first(Era::Legacy);
        let reply = connection
            .ask(first.post(port, None).numbered(FIRST_ID))
            .await?;
        Checker::new(&first).check(reply.answer()?, FIRST_ID)?;
        let id = reply.session().context("initialize opened no session")?;
        let session = Self::named(id);
        let initialized = post(port, &session.headers(), INITIALIZED);
        let status = connection.ask(&initialized).await?.status();
        ensure!(status == 202, "HTTP {status} for notifications/initialized");
        Ok(session)
    }

    pub(crate) fn named(id: &str) -> Self {
        Self { id: id.to_owned() }
    }

    /// What every later request of this session says.
    pub(crate) fn headers(&self) -> String {
        format!(
            "mcp-protocol-version: {LEGACY}\r\nmcp-session-id: {}\r\n",
            self.id
        )
    }

    /// The request for the stream on which the server speaks unasked.
    pub(crate) fn stream(&self, port: u16) -> Vec<u8> {
        let headers = self.headers();
        format!(
            "GET /mcp HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\naccept: text/event-stream\r\n{headers}\r\n"
        )
        .into_bytes()
    }
}

/// A POST of one message to `/mcp`; `headers` are those beyond what HTTP needs.
pub(crate) fn post(port: u16, headers: &str, message: &str) -> Vec<u8> {
    let length = message.len();
    format!(
        "POST /mcp HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\n\
         content-type: application/json\r\n\
         accept: application/json, text/event-stream\r\n\
         {headers}content-length: {length}\r\n\r\n{message}"
    )
    .into_bytes()
}

/// What a client says when it has read the answer to its `initialize`.
pub(crate) const INITIALIZED: &str = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
