//! How the program ends when it is asked to.

use std::{
    io::Write as _,
    net::{TcpListener, TcpStream},
};

use rustix::process::Signal;
use serde_json::json;

use crate::process::{Process, post};

#[test]
fn a_signal_ends_http_with_success() {
    for signal in [Signal::INT, Signal::TERM] {
        let folder = tempfile::tempdir().unwrap();
        let process = Process::start(folder.path(), &["run", "--http", "127.0.0.1:0"]);
        let address = process.address();
        let search = json!({"name": "search_orders", "arguments": {}});
        assert_eq!(
            post(address, "tools/call", Some("search_orders"), &search).0,
            200
        );
        process.signal(signal);
        process.hears("stopping");
        let (status, ..) = process.ends();
        assert_eq!(status.code(), Some(0), "{signal:?}");
        // The port is free for the next start.
        TcpListener::bind(address).unwrap();
    }
}

#[test]
fn a_signal_ends_stdio_with_success() {
    for signal in [Signal::INT, Signal::TERM] {
        let folder = tempfile::tempdir().unwrap();
        let mut process = Process::start(folder.path(), &["run", "--stdio"]);
        process.ask("server/discover", &json!({}));
        process.signal(signal);
        let (status, output, _) = process.ends();
        assert_eq!(status.code(), Some(0), "{signal:?}");
        assert!(output.is_empty(), "{output:?}");
    }
}

/// Somebody who sends half a request is waited for after the first signal, and not after the second.
#[test]
fn the_second_signal_ends_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &["run", "--http", "127.0.0.1:0"]);
    let address = process.address();
    let mut slow = TcpStream::connect(address).unwrap();
    let head = format!(
        "POST /mcp HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"
    );
    slow.write_all(head.as_bytes()).unwrap();
    let search = json!({"name": "search_orders", "arguments": {}});
    post(address, "tools/call", Some("search_orders"), &search);
    process.signal(Signal::INT);
    process.hears("stopping");
    process.signal(Signal::INT);
    let (status, ..) = process.ends();
    assert_eq!(status.code(), Some(130));
}
