//! Flows through the core, from outside.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

mod access;
mod confirm;
mod execute;
mod explain;
mod hostile;
mod limits;
mod meaning;
mod repeat;
mod results;
mod road;
mod session;
mod stdio;
mod trust;
mod wire;
mod written;

/// A client in memory, every message to which is checked against the official schema.
fn client(server: tollhouse_core::Server) -> tollhouse_core::testing::TestServer {
    tollhouse_core::testing::TestServer::new(server).showing(tollhouse_wire_check::check)
}
