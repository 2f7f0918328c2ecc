//! Whether callers of the server that the suite is pointed at have to show who they are.

use std::fmt;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::Duration;

use anyhow::{Result, ensure};

use crate::clients::node::Node;

/// Who may call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Door {
    Open,
    /// Whoever shows the key.
    Guarded,
}

impl Door {
    /// Tells the server.
    pub(super) fn hang(self, server: &mut Command) {
        if self == Self::Guarded {
            server.env("KEY", KEY);
        }
    }

    /// Has the suite show the key. It has no option for it, so a script of ours is loaded before it.
    pub(super) fn show_key(self, suite: &mut Command, node: &Node) {
        if self == Self::Guarded {
            suite
                .env("KEY", KEY)
                .env("NODE_OPTIONS", node.preloading("with-key.mjs"));
        }
    }

    /// Fails unless whoever shows no key is turned away, and only where that is wanted: a suite that passes by an open
    /// door shows nothing of a guarded one.
    pub(super) fn try_without_key(self, address: SocketAddr) -> Result<()> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(ANSWER_LIMIT))?;
        let request = format!(
            "POST /mcp HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncontent-type: application/json\r\n\
             accept: application/json, text/event-stream\r\ncontent-length: 2\r\n\r\n{{}}"
        );
        stream.write_all(request.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let line = answer.lines().next().unwrap_or_default();
        let is_turned_away = line.contains(" 401 ");
        ensure!(
            is_turned_away == (self == Self::Guarded),
            "whoever shows no key is answered `{line}`"
        );
        Ok(())
    }

    /// The name of the folder for the results.
    pub(super) fn results(self) -> &'static str {
        match self {
            Self::Open => "results",
            Self::Guarded => "results-signed-in",
        }
    }
}

impl fmt::Display for Door {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => Ok(()),
            Self::Guarded => out.write_str(" with sign-in"),
        }
    }
}

const KEY: &str = "the-key-of-the-conformance-suite";
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
