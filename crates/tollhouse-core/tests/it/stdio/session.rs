//! The journal is told of a session through a pipe when the pipe ends, and of none where none was opened.

use std::{
    future::pending,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::{Value, json};
use tollhouse_core::{Arrival, Journal, Principal, Record, Server, stdio, tool};

/// Keeps of each session what it was.
#[derive(Clone, Debug, Default)]
struct Sessions(Arc<Mutex<Vec<Arrival>>>);

impl Journal for Sessions {
    fn write(&self, _record: Record) {}

    fn session_over(&self, arrival: &Arrival, _lasted: Duration) {
        self.0.lock().unwrap().push(arrival.clone());
    }
}

async fn told(request: Value) -> Vec<Arrival> {
    let sessions = Sessions::default();
    let server = Server::builder("pipes")
        .tool(tool("echo", "Says hello.", || async { "hello" }))
        .journal(sessions.clone())
        .build()
        .unwrap();
    let input = format!("{request}\n");
    let pipes = (input.as_bytes(), tokio::io::sink());
    let served = stdio::serve(&server, Principal::anonymous(), pipes, pending()).await;
    assert!(served.is_ok());
    let told = sessions.0.lock().unwrap();
    told.clone()
}

#[tokio::test]
async fn p48_a_session_through_a_pipe_is_told_when_it_ends() {
    let params = json!({
        "protocolVersion": "2025-06-18", "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    });
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params});
    let over = told(hello).await;
    assert_eq!(over.len(), 1);
    assert_eq!(
        (over[0].revision, over[0].is_piped),
        (Some("2025-06-18"), true)
    );
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    assert_eq!(told(ping).await, []);
}
