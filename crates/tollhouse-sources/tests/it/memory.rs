//! Memory, as models use it and misuse it.

use serde_json::Value;
use tollhouse_core::{Limits, Server, memory::Room, testing::TestServer};
use tollhouse_sources::memory::{MemoryOptions, MemorySource, Owner};
use tollhouse_store::State;

mod garbage;
mod owners;
mod tools;
mod trust;

/// The time at which everything happens.
#[derive(Clone, Copy, Debug)]
struct Noon;

impl tollhouse_core::Clock for Noon {
    fn unix_ms(&self) -> u64 {
        1_800_000_000_000
    }

    fn ticks(&self) -> std::time::Duration {
        std::time::Duration::ZERO
    }
}

fn server_over(state: &State, options: MemoryOptions) -> TestServer {
    let source = MemorySource::new(
        std::sync::Arc::new(state.clone()),
        std::sync::Arc::new(Noon),
        options,
    );
    let server = Server::builder("memory")
        .source(source)
        .limits(Limits::NONE)
        .build()
        .unwrap();
    TestServer::new(server)
        .showing(tollhouse_wire_check::check)
        .confirming()
}

fn server() -> TestServer {
    server_over(&State::in_memory().unwrap(), MemoryOptions::default())
}

/// With room for two memories of at most twenty bytes, and one project.
fn small_server() -> TestServer {
    let options = MemoryOptions {
        room: Room {
            memories_max: 2,
            projects_max: 1,
        },
        content_bytes_max: 20,
        ..MemoryOptions::default()
    };
    server_over(&State::in_memory().unwrap(), options)
}

/// Saves something, and gives its id.
async fn save(server: &TestServer, arguments: Value) -> String {
    let reply = server.call("save_memory", arguments).await;
    assert!(!reply.is_error(), "{}", reply.text());
    let id = reply.result()["structuredContent"]["id"].as_str().unwrap();
    assert!(
        reply.text().starts_with(&format!("Saved as {id}")),
        "{}",
        reply.text()
    );
    id.to_owned()
}

async fn search(server: &TestServer, arguments: Value) -> Value {
    let reply = server.call("search_memory", arguments).await;
    assert!(!reply.is_error(), "{}", reply.text());
    let data = reply.result()["structuredContent"].clone();
    let said: Value = serde_json::from_str(&reply.text()).unwrap();
    assert_eq!(said, data);
    assert_eq!(data["found"], data["memories"].as_array().unwrap().len());
    data
}

/// What the model reads when it is told that something cannot be.
async fn refused(server: &TestServer, tool: &str, arguments: Value) -> String {
    let reply = server.call(tool, arguments.clone()).await;
    assert!(reply.is_error(), "{arguments}: {}", reply.text());
    reply.text()
}

fn shared() -> MemoryOptions {
    MemoryOptions {
        owner: Owner::Shared,
        ..MemoryOptions::default()
    }
}
