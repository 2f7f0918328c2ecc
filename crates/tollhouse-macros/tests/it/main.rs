//! The attributes: what they make, and what they refuse.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod arguments;
mod prompts;
mod refused;
mod resources;
mod tools;

use tollhouse::{Builder, testing::TestServer};

/// A client in memory, every message to which is checked against the official schema.
fn client(server: Builder) -> TestServer {
    TestServer::new(server.build().unwrap()).showing(tollhouse_wire_check::check)
}
