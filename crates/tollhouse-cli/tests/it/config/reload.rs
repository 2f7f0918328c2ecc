//! Files that change while they are served.

use std::{fs, path::Path};

use serde_json::json;

use super::{folder, serve::FIRST};
use crate::process::{Process, post};

fn write(folder: &Path, text: &str) {
    fs::write(folder.join("tollhouse.toml"), text).unwrap();
}

fn served() -> (tempfile::TempDir, Process) {
    let folder = folder(&format!("server.listen = \"127.0.0.1:0\"\n{FIRST}"));
    let process = Process::start(folder.path(), &["run", "--log-level", "off"]);
    (folder, process)
}

fn has(address: std::net::SocketAddr, tool: &str) -> bool {
    let call = json!({"name": tool, "arguments": {"status": "open"}});
    let (_, message) = post(address, "tools/call", Some(tool), &call);
    message["result"]["structuredContent"]["rows"].is_array()
}

#[test]
fn a_change_is_served_and_a_mistake_is_not() {
    let (folder, process) = served();
    let address = process.address();
    let more = FIRST
        .replace("list_orders", "find_orders")
        .replace("[sources.shop]", "");
    let (_, tool) = more.split_once("[tools").unwrap();
    let both = format!("server.listen = \"127.0.0.1:0\"\n{FIRST}[tools{tool}");
    write(folder.path(), &both);
    process.hears("reloaded: +1 ~0 −0 tools");
    assert!(has(address, "find_orders") && has(address, "list_orders"));
    write(folder.path(), &both.replace("SELECT id", "SELECT idd"));
    process.hears("E101");
    process.hears("what was served before goes on");
    assert!(has(address, "find_orders") && has(address, "list_orders"));
    write(
        folder.path(),
        &both.replace("newest first", "latest first").replace(
            "server.listen",
            "server.title = 'Shop'\nserver.hosts = ['shop.test']\nserver.listen",
        ),
    );
    let told = process.hears("reloaded: +0 ~2 −0 tools");
    assert!(told.contains("counts from the next start"), "{told}");
    let (_, hello) = post(address, "server/discover", None, &json!({}));
    assert_eq!(
        hello["result"]["_meta"]["io.modelcontextprotocol/serverInfo"]["title"], "Shop",
        "{hello}"
    );
    write(folder.path(), FIRST);
    process.hears("reloaded: +0 ~1 −1 tools");
    assert!(!has(address, "find_orders") && has(address, "list_orders"));
}

/// Clients are told that the list is another one: those of older revisions unasked, the others where they listen.
#[test]
fn a_change_is_told_to_clients() {
    let opening = json!({
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"}
    });
    let listening = json!({
        "notifications": {"toolsListChanged": true},
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {}
        }
    });
    for (method, params) in [("initialize", opening), ("subscriptions/listen", listening)] {
        let folder = folder(FIRST);
        let mut process = Process::start(folder.path(), &["run", "--stdio"]);
        let first = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        process.write(&first.to_string());
        process.read();
        if method == "initialize" {
            process.write(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
        }
        process.hears("over stdio");
        write(
            folder.path(),
            &FIRST.replace("newest first", "latest first"),
        );
        process.hears("reloaded: +0 ~1 −0 tools");
        let told = process.read();
        assert_eq!(told["method"], "notifications/tools/list_changed", "{told}");
    }
}

/// What does not concern a call does not disturb it.
#[cfg(unix)]
#[test]
fn a_hundred_reloads_disturb_no_call() {
    let unlimited =
        |head: &str| format!("{head}server.listen = \"127.0.0.1:0\"\n{UNLIMITED}{FIRST}");
    let folder = folder(&unlimited(""));
    let process = Process::start(folder.path(), &["run", "--log-level", "off"]);
    let address = process.address();
    std::thread::scope(|scope| {
        let calls = scope.spawn(|| (0..300).filter(|_| has(address, "list_orders")).count());
        for round in 0..100 {
            let odd = if round % 3 == 0 { "oops = 1\n" } else { "" };
            write(folder.path(), &unlimited(odd));
            process.signal(rustix::process::Signal::HUP);
            process.hears("reloaded: ");
        }
        assert_eq!(calls.join().unwrap(), 300);
    });
}

const UNLIMITED: &str = "limits.calls = 'off'\nlimits.key = 'off'\nlimits.identical = 'off'\n";
