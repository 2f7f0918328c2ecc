//! Lines of the log: which fields they have, in which form.

use std::{
    io::{BufRead as _, BufReader},
    process::Stdio,
};

use serde_json::{Value, json};

use super::{exchange, session};
use crate::process::{Process, command, post};

const SERVE: [&str; 4] = ["run", "orders", "--http", "127.0.0.1:0"];

/// The next line about a call.
fn call(process: &Process) -> Value {
    serde_json::from_str(&process.hears("\"call\"")).unwrap()
}

fn get(process: &Process, id: &str) {
    let order = json!({"name": "get_order", "arguments": {"order_id": id}});
    post(process.address(), "tools/call", Some("get_order"), &order);
}

fn keys(line: &Value) -> Vec<&str> {
    line.as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn t18_a36_every_call_has_a_line_with_the_fields_that_are_documented() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &SERVE);
    get(&process, "ord_abc123");
    let line = call(&process);
    let fields = [
        "timestamp",
        "level",
        "message",
        "call",
        "kind",
        "tool",
        "subject",
        "duration_ms",
        "status",
        "result_bytes",
    ];
    assert_eq!(keys(&line), fields);
    assert_eq!(
        (&line["tool"], &line["status"], &line["level"]),
        (&json!("get_order"), &json!("done"), &json!("INFO"))
    );
    assert!(line["duration_ms"].as_f64().unwrap() > 0.0);
    assert!(line["result_bytes"].as_u64().unwrap() > 10);
    let documented = include_str!("../../../../../docs/running.md");
    for field in fields {
        assert!(documented.contains(&format!("| `{field}` |")), "{field}");
    }
}

#[test]
fn a36_how_a_call_ended_is_told_in_words_of_a_closed_set() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &SERVE);
    let address = process.address();
    let mut ended = Vec::new();
    for (tool, arguments) in [
        ("get_order", json!({"order_id": "ord_zzz"})),
        ("get_order", json!({})),
        ("no_such_tool", json!({})),
    ] {
        let params = json!({"name": tool, "arguments": arguments});
        post(address, "tools/call", Some(tool), &params);
        let line = call(&process);
        ended.push((line["status"].clone(), line["reason"].clone()));
    }
    let expected = [
        ("failed", json!(null)),
        ("refused", json!("bad_arguments")),
        ("refused", json!("unknown_tool")),
    ];
    assert_eq!(
        ended,
        expected.map(|(status, reason)| (json!(status), reason))
    );
}

#[test]
fn a36_a_line_names_the_session_and_the_trace() {
    let folder = tempfile::tempdir().unwrap();
    let process = Process::start(folder.path(), &SERVE);
    let address = process.address();
    let (head, id) = session(address);
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let call_it = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {
        "name": "search_orders", "arguments": {},
        "_meta": {"traceparent": format!("00-{trace}-b7ad6b7169203331-01")}
    }});
    let (response, _) = exchange(address, &head, &call_it.to_string());
    assert!(response.starts_with("HTTP/1.1 200"), "{response}");
    let line = call(&process);
    let session = line["session"].as_str().unwrap();
    assert!(id.contains(session) && session.len() == 12, "{session}");
    assert_eq!(line["trace_id"], trace);
}

#[test]
fn json_alone_is_json_alone() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path(), &SERVE);
    command.env("TOLLHOUSE_LOG_FORMAT", "json");
    let process = Process::spawn(&mut command);
    let banner: Value = serde_json::from_str(&process.hears("  url ")).unwrap();
    assert_eq!(banner["level"], "INFO");
    let (_, url) = banner["message"]
        .as_str()
        .unwrap()
        .split_once("http://")
        .unwrap();
    let (address, _) = url.split_once("/mcp").unwrap();
    let search = json!({"name": "search_orders", "arguments": {}});
    post(
        address.parse().unwrap(),
        "tools/call",
        Some("search_orders"),
        &search,
    );
    assert_eq!(call(&process)["tool"], "search_orders");
    #[cfg(unix)]
    {
        process.signal(rustix::process::Signal::TERM);
        let (_, _, rest) = process.ends();
        assert!(!rest.is_empty());
        for line in rest {
            serde_json::from_str::<Value>(&line).unwrap();
        }
    }
}

#[test]
fn people_get_another_form_and_less_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [&SERVE[..], &["--log-format", "pretty"]].concat();
    let process = Process::start(folder.path(), &arguments);
    get(&process, "ord_abc123");
    let line = process.hears("duration_ms");
    assert!(
        line.contains("INFO call call=\"") && line.contains("kind=\"tool\" tool=\"get_order\""),
        "{line}"
    );
    assert!(!line.contains('\u{1b}'), "{line}");
    let mut command = command(folder.path(), &SERVE);
    let process = Process::spawn(command.env("TOLLHOUSE_LOG_LEVEL", "error"));
    get(&process, "ord_zzz");
    #[cfg(unix)]
    {
        process.signal(rustix::process::Signal::TERM);
        let (_, _, rest) = process.ends();
        assert!(!rest.iter().any(|line| line.contains("duration_ms")));
    }
}

#[test]
fn a_variable_that_says_nothing_known_is_named_with_its_mend() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path(), &SERVE);
    let process = Process::spawn(command.env("TOLLHOUSE_LOG_FORMAT", "yaml"));
    let (status, _, errors) = process.ends();
    assert_eq!(status.code(), Some(1));
    assert_eq!(
        errors,
        ["error: TOLLHOUSE_LOG_FORMAT is \"yaml\"; write one of pretty, json"]
    );
}

/// Whoever reads the log may stop to, and the server goes on.
#[test]
fn no_call_waits_for_a_log_that_nobody_reads() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(folder.path(), &SERVE);
    let command = command.stdin(Stdio::null()).stdout(Stdio::null());
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("  url ") {
        line.clear();
        errors.read_line(&mut line).unwrap();
    }
    let (_, rest) = line.split_once("http://").unwrap();
    let address = rest.split_once("/mcp").unwrap().0.parse().unwrap();
    let order = json!({"name": "get_order", "arguments": {"order_id": "ord_abc123"}});
    // More than a pipe holds.
    for _ in 0..600 {
        let (status, _) = post(address, "tools/call", Some("get_order"), &order);
        assert_eq!(status, 200);
    }
    child.kill().unwrap();
    child.wait().unwrap();
}
