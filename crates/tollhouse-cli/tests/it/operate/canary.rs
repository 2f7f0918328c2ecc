//! What callers send and are told is in no line of the log, however a call ends.

use std::net::SocketAddr;

use serde_json::{Value, json};

use crate::process::{Process, message, post};

const CANARY: &str = "canary4711";

/// Tools that end in every way that they can.
const FILE: &str = r#"
[sources.shop]
type = "sqlite"
path = "orders.db"

[tools.echo]
source = "shop"
description = "Say a text once more, as it was given."
sql = "SELECT :text AS text"
params.text = {}

[tools.dig]
source = "shop"
description = "Take a value out of an order's JSON by its path."
sql = "SELECT json_extract('{}', :text) AS value"
params.text = {}

[tools.shout]
source = "shop"
description = "Match orders by a pattern that may be broken."
sql = "SELECT id FROM orders WHERE id LIKE :text ESCAPE :text"
params.text = {}

[tools.find]
source = "shop"
description = "Find one order by its exact id, or none."
sql = "SELECT id FROM orders WHERE id = :text"
returns = "one"
params.text = {}

[tools.rename]
source = "shop"
description = "Give an order another id, which may be taken."
sql = "UPDATE orders SET status = :text WHERE id = 'ord_abc123' RETURNING id"
effect = "destructive"
params.text = {}

[tools.count]
source = "shop"
description = "Count to a number of your choice, slowly."
sql = "SELECT abs(-9223372036854775807 - length(:text) / length(:text)) AS number"
params.text = {}
"#;

#[test]
#[cfg(unix)]
fn p43_no_value_is_logged_however_a_call_ends() {
    let folder = crate::config::folder(FILE);
    for format in ["json", "pretty"] {
        let arguments = ["run", "--http", "127.0.0.1:0", "--log-level", "trace"];
        let arguments = [&arguments[..], &["--log-format", format]].concat();
        let process = Process::start(folder.path(), &arguments);
        let address = address(&process, format);
        let ends = call_all(address);
        let told = |part: &str| ends.iter().filter(|end| end.contains(part)).count();
        assert!(
            told(CANARY) > 0 && told("internal error (id ") > 0,
            "{ends:#?}"
        );
        send_broken(address);
        process.signal(rustix::process::Signal::TERM);
        let (_, output, errors) = process.ends();
        let log = [output, errors].concat();
        let calls = log.iter().filter(|line| line.contains("duration_ms"));
        assert_eq!(calls.count(), ends.len());
        if format == "json" {
            told_twice(&log);
        }
        for line in &log {
            assert!(
                !line.contains(CANARY) && !line.contains("47110815"),
                "{line}"
            );
        }
    }
}

/// The id of a fault stands in the line of the call and in that of the cause (P48).
fn told_twice(log: &[String]) {
    let lines = log.iter().map(|line| serde_json::from_str(line).unwrap());
    let lines: Vec<Value> = lines.collect();
    let of = |message: &str, reason: Option<&str>| {
        let fits = |line: &&Value| line["message"] == message && line["reason"].as_str() == reason;
        let found = lines.iter().filter(fits);
        found
            .map(|line| line["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let causes = of("a call failed", None);
    assert!(!causes.is_empty());
    assert_eq!(causes, of("call", Some("internal")));
}

/// Every tool with every kind of value. Gives what was answered.
fn call_all(address: SocketAddr) -> Vec<String> {
    let mut ends = Vec::new();
    for tool in ["echo", "dig", "shout", "find", "rename", "count"] {
        for arguments in [
            json!({"text": CANARY}),
            json!({"text": format!("${CANARY}'\"\n\u{1b}[31m")}),
            json!({"text": 47_110_815, "card": CANARY}),
            json!({CANARY: 1}),
        ] {
            let params = json!({"name": tool, "arguments": arguments});
            let (_, reply) = post(address, "tools/call", Some(tool), &params);
            ends.push(reply["result"]["content"][0]["text"].to_string());
        }
    }
    ends
}

/// What is broken before there is a call.
fn send_broken(address: SocketAddr) {
    let broken = message("tools/call", &json!({"name": "echo", "arguments": CANARY}));
    for body in [
        format!("{{\"{CANARY}"),
        json!({CANARY: CANARY}).to_string(),
        broken.to_string(),
    ] {
        let head = format!(
            "POST /mcp HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
             Accept: application/json, text/event-stream\r\nX-Api-Key: {CANARY}\r\n\
             MCP-Protocol-Version: 2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: echo"
        );
        super::exchange(address, &head, &body);
    }
}

fn address(process: &Process, format: &str) -> SocketAddr {
    let line = process.hears("  url ");
    let text = if format == "json" {
        let line: Value = serde_json::from_str(&line).unwrap();
        line["message"].as_str().unwrap().to_owned()
    } else {
        line
    };
    let (_, rest) = text.split_once("http://").unwrap();
    rest.split_once("/mcp").unwrap().0.parse().unwrap()
}
