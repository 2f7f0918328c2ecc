//! What whoever operates the program sees of it.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
};

use serde_json::json;

use crate::process::PATIENCE;

mod canary;
mod health;
mod log;
mod metrics;
mod stdout;

/// One request over HTTP as it is given, and the whole response.
pub(crate) fn exchange(address: SocketAddr, head: &str, body: &str) -> (String, String) {
    let request = format!(
        "{head}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    let (head, body) = response.split_once("\r\n\r\n").unwrap();
    (head.to_owned(), body.to_owned())
}

/// Opens a session of an older revision, whose client cannot ask. Gives the head of its next request, and its id.
pub(crate) fn session(address: SocketAddr) -> (String, String) {
    let head = format!(
        "POST /mcp HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream"
    );
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"}
    }});
    let (response, _) = exchange(address, &head, &hello.to_string());
    let (_, id) = response.split_once("mcp-session-id: ").unwrap();
    let (id, _) = id.split_once("\r\n").unwrap();
    (format!("{head}\r\nMcp-Session-Id: {id}"), id.to_owned())
}
