//! Over HTTP, and what the banner promises.

use std::process::Command;

use serde_json::{Value, json};

use crate::process::{Process, confirmed, post};

const ANY_PORT: [&str; 3] = ["run", "--http", "127.0.0.1:0"];

#[test]
fn orders_are_served_and_changes_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let search = json!({"name": "search_orders", "arguments": {"status": "paid", "limit": 1}});
    let first = Process::start(folder.path(), &ANY_PORT);
    let address = first.address();
    let (status, found) = post(address, "tools/call", Some("search_orders"), &search);
    assert_eq!(status, 200);
    let id = found["result"]["structuredContent"]["rows"][0]["id"].clone();
    let cancel = json!({"name": "cancel_order", "arguments": {"order_id": id}});
    let name = Some("cancel_order");
    let (_, asked) = post(address, "tools/call", name, &cancel);
    let yes = confirmed(&cancel, &asked["result"]).unwrap();
    let (_, done) = post(address, "tools/call", name, &yes);
    assert_eq!(done["result"]["structuredContent"]["status"], "cancelled");
    drop(first);
    let second = Process::start(folder.path(), &ANY_PORT);
    let address = second.address();
    let (_, asked) = post(address, "tools/call", name, &cancel);
    let yes = confirmed(&cancel, &asked["result"]).unwrap();
    let (_, again) = post(address, "tools/call", name, &yes);
    assert_eq!(again["result"]["isError"], true);
    let text = again["result"]["content"][0]["text"].as_str().unwrap();
    assert!(text.contains("is cancelled and stays so"), "{text}");
}

#[test]
fn the_banner_tells_what_tools_cost() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &ANY_PORT);
    let address = process.address();
    assert!(process.hears("sign-in").contains("none: loopback only"));
    let told = process.hears("tools");
    let (_, listed) = post(address, "tools/list", None, &json!({}));
    let mut total = 0;
    for tool in listed["result"]["tools"].as_array().unwrap() {
        let tokens = tool.to_string().len() / 4;
        let part = format!("{} {tokens}", tool["name"].as_str().unwrap());
        assert!(told.contains(&part), "{part} is not in {told}");
        total += tokens;
    }
    assert!(told.contains(&format!("{total} tokens in all")), "{told}");
}

/// The line can be pasted into a shell as it is.
#[cfg(unix)]
#[test]
fn the_line_for_the_shell_works() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &ANY_PORT);
    let line = process.hears(" call http");
    let done = Command::new("sh").args(["-c", &line]).output().unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(
        said.contains("ord_abc123") && said.contains("shipped"),
        "{said}"
    );
}

/// The entry starts the same shop, from wherever the client runs.
#[test]
fn the_entry_for_clients_works_from_anywhere() {
    let (folder, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let process = Process::start(folder.path(), &ANY_PORT);
    let claude = process.hears("claude mcp add");
    assert!(
        claude.contains("claude mcp add orders --transport http http://127.0.0.1:"),
        "{claude}"
    );
    let entry: Value = serde_json::from_str(process.hears("mcpServers").trim()).unwrap();
    let entry = &entry["mcpServers"]["orders"];
    let mut command = Command::new(entry["command"].as_str().unwrap());
    command.args(
        entry["args"]
            .as_array()
            .unwrap()
            .iter()
            .map(|word| word.as_str().unwrap()),
    );
    let mut client = Process::spawn(command.current_dir(elsewhere.path()));
    let found = client.call("get_order", &json!({"order_id": "ord_abc123"}));
    assert_eq!(found["structuredContent"]["id"], "ord_abc123");
    assert_eq!(elsewhere.path().read_dir().unwrap().count(), 0);
    assert!(
        process
            .hears("ask")
            .contains("What's the status of order ord_abc123?")
    );
}
