//! R10: a disk that takes nothing more. What changes something does not run, what reads goes on, probes are told, and
//! when there is room again nothing is missing.
//!
//! The disk of one process is full from one moment to the next by the largest size that its files may have: a write
//! beyond fails as one to a disk with an error does.

use std::{net::SocketAddr, path::Path, process::Command};

use serde_json::{Value, json};

use super::{audit, records};
use crate::{
    config::folder,
    operate::exchange,
    process::{Process, post},
};

const CONFIG: &str = r#"
[sources.shop]
type = "sqlite"
path = "orders.db"

[tools.look]
source = "shop"
description = "Say the status of the first order."
sql = "SELECT status FROM orders WHERE id = 'ord_abc123'"

[tools.mark]
source = "shop"
description = "Give the first order another status."
sql = "UPDATE orders SET status = :status WHERE id = 'ord_abc123' RETURNING status"
effect = "write"
params.status = {}

[audit.sink]
file = "second.ndjson"
"#;

/// A server whose files may not grow any more when the test says so.
fn serves(folder: &Path) -> (Process, SocketAddr) {
    let mut command = Command::new("sh");
    // An error instead of a signal.
    command
        .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
        .args([
            env!("CARGO_BIN_EXE_tollhouse"),
            "run",
            "--http",
            "127.0.0.1:0",
        ])
        .current_dir(folder);
    let process = Process::spawn(&mut command);
    let address = process.address();
    (process, address)
}

fn call(address: SocketAddr, tool: &str, arguments: &Value) -> Value {
    let params = json!({"name": tool, "arguments": arguments});
    post(address, "tools/call", Some(tool), &params).1["result"].clone()
}

fn status(address: SocketAddr) -> Value {
    call(address, "look", &json!({}))["structuredContent"]["rows"][0]["status"].clone()
}

fn ready(address: SocketAddr) -> String {
    let (head, _) = exchange(address, "GET /readyz HTTP/1.1\r\nHost: probe", "");
    head.split(' ').nth(1).unwrap().to_owned()
}

#[test]
fn r10_with_a_full_disk_what_changes_something_does_not_run_and_what_reads_does() {
    let folder = folder(CONFIG);
    let (process, address) = serves(folder.path());
    let done = call(address, "mark", &json!({"status": "open"}));
    assert_eq!(
        done["structuredContent"]["rows"][0]["status"], "open",
        "{done}"
    );
    process.limit_files(Some(0));
    for _ in 0..3 {
        let refused = call(address, "mark", &json!({"status": "cancelled"}));
        let text = refused["content"][0]["text"].as_str().unwrap();
        assert!(
            refused["isError"] == true && text.contains("nothing was done"),
            "{text}"
        );
        assert_eq!(status(address), "open");
        assert_eq!(ready(address), "503");
    }
    process.limit_files(None);
    process.hears("the audit is written again");
    assert_eq!(
        (ready(address), status(address)),
        ("200".to_owned(), json!("open"))
    );
    let done = call(address, "mark", &json!({"status": "cancelled"}));
    assert_eq!(
        done["structuredContent"]["rows"][0]["status"], "cancelled",
        "{done}"
    );
    process.signal(rustix::process::Signal::TERM);
    assert_eq!(process.ends().0.code(), Some(0));
    let (status, output, errors) =
        audit(folder.path(), &["verify", "--checkpoint", "second.ndjson"]);
    assert!(status == 0 && output.starts_with("ok"), "{output} {errors}");
    // Every call has its record, also those from when there was no room.
    let records = records(folder.path(), &["list", "--json"]);
    let with = |name: &str, value: &str| records.iter().filter(|one| one[name] == value).count();
    assert_eq!(
        (
            with("kind", "call"),
            with("kind", "intent"),
            with("kind", "gap")
        ),
        (9, 2, 0)
    );
    assert_eq!(
        (with("reason", "not_recorded"), with("target", "look")),
        (3, 4)
    );
}

/// What cannot be written at the end is told with the names of the calls, and the exit code says so.
#[test]
fn r10_a_server_that_ends_with_a_full_disk_names_what_has_no_record() {
    let folder = folder(CONFIG);
    let (process, address) = serves(folder.path());
    assert!(status(address).is_string());
    call(address, "mark", &json!({"status": "open"}));
    process.limit_files(Some(0));
    assert_eq!(status(address), "open");
    process.signal(rustix::process::Signal::TERM);
    let (code, _, errors) = process.ends();
    let log = errors.join("\n");
    assert!(
        code.code() == Some(1) && log.contains("records of calls are not in the audit"),
        "{log}"
    );
    // The last call is among them.
    let member = |line: &String, name: &str| -> String {
        let line: Value = serde_json::from_str(line).unwrap();
        line[name].as_str().unwrap().to_owned()
    };
    let last = |part: &str| errors.iter().rfind(|line| line.contains(part)).unwrap();
    let call = member(last(r#""tool":"look""#), "call");
    let named = member(last("these calls have no record"), "calls");
    assert!(named.split(' ').any(|one| one == call), "{log}");
    let (code, _, _) = audit(folder.path(), &["verify"]);
    assert_eq!(code, 0);
}
